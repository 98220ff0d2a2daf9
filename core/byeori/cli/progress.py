"""Progress on a terminal: bars with rate and time left. Elsewhere: one plain line per stage."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import click

from byeori.context import Progress, Silent

T = TypeVar("T")


class Plain:
    """A line per message and no bars: for logs and pipes."""

    def track(self, rows: Iterable[T], *, total: int | None, unit: str, label: str) -> Iterator[T]:
        """Yield `rows` unchanged."""
        yield from rows

    def message(self, text: str) -> None:
        """Print one line at once; a run goes on where nobody listens any more."""
        with suppress(OSError):
            click.echo(text, err=True)


class Bars:
    """Bars by rich; imports it when the first one is drawn."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as RichProgress

        self.display = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )

    def track(self, rows: Iterable[T], *, total: int | None, unit: str, label: str) -> Iterator[T]:
        """Yield `rows`, drawing a bar while they pass."""
        task = self.display.add_task(label, total=total, rate="")
        try:
            for row in rows:
                yield row
                speed = self.display.tasks[self.display.task_ids.index(task)].speed
                rate = f"{speed:,.1f} {unit}/s" if speed else ""
                self.display.update(task, advance=1, rate=rate)
        finally:
            self.display.remove_task(task)

    def message(self, text: str) -> None:
        """Print one line above the bars."""
        self.display.console.print(text, markup=False, highlight=False)


@contextmanager
def progress_display(*, quiet: bool) -> Iterator[Progress]:
    """Bars on a terminal, plain lines elsewhere, nothing where `quiet`."""
    if quiet:
        yield Silent()
    elif sys.stderr is not None and sys.stderr.isatty():
        bars = Bars()
        with bars.display:
            yield bars
    else:
        yield Plain()
