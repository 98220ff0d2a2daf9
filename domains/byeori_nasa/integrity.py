"""Which award records can be used: the checks of Kim et al. (2024), section 3.2, made explicit."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from byeori import Config
from byeori_nasa.columns import Award, year_number

NASA = ("NASA", "National Aeronautics and Space Administration")


class IntegrityConfig(Config):
    """What a record must be like."""

    agencies: tuple[str, ...] = Field(
        NASA, description="Names and codes of the agencies to keep; empty keeps every agency."
    )
    min_abstract: int = Field(
        100,
        ge=1,
        description="Shortest abstract in characters; below it nothing is learnt.",
    )
    first_year: int = Field(1983, description="First year; SBIR made its first awards in 1983.")
    last_year: int = Field(2100, description="Last year.")
    sttr_needs_institution: bool = Field(
        True, description="Refuse STTR awards without the research institution the program demands."
    )
    shared_abstract: Literal["reject", "keep"] = Field(
        "reject",
        description="An abstract that stands under two titles or phases: the later record is "
        "refused, because the two could be split between training and test, or kept and marked "
        "`same_abstract_as`.",
    )

    @model_validator(mode="after")
    def _years_are_in_order(self) -> "IntegrityConfig":
        if self.last_year < self.first_year:
            raise ValueError(f"last_year ({self.last_year}) is before first_year")
        return self


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks say of one record.

    Attributes:
        reason: why it is refused, or empty; equal reasons are counted together.
        detail: the value or the other record the reason is about.
        same_abstract_as: origin of an earlier record with the same abstract, where both are kept.
    """

    reason: str = ""
    detail: str = ""
    same_abstract_as: str = ""


class Integrity:
    """Judges records one after another; a duplicate is one of a record judged good before."""

    def __init__(self, config: IntegrityConfig) -> None:
        self._config = config
        self._agencies = {name.casefold() for name in config.agencies}
        self._records: dict[bytes, str] = {}
        self._links: dict[str, str] = {}
        self._abstracts: dict[bytes, str] = {}

    def judge(self, award: Award, origin: str) -> Verdict:
        """The first thing wrong with a record, in the order: agency, fields, duplicates."""
        verdict = self._agency(award) or self._fields(award) or self._programs(award)
        return verdict or self._duplicates(award, origin)

    def _agency(self, award: Award) -> Verdict | None:
        if not self._agencies or any(a.casefold() in self._agencies for a in award.agency):
            return None
        if not award.agency:
            return Verdict("no agency is given", award.title)
        return Verdict(f"not an award of {self._config.agencies[0]}", "; ".join(award.agency))

    def _fields(self, award: Award) -> Verdict | None:
        for name in ("title", "abstract", "firm", "program", "phase", "year"):
            if not getattr(award, name):
                return Verdict(f"{name} is empty", award.title or award.abstract)
        if len(award.abstract) < self._config.min_abstract:
            return Verdict(
                f"abstract shorter than {self._config.min_abstract} characters", award.abstract
            )
        year = year_number(award.year)
        if year is None:
            return Verdict("year is not a number of four digits", award.year)
        if not self._config.first_year <= year <= self._config.last_year:
            between = f"{self._config.first_year}-{self._config.last_year}"
            return Verdict(f"year is outside {between}", award.year)
        return None

    def _programs(self, award: Award) -> Verdict | None:
        if award.phase not in ("Phase I", "Phase II", "Phase III"):
            return Verdict("phase is not I, II or III", award.phase)
        if award.program not in ("SBIR", "STTR"):
            return Verdict("program is neither SBIR nor STTR", award.program)
        if award.phase_program and award.phase_program != award.program:
            return Verdict(f"phase says {award.phase_program}, program says {award.program}")
        needs = award.program == "STTR" and self._config.sttr_needs_institution
        if needs and not award.research_institution:
            return Verdict("STTR award without a research institution", award.title)
        return None

    def _duplicates(self, award: Award, origin: str) -> Verdict:
        abstract = _digest(award.abstract)
        record = _digest(award.title, award.abstract, award.phase)
        first = self._abstracts.get(abstract, "")
        if record in self._records:
            return Verdict("same title, abstract and phase twice", self._records[record])
        if award.link and award.link in self._links:
            return Verdict("same link as an earlier award", self._links[award.link])
        if first and self._config.shared_abstract == "reject":
            return Verdict("same abstract as an earlier award of another title or phase", first)
        self._records[record] = origin
        self._abstracts.setdefault(abstract, origin)
        if award.link:
            self._links[award.link] = origin
        return Verdict(same_abstract_as=first)


def _digest(*texts: str) -> bytes:
    """Hash of texts without regard to case; white space is normal already."""
    return hashlib.sha256("\x1f".join(texts).casefold().encode()).digest()
