"""The filter `nasa/cross-check`: awards beside a second listing of the same awards.

After Kim et al. (2024), section 3.2: the records were compared with USAspending, Federal RePORTER
and the NASA Shared Services Center for integrity and consistency. The paper does not say which
fields were compared, nor what became of those that differ; both are settings here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from rapidfuzz import fuzz

from byeori import Config, Context, DataError, Document, Filter
from byeori.text import normalise
from byeori_nasa.columns import Award, year_number
from byeori_nasa.listing import Listed, check_columns, listed
from byeori_plugins.sources import BadRow, read_rows, recognise_form

Compared = Literal["firm", "title", "program", "phase", "year"]
_LEGAL_FORMS = re.compile(
    r"\b(?:l\.l\.c|incorporated|inc|corporation|corp|company|co|limited|ltd|llc|lp|plc)\b"
)


class CrossCheckConfig(Config):
    """Settings of `nasa/cross-check`."""

    path: Path = Field(
        description="The second listing: CSV, JSON or JSON lines, relative to the recipe's folder."
    )
    columns: dict[Literal["contract", "tracking_number", Compared], str] = Field(
        default_factory=dict,
        description="Names of the listing's columns, by field, where they are not known.",
    )
    compare: tuple[Compared, ...] = Field(
        ("firm", "title", "program", "phase", "year"),
        min_length=1,
        description="Fields that must agree, where both listings have them.",
    )
    alike: float = Field(
        90,
        ge=0,
        le=100,
        description="Firms and titles agree from this similarity on (0-100, of their sorted words; "
        "legal forms such as Inc. are left out).",
    )
    years_apart: int = Field(
        1, ge=0, description="Years may differ by so many: a fiscal year begins in October."
    )
    differing: Literal["reject", "mark"] = Field(
        "reject", description="An award that differs is refused, or kept and marked."
    )
    missing: Literal["keep", "reject"] = Field(
        "keep", description="An award that the listing does not have is kept, or refused."
    )
    on_error: Literal["stop", "skip"] = Field(
        "stop", description="A row of the listing that cannot be read stops the run, or is skipped."
    )


@dataclass
class _Index:
    """The listing by what its rows can be found by; several rows may be of one award."""

    by_contract: dict[str, list[Listed]] = field(default_factory=lambda: defaultdict(list))
    by_number: dict[str, list[Listed]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Listed]] = field(default_factory=lambda: defaultdict(list))

    def add(self, one: Listed) -> None:
        for index, key in zip(self._indexes(), _keys(_said(one.award)), strict=True):
            if key:
                index[key].append(one)

    def find(self, metadata: Mapping[str, Any]) -> tuple[str, list[Listed]]:
        """By what an award is found, and its rows; by the contract first."""
        names = ("contract", "tracking number", "title and firm")
        for name, index, key in zip(names, self._indexes(), _keys(metadata), strict=True):
            if key and (rows := index.get(key)):
                return name, rows
        return "", []

    def _indexes(self) -> tuple[dict[str, list[Listed]], ...]:
        return self.by_contract, self.by_number, self.by_name


class CrossCheck(Filter[CrossCheckConfig]):
    """Compares each award with its rows in a second listing, field by field, and counts."""

    name = "cross-check"
    version = 1
    config_model = CrossCheckConfig
    applies_to = "documents"
    rewrites = True

    def keep(self, examples: Iterable[Document], context: Context) -> Iterator[Document]:
        """Yield the awards that agree, with `metadata["cross_check"]` where they were found.

        Raises:
            DataError: the listing cannot be read, or has no column to find awards by.
        """
        index, found = self._index(context), set[str]()
        total = len({one.origin for rows in index.by_contract.values() for one in rows})
        for document in examples:
            by, rows = index.find(document.metadata)
            if not rows:
                context.count("not in the second listing")
                if self.config.missing == "reject":
                    context.reject(document.id, "not in the second listing", document.title)
                    continue
                yield document
                continue
            context.count(f"found by {by}")
            found.update(one.origin for one in rows)
            yield from self._compared(document, by, rows, context)
        context.message(
            f"{context.stage}: of {total} rows of {self.config.path.name} with a contract number, "
            f"{total - len(found)} are of no award that was read"
        )

    def _compared(
        self, document: Document, by: str, rows: list[Listed], context: Context
    ) -> Iterator[Document]:
        one, differs = min(
            ((row, self._differences(document.metadata, row.award)) for row in rows),
            key=lambda pair: len(pair[1]),
        )
        for name in differs:
            context.count(f"{name} differs")
        if differs and self.config.differing == "reject":
            told = "; ".join(f"{ours} / {theirs}" for ours, theirs in differs.values())
            reason = f"second listing: {', '.join(differs)} differ{'s' * (len(differs) == 1)}"
            context.reject(document.id, reason, f"{told} ({one.origin})")
            return
        if not differs:
            context.count("agree")
        checked = {"by": by, "with": one.origin, "differs": list(differs)}
        yield replace(document, metadata={**document.metadata, "cross_check": checked})

    def _differences(
        self, metadata: Mapping[str, Any], theirs: Award
    ) -> dict[str, tuple[str, str]]:
        other = _said(theirs)
        return {
            name: (str(metadata[name]), str(other[name]))
            for name in self.config.compare
            if metadata.get(name) and other.get(name)
            if not self._agree(name, metadata[name], other[name])
        }

    def _agree(self, name: str, ours: Any, theirs: Any) -> bool:
        if name == "year":
            return bool(abs(ours - theirs) <= self.config.years_apart)
        if name in ("program", "phase"):
            return bool(ours == theirs)
        return fuzz.token_sort_ratio(_name(ours), _name(theirs)) >= self.config.alike

    def _index(self, context: Context) -> _Index:
        index, config = _Index(), self.config
        rows: list[Listed] = []
        for row in read_rows(config.path, recognise_form(config.path)):
            if isinstance(row, BadRow):
                if config.on_error == "stop":
                    raise DataError(
                        f"{config.path.parent / row.origin}: {row.reason}; correct it, or set "
                        "`on_error: skip`"
                    )
                context.message(f"{row.origin}: {row.reason}; left out")
                continue
            rows.append(listed(row, {str(name): column for name, column in config.columns.items()}))
        check_columns(rows, config.path)
        for one in rows:
            index.add(one)
        return index


def _said(award: Award) -> dict[str, Any]:
    names = ("contract", "tracking_number", "title", "firm", "program", "phase")
    return {name: getattr(award, name) for name in names} | {"year": year_number(award.year)}


def _keys(said: Mapping[str, Any]) -> tuple[str, str, str]:
    """Contract and tracking number without punctuation; title, firm and phase together."""
    numbers = [
        re.sub(r"[^A-Z0-9]", "", str(said.get(name) or "").upper())
        for name in ("contract", "tracking_number")
    ]
    title, firm = (_name(said.get(name) or "") for name in ("title", "firm"))
    phase = said.get("phase") or ""
    return numbers[0], numbers[1], f"{title}\x1f{firm}\x1f{phase}" if title and firm else ""


def _name(text: object) -> str:
    """A firm or title for comparison: folded, without punctuation and legal forms."""
    return " ".join(_LEGAL_FORMS.sub(" ", normalise(str(text))).split())
