"""The data source `nasa/sbir`: award records of the SBIR and STTR programs."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from byeori import Context, DataError, DataSource, Document
from byeori.text import normalise
from byeori_nasa.columns import Award, award, year_number
from byeori_nasa.integrity import Integrity, IntegrityConfig
from byeori_plugins.sources import (
    BadRow,
    Row,
    problem_in,
    read_rows,
    recognise_form,
    text_problem,
)

Format = Literal["csv", "json", "jsonl"]


class RecordsConfig(IntegrityConfig):
    """Settings of every source of award records."""

    language: str = Field("en", description="BCP-47 tag of the records.")
    licence: str = Field(
        "US-Government-Work",
        description="Licence of the records; SBIR.gov publishes them, firms wrote the abstracts.",
    )
    personal_data: bool = Field(
        False, description="Keep the columns with people's names, telephone numbers and addresses."
    )
    limit: int | None = Field(None, ge=1, description="Read at most this many good records.")
    on_error: Literal["stop", "skip"] = Field(
        "stop",
        description="A row that cannot be read stops the run, or is skipped and listed. Records "
        "that fail a check are always skipped and listed.",
    )


C = TypeVar("C", bound=RecordsConfig)


class Records(DataSource[C]):
    """A source of award records, each checked.

    Every record that is not used is listed with its place and reason. A document's metadata are
    the fields of `Award` that have a value, the columns of no known name, and `split_group`: one
    key for all awards of a project, which the split keeps together.
    """

    @abstractmethod
    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """The records, in order."""

    @abstractmethod
    def place(self, origin: str) -> str:
        """`origin` as messages name it; the whole where it is empty."""

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield one document a good record, in order.

        Raises:
            DataError: what is read is damaged, a row cannot be read and `on_error` is `stop`, or no
                record is good.
        """
        integrity = Integrity(self.config)
        count, first_reject, columns = 0, "", ""
        for row in self.rows(context):
            columns = columns or (", ".join(row.values) if isinstance(row, Row) else "")
            made = self._document(row, integrity)
            if isinstance(made, BadRow):
                first_reject = first_reject or f"{made.origin}: {made.reason}"
                context.reject(made.origin, made.reason, made.text)
                continue
            yield made
            count += 1
            if count == self.config.limit:
                break
        if not count and not first_reject:
            raise DataError(f"{self.place('')}: there is no award record")
        if not count:
            raise DataError(
                f"{self.place('')}: no award record can be used; the first is refused because: "
                f"{first_reject}. The columns are: {columns}{_without_abstracts(columns)}"
            )

    def _document(self, row: Row | BadRow, integrity: Integrity) -> Document | BadRow:
        if isinstance(row, BadRow):
            if self.config.on_error == "stop":
                raise DataError(
                    f"{self.place(row.origin)}: {row.reason}; correct it, or set "
                    "`on_error: skip` to leave such rows out"
                )
            return row
        record = award(row.values, personal=self.config.personal_data)
        text = rendering(record)
        if problem := text_problem(text) or problem_in(record.other):
            return BadRow(row.origin, f"the record {problem}", record.title)
        verdict = integrity.judge(record, row.origin)
        if verdict.reason:
            return BadRow(row.origin, verdict.reason, verdict.detail)
        metadata = _metadata(record)
        if verdict.same_abstract_as:
            metadata["same_abstract_as"] = verdict.same_abstract_as
        return Document(
            text=text,
            title=record.title,
            language=self.config.language,
            licence=self.config.licence,
            metadata=metadata,
            origin=row.origin,
        )


class AwardsConfig(RecordsConfig):
    """Settings of `nasa/sbir`."""

    path: Path = Field(description="CSV, JSON or JSON lines, relative to the recipe's folder.")
    format: Literal["auto", "csv", "json", "jsonl"] = Field(
        "auto", description="Form of the file; recognised from its name and first line by default."
    )


class Awards(Records[AwardsConfig]):
    """SBIR and STTR awards, checked; NASA's only by default."""

    name = "sbir"
    version = 2
    config_model = AwardsConfig

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """The records of the file."""
        return read_awards(self.config.path, self.config.format)

    def place(self, origin: str) -> str:
        """`origin` with its folder; the file where it is empty."""
        return str(self.config.path.parent / origin) if origin else str(self.config.path)


def _without_abstracts(columns: str) -> str:
    """What to do with SBIR.gov's smaller file, which has everything else."""
    if not columns or "abstract" in columns.casefold():
        return ""
    return (
        ". There are no abstracts: of SBIR.gov's two bulk files take the one with abstracts; this "
        "one can be a second listing (`use: nasa/cross-check`)"
    )


def read_awards(path: Path, form: Literal["auto"] | Format = "auto") -> Iterator[Row | BadRow]:
    """The rows of a file of award records, whatever its form.

    Raises:
        DataError: as `read_csv`, `read_json` and `read_json_lines`.
    """
    return read_rows(path, recognise_form(path) if form == "auto" else form)


def rendering(record: Award) -> str:
    """The record as a person reads it: its facts line by line, then the abstract."""
    facts = {
        "Title": record.title,
        "Firm": record.firm,
        "Program": record.program,
        "Phase": record.phase,
        "Year": record.year,
        "Research institution": record.research_institution,
        "Keywords": ", ".join(record.keywords),
        "NASA applications": record.nasa_applications,
        "Non-NASA applications": record.non_nasa_applications,
    }
    lines = [f"{label}: {value}" for label, value in facts.items() if value]
    return "\n".join([*lines, "", record.abstract]).strip()


def project(record: Award) -> str:
    """Key of the project an award belongs to: Phase I and II share their title and firm.

    16 hexadecimal digits; letter case and idle punctuation ("Acme, Inc.") make no difference.
    """
    key = f"{normalise(record.title)}\x1f{normalise(record.firm)}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _metadata(record: Award) -> dict[str, Any]:
    names = (
        "title",
        "abstract",
        "firm",
        "branch",
        "program",
        "phase",
        "research_institution",
        "nasa_applications",
        "non_nasa_applications",
        "link",
        "contract",
        "tracking_number",
    )
    known: dict[str, Any] = {name: getattr(record, name) for name in names}
    known |= {"agency": list(record.agency), "keywords": list(record.keywords)}
    known |= {"year": year_number(record.year), "split_group": project(record)}
    return {**record.other, **{name: value for name, value in known.items() if value}}
