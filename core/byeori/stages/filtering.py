"""Runs a filter and counts what it drops, whether or not it says why."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from byeori.bulk import with_id
from byeori.checks import check
from byeori.components import Filter
from byeori.context import Reject
from byeori.errors import PluginError
from byeori.records import Document, Example
from byeori.stages.job import Job, pulled

if TYPE_CHECKING:
    from byeori.plan import Use

R = TypeVar("R", Document, Example)

UNSAID = "dropped without a reason"


def filtered(rows: Iterable[R], row_type: type[R], use: "Use", job: Job) -> Iterator[R]:
    """Rows a filter keeps. Drops it does not explain are counted as such."""
    taken = kept = 0

    def counted() -> Iterator[R]:
        nonlocal taken
        for row in rows:
            taken += 1
            yield row

    counting = counted()
    context = job.context_of(use.step)
    seen: set[str] = set()
    for row in pulled(lambda: use.make(Filter).keep(counting, context), use):
        kept += 1
        # A row that a filter rewrote is another row, and its id must say so.
        row = with_id(check(row, row_type, use.entry.name))
        if row.id in seen:
            raise PluginError(f"{use.step} ({use.entry.name}) yielded the row {row.id} twice")
        seen.add(row.id)
        yield row
    for _ in counting:
        pass  # a filter that stops early has dropped the rest
    for _ in range(taken - kept - job.rejects.total(use.step)):
        job.rejects.add(use.step, Reject("", UNSAID))
