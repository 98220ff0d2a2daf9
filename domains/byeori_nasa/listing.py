"""A second listing of awards: what its rows say of the fields that both listings have.

Known by their columns: SBIR.gov's own files (with and without abstracts), USAspending.gov's
downloads of contracts, and project files of Federal RePORTER. The recipe names other columns.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from byeori import DataError
from byeori_nasa.columns import Award, award, column_key, normal_phase, year_number
from byeori_plugins.sources import Row

COLUMNS: Mapping[str, str] = {
    "award_id_piid": "contract",
    "piid": "contract",
    "award_id": "contract",
    "project_number": "contract",
    "recipient_name": "firm",
    "organization_name": "firm",
    "fy": "year",
    "award_base_action_date_fiscal_year": "year",
    "action_date_fiscal_year": "year",
    "award_base_action_date": "year",
    "period_of_performance_start_date": "year",
    "start_date": "year",
    "research_code": "research",
    "research": "research",
}
"""Column of USAspending.gov or Federal RePORTER (as `column_key` writes it) -> our field.

Of two columns for one field the first one in this list counts.
"""
_CODE = re.compile(r"\b(S[RT])([123])\b")
_IN_WORDS = re.compile(
    r"\b(SBIR|STTR|SMALL BUSINESS (?:INNOVATION|TECHNOLOGY))\b.*?\bPHASE (III|II|I|[123])\b"
)
_PROGRAMS = {"SR": "SBIR", "ST": "STTR"}
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the second listing.

    Attributes:
        origin: its file and line.
        award: what it says, by the fields of an award.
    """

    origin: str
    award: Award


def listed(row: Row, columns: Mapping[str, str]) -> Listed:
    """What a row says.

    Args:
        row: as it was read.
        columns: our field -> the listing's column, where neither it nor we know better.
    """
    named = {column_key(column): field for field, column in columns.items()}
    found: dict[str, object] = {}
    places = {key: place for place, key in enumerate([*named, *COLUMNS])}
    keyed = [(column_key(column), column, value) for column, value in row.values.items()]
    for key, column, value in sorted(keyed, key=lambda one: places.get(one[0], len(places))):
        field = named.get(key) or COLUMNS.get(key) or column
        if value not in (None, ""):
            found.setdefault(field, value)
    if research := str(found.pop("research", "")):
        program, phase = research_action(research)
        found = {"program": program, "phase": phase} | found
    found["year"] = _year(str(found.get("year", "")))
    return Listed(row.origin, award({k: v for k, v in found.items() if v}))


def research_action(text: str) -> tuple[str, str]:
    """`("STTR", "Phase II")` of FPDS's code `ST2`, or of its words; empty texts for anything else.

    Source: FPDS data dictionary, element `Research` (SR1 to SR3, ST1 to ST3).
    """
    if match := _CODE.search(text.upper()):
        return _PROGRAMS[match[1]], f"Phase {'I' * int(match[2])}"
    if match := _IN_WORDS.search(text.upper()):
        program = "SBIR" if match[1] in ("SBIR", "SMALL BUSINESS INNOVATION") else "STTR"
        return program, normal_phase(match[2])[0]
    return "", ""


def _year(text: str) -> str:
    match = _YEAR.search(text)
    return text if year_number(text) is not None else match[1] if match else ""


def check_columns(rows: Iterable[Listed], path: object) -> None:
    """Refuse a listing in which nothing can be found.

    Raises:
        DataError: no row has a contract, a tracking number, or a title with its firm.
    """
    for one in rows:
        if one.award.contract or one.award.tracking_number or (one.award.title and one.award.firm):
            return
    raise DataError(
        f"{path}: no row has a contract number, a tracking number, or a title and a firm; name its "
        "columns: `columns: {contract: ..., firm: ...}`"
    )
