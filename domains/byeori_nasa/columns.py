"""One record of an award, whatever its columns are called.

Three forms are public: the bulk CSV of sbir.gov (`Company`, `Award Title`, `RI Name`), its award
API (`firm`, `award_title`, `ri_name`), and the older API, whose copies still circulate (`title`,
`reseach institution`, an `agency` that is a list). Names follow SBIR.gov's data dictionary.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "title": ("award_title", "title", "project_title", "proposal_title"),
    "abstract": ("abstract", "award_abstract", "technical_abstract"),
    "firm": ("company", "firm", "company_name", "firm_name", "small_business_concern"),
    "agency": ("agency", "agency_name", "awarding_agency"),
    "branch": ("branch", "center", "nasa_center"),
    "program": ("program", "program_type"),
    "phase": ("phase", "phase_status"),
    "year": ("award_year", "year"),
    "keywords": ("research_area_keywords", "research_keywords", "keywords", "keyword"),
    "research_institution": (
        "ri_name",
        "research_institution",
        "research_institution_name",
        "reseach_institution",
        "ri",
    ),
    "nasa_applications": (
        "nasa_applications",
        "potential_nasa_applications",
        "potential_nasa_commercial_applications",
        "nasa_application_fields",
    ),
    "non_nasa_applications": (
        "non_nasa_applications",
        "potential_non_nasa_applications",
        "potential_non_nasa_commercial_applications",
    ),
    "link": ("award_link", "link", "url"),
    "contract": ("contract", "contract_grant", "contract_number"),
    "tracking_number": ("agency_tracking_number", "tracking_number", "proposal_number"),
}
_FIELD_OF = {synonym: name for name, synonyms in _SYNONYMS.items() for synonym in synonyms}
_PERSONAL = re.compile(r"(contact|pi|ri_poc|poc|principal_investigator)(_|$)")
_PLACEHOLDERS = frozenset(
    {"", "-", "() -", "n/a", "na", "none", "null", "nan", "stub", "not available", "tbd"}
)
_PHASE = re.compile(r"(?:(SBIR|STTR)\s+)?(?:PHASE\s*)?(III|II|I|[123])")
_ROMAN = {"1": "I", "2": "II", "3": "III"}
_PROGRAMS = {
    "SMALL BUSINESS INNOVATION RESEARCH": "SBIR",
    "SMALL BUSINESS TECHNOLOGY TRANSFER": "STTR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One SBIR or STTR award; what the record lacks is empty.

    Attributes:
        agency: names or codes, as given.
        program: `SBIR` or `STTR`, or what the record says instead.
        phase: `Phase I`, `Phase II` or `Phase III`, or what the record says instead.
        phase_program: the program that the phase column names (`STTR Phase I`), if it does.
        year: as given; `year_number` reads it.
        other: columns of no known name, as they were.
    """

    title: str = ""
    abstract: str = ""
    firm: str = ""
    agency: tuple[str, ...] = ()
    branch: str = ""
    program: str = ""
    phase: str = ""
    phase_program: str = ""
    year: str = ""
    keywords: tuple[str, ...] = ()
    research_institution: str = ""
    nasa_applications: str = ""
    non_nasa_applications: str = ""
    link: str = ""
    contract: str = ""
    tracking_number: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)


def award(values: Mapping[str, Any], *, personal: bool = False) -> Award:
    """The award a row describes.

    Of two columns for one field the first with a value counts, and the other is kept as it is.

    Args:
        values: columns by the names they have in the file.
        personal: keep the columns with names, telephone numbers and addresses of people.
    """
    known: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for column, value in values.items():
        key = column_key(column)
        name = _FIELD_OF.get(key)
        if name is not None and name not in known:
            known |= {} if _is_empty(value) else {name: value}
        elif personal or not _PERSONAL.match(key):
            other[column] = value
    agency, keywords = known.pop("agency", None), known.pop("keywords", None)
    texts: dict[str, Any] = {name: clean(_text(value)) for name, value in known.items()}
    phase, phase_program = normal_phase(texts.pop("phase", ""))
    program = normal_program(texts.pop("program", ""))
    return Award(
        agency=_items(agency),
        keywords=_items(keywords),
        phase=phase,
        phase_program=phase_program,
        program=program,
        other=other,
        **texts,
    )


def column_key(column: str) -> str:
    """A column's name for comparison: lower case, words joined by `_`."""
    return re.sub(r"[^a-z0-9]+", "_", column.casefold()).strip("_")


def clean(text: str) -> str:
    """Text without the traces of earlier exports.

    HTML entities become characters, bytes of Windows-1252 that were read as Latin-1 (U+0080 to
    U+009F) become what they were, and white space is single spaces.
    """
    unescaped = html.unescape(text)
    return " ".join("".join(_from_windows(c) for c in unescaped).split())


def _from_windows(character: str) -> str:
    if not "\x80" <= character <= "\x9f":
        return character
    # Five of the 32 code points are not assigned in Windows-1252: they carry nothing.
    return character.encode("latin-1").decode("cp1252", errors="replace").replace("\ufffd", " ")


def normal_phase(text: str) -> tuple[str, str]:
    """`("Phase II", "")` for `2`, `II`, `PHASE 2`; `("Phase I", "STTR")` for `STTR Phase I`.

    What is no phase comes back unchanged.
    """
    match = _PHASE.fullmatch(text.upper().strip())
    if match is None:
        return text, ""
    return f"Phase {_ROMAN.get(match[2], match[2])}", match[1] or ""


def normal_program(text: str) -> str:
    """`SBIR` or `STTR`; what is neither comes back unchanged."""
    upper = text.upper()
    return _PROGRAMS.get(upper, upper if upper in _PROGRAMS.values() else text)


def year_number(text: str) -> int | None:
    """The year as a number, also from `2001.0`, as spreadsheets write it; None if it is none."""
    match = re.fullmatch(r"([0-9]{4})(?:\.0+)?", text)
    return int(match[1]) if match else None


def _is_empty(value: object) -> bool:
    return (
        value is None
        or (isinstance(value, str) and clean(value).casefold() in _PLACEHOLDERS)
        or (isinstance(value, list) and all(map(_is_empty, value)))
    )


def _text(value: object) -> str:
    return "; ".join(map(_text, value)) if isinstance(value, list) else str(value)


def _items(value: object) -> tuple[str, ...]:
    """A list column, or a text column with `;`, `,` or `|` between the items."""
    text = "" if value is None else _text(value)
    parts = value if isinstance(value, list) else re.split(r"[;,|\n]", text)
    return tuple(dict.fromkeys(clean(_text(part)) for part in parts if not _is_empty(part)))
