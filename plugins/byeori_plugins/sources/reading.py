"""Rows as files give them, and the loop that makes documents of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from byeori import Context, DataError, Document
from byeori_plugins.sources.fields import FieldError

LIMIT = "Read at most this many documents."
FILES = (
    "Names of the files to read where `path` is a folder, such as `part-*.jsonl`; by default all "
    "of the right ending."
)
ON_ERROR = "A bad row stops the run, or is skipped and listed in the report."
"""What the settings of every source of rows say of themselves."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file.

    Attributes:
        origin: `file:line` (line where it starts), the file by its name, so that moving a folder
            changes no document's id.
        values: its fields.
        part: where in the record it stands, for a record of several rows; else empty.
    """

    origin: str
    values: Mapping[str, Any]
    part: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be used; the rest of the file can.

    Attributes:
        origin, part: as for `Row`.
        reason: what is wrong; equal reasons are counted together.
        text: an excerpt.
    """

    origin: str
    reason: str
    text: str = ""
    part: str = ""


def rows_of_files(
    files: Iterable[tuple[Path, str]], read: Callable[[Path], Iterator[Row | BadRow]]
) -> Iterator[Row | BadRow]:
    """The rows of some files, one after the other.

    Args:
        files: each with the name that origins have in the place of its own.
        read: reads one of them.
    """
    for path, name in files:
        for row in read(path):
            yield replace(row, origin=name + row.origin.removeprefix(path.name))


@dataclass(frozen=True)
class Handling:
    """What happens to rows that are no documents.

    Attributes:
        place: makes a message's place of an origin; of an empty one, the place of them all.
        on_error, limit: as in a recipe.
        hint: what to add about a row that has what it should not.
        nothing: what to say where there is no row at all.
    """

    place: Callable[[str], str]
    on_error: Literal["stop", "skip"]
    limit: int | None = None
    hint: Callable[[Row], str] = lambda row: ""
    nothing: str = "there are no rows (a table's first line is its header)"


def documents_of(
    rows: Iterable[Row | BadRow],
    make: Callable[[Row | BadRow], Document | None],
    handling: Handling,
    context: Context,
) -> Iterator[Document]:
    """Yield the document of each row.

    Args:
        rows: in order.
        make: the document; None for a row that has none, and has said so to `context.reject`.
            Raises `FieldError` for a bad row.
        handling: what to do with bad rows.
        context: where they are listed.

    Raises:
        DataError: a row is bad and `on_error` is `stop`, or no document is left.
    """
    count, rejected, row = 0, "", None
    for row in rows:
        try:
            document = make(row)
        except FieldError as error:
            rejected = rejected or f"{row.origin}: {error}"
            _refuse(row, str(error), handling, context)
            continue
        if document is None:
            continue
        yield document
        count += 1
        if count == handling.limit:
            break
    if not count:
        why = f"; the first bad row is {handling.place(rejected)}" if rejected else ""
        why = why if row is not None else f"; {handling.nothing}"
        raise DataError(f"{handling.place('')}: no document could be read{why}")


def _refuse(row: Row | BadRow, reason: str, handling: Handling, context: Context) -> None:
    part = f" ({row.part})" if row.part else ""
    if handling.on_error == "skip":
        excerpt = row.text if isinstance(row, BadRow) else str(dict(row.values))
        context.reject(row.origin + part, reason, excerpt)
        return
    hint = handling.hint(row) if isinstance(row, Row) else ""
    raise DataError(
        f"{handling.place(row.origin)}{part}: {reason}{hint}; "
        "correct it, or set `on_error: skip` to leave such rows out"
    )
