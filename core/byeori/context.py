"""What a component is given besides its input: seed, folders, progress, answers, rejects."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from byeori.ledger import Ledger

if TYPE_CHECKING:
    from byeori.asking import Model
    from byeori.store.answers import AnswerJournal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not used, and why.

    Attributes:
        where: `file:line`, or the row's id.
        reason: a short sentence; equal reasons are counted together.
        text: an excerpt of the row, or empty.
    """

    where: str
    reason: str
    text: str = ""


class Progress(Protocol):
    """Shows how far long work is."""

    def track(self, rows: Iterable[T], *, total: int | None, unit: str, label: str) -> Iterator[T]:
        """Yield `rows`, showing rate and time left while they pass."""
        ...

    def message(self, text: str) -> None:
        """Say one line."""
        ...


class Silent:
    """Progress that shows nothing: for tests and for code outside a run."""

    def track(self, rows: Iterable[T], *, total: int | None, unit: str, label: str) -> Iterator[T]:
        """Yield `rows` unchanged."""
        yield from rows

    def message(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Context:
    """Handed to every component method.

    Attributes:
        stage: id of the stage, such as `examples.0` or `lora`.
        seed: the recipe's, or the tuning stage's own, combined with nothing else: the only source
            of randomness.
        output: folder of the artifact being made; write results here, nowhere else.
        scratch: folder that survives a kill and is emptied when the stage is done.
        cache: folder of the workspace for what can be made again, shared by all stages and runs;
            its oldest files are removed when it grows large. None outside a run.
        answers: the journal of model answers; None outside a run.
        ledger: what the answers of models took in this stage.
        on_reject: receives every `Reject`.
        on_count: receives what was counted; see `count`.
        on_measure: receives what was measured of the machine; see `measure`.
        progress_display: where progress is shown.
        base_model: loads the base model beside the tuned one that is scored, for what must be
            measured of both in turns; None where it is the base itself, and outside scores.
    """

    stage: str
    seed: int
    output: Path
    scratch: Path
    answers: "AnswerJournal | None" = None
    cache: Path | None = None
    on_reject: Callable[[Reject], None] = lambda reject: None
    on_count: Callable[[str, int], None] = lambda what, number: None
    on_measure: Callable[[Mapping[str, float]], None] = lambda measured: None
    progress_display: Progress = field(default_factory=Silent)
    ledger: Ledger = field(default_factory=Ledger)
    base_model: "Callable[[], Model] | None" = None

    def reject(self, where: str, reason: str, text: str = "") -> None:
        """Record a row that is not used; rejects are kept, counted and reported, never silent."""
        self.on_reject(Reject(where, reason, text[:200]))

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was done to rows that stay, such as `e-mail addresses replaced`.

        Counts of one name are added up, kept with the artifact, and shown in the report.
        """
        self.on_count(what, number)

    def measure(self, measured: Mapping[str, float]) -> None:
        """Record figures that are not the same on every run: times, memory, rates.

        They go to the run's `events.jsonl` and `report.html`, never into an artifact. Names say
        the unit: `peak_memory_bytes`.
        """
        self.on_measure(measured)

    def random(self, *names: object) -> random.Random:
        """A generator that depends on the recipe's seed and `names` alone."""
        return random.Random("\x1f".join(str(part) for part in (self.seed, *names)))

    def progress(
        self, rows: Iterable[T], *, total: int | None = None, unit: str = "rows", label: str = ""
    ) -> Iterator[T]:
        """Yield `rows`, showing rate and time left."""
        return self.progress_display.track(rows, total=total, unit=unit, label=label or self.stage)

    def message(self, text: str) -> None:
        """Show one line to the user."""
        self.progress_display.message(text)
