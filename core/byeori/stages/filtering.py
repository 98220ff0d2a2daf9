"""Runs a filter and counts what it drops, whether or not it says why."""

import marshal
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from byeori.bulk import content_id
from byeori.checks import check
from byeori.components import Filter
from byeori.context import Reject
from byeori.errors import PluginError
from byeori.records import Document, Example, Metadata
from byeori.stages.job import Job, pulled

if TYPE_CHECKING:
    from byeori.plan import Use

R = TypeVar("R", Document, Example)

UNSAID = "dropped without a reason"
REWRITTEN = "rewritten_from"
"""Key of the metadata of a row that a filter changed: the id of the row as it was made."""


class Filtering:
    """The filters of one stage, one after the other.

    Attributes:
        steps: by step, its `component`, the rows it `kept` and `dropped`, how many of the kept it
            `rewrote`, and what else it `counted`; complete when the last row has come through.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.steps: dict[str, dict[str, Any]] = {}

    def through(self, rows: Iterable[R], row_type: type[R], use: "Use") -> Iterator[R]:
        """Rows a filter keeps. Drops it does not explain are counted as such."""
        counts: dict[str, Any] = {
            "component": use.entry.name,
            "kept": 0,
            "dropped": 0,
            "rewrote": 0,
        }
        self.steps[use.step] = counts
        counting: _Counted[R] = _Counted(rows)
        seen: set[str] = set()
        context = self.job.context_of(use.step)
        for row in pulled(lambda: use.make(Filter).keep(counting, context), use):
            changed = False
            if not counting.just_gave(row):
                row, changed = _identified(check(row, row_type, use.entry.name))
            if row.id in seen:
                raise PluginError(f"{use.step} ({use.entry.name}) yielded the row {row.id} twice")
            seen.add(row.id)
            counts["kept"] += 1
            counts["rewrote"] += changed
            yield row
        for _ in counting:
            pass  # a filter that stops early has dropped the rest
        counts["dropped"] = counting.number - counts["kept"]
        for _ in range(counts["dropped"] - self.job.rejects.total(use.step)):
            self.job.rejects.add(use.step, Reject("", UNSAID))
        counts["counted"] = dict(sorted(self.job.rejects.done.get(use.step, {}).items()))


class _Counted(Iterator[R], Generic[R]):
    def __init__(self, rows: Iterable[R]) -> None:
        self._rows: Iterator[R] = iter(rows)
        self._last: tuple[R, bytes | None] | None = None
        self.number = 0

    def __next__(self) -> R:
        row = next(self._rows)
        self.number += 1
        self._last = row, _content(row.metadata)
        return row

    def just_gave(self, row: object) -> bool:
        """Whether it is the very row that was pulled last, unchanged, so that its id holds.

        Most filters go on row by row: hashing each row of a million takes longer than they do.
        """
        if self._last is None or row is not self._last[0]:
            return False
        last, content = self._last
        return content is not None and content == _content(last.metadata)


def _content(metadata: Metadata) -> bytes | None:
    """What tells whether the metadata, which alone of a row could be, was changed in its place."""
    try:
        return marshal.dumps(dict(metadata), 2)  # later versions depend on what else refers to it
    except ValueError:  # a value of a class of its own
        return None


def _identified(row: R) -> tuple[R, bool]:
    """The row under its content's id, and whether a filter changed it; if so it says from what."""
    if row.id == content_id(row):
        return row, False
    was = row.metadata.get(REWRITTEN, row.id)
    row = replace(row, metadata={**row.metadata, REWRITTEN: was})
    return replace(row, id=content_id(row)), True
