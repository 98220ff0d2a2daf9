"""A second, invented listing of the same awards, by the columns of USAspending.gov's downloads."""

from collections.abc import Iterator, Mapping

from byeori_nasa.fiction.awards import awards
from byeori_nasa.fiction.tables import NOTE

MISSING = 23
"""Every award of this number, from the 11th, is not in the second listing."""
FIRM, PHASE, YEAR = 37, 41, 53
"""Every award of these numbers has another firm, phase or year there."""


def listing() -> Iterator[Mapping[str, str]]:
    """One row an award, but for those that are missing; a few differ, as in real listings."""
    for number, award in enumerate(awards(), start=1):
        if number % MISSING != 11:
            yield _row(number, award)


def _row(number: int, award: Mapping[str, str]) -> dict[str, str]:
    phase, year = len(award["Phase"].removeprefix("Phase ")), int(award["Award Year"])
    firm = award["Company"].upper().replace(",", "").replace(".", "")
    return {
        "award_id_piid": award["Contract"],
        "recipient_name": "GORSEMOOR HOLDINGS LLC" if number % FIRM == 0 else firm,
        "awarding_agency_name": "National Aeronautics and Space Administration",
        "award_base_action_date_fiscal_year": str(year - 4 if number % YEAR == 0 else year),
        "research_code": f"S{'T' if award['Program'] == 'STTR' else 'R'}"
        f"{phase % 3 + 1 if number % PHASE == 0 else phase}",
        "current_total_value_of_award": award["Award Amount"],
        "note": NOTE,
    }
