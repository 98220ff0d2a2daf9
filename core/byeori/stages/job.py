"""What a stage's maker is given, and the log of rows it did not use."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from byeori.bulk import Rows, with_id
from byeori.checks import check
from byeori.context import Context, Reject
from byeori.errors import ByeoriError, PluginError
from byeori.records import Document, Example, Item
from byeori.store.artifacts import Artifact
from byeori.store.files import OUT_OF_SPACE

if TYPE_CHECKING:
    from byeori.models.cache import ModelCache
    from byeori.plan import Plan, Stage, Use

R = TypeVar("R", Document, Example, Item)
T = TypeVar("T")

REJECTS = "rejects.jsonl"
Counts = dict[str, Any]


class RejectLog:
    """Writes rejects to a file of the artifact, and counts them by step and reason.

    Attributes:
        counts: by step, how many rows were rejected for which reason.
        done: by step, what components counted of the rows that stay.
    """

    def __init__(self, path: Path) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.done: dict[str, Counter[str]] = {}
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def add(self, step: str, reject: Reject) -> None:
        """Record one row that was not used in `step`."""
        self.counts.setdefault(step, Counter())[reject.reason] += 1
        row = {"step": step, "where": reject.where, "reason": reject.reason, "text": reject.text}
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def count(self, step: str, what: str, number: int) -> None:
        """Add to what `step` counted of the rows that stay."""
        self.done.setdefault(step, Counter())[what] += number

    def __enter__(self) -> "RejectLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._file.close()

    def why(self, *steps: str) -> str:
        """For an error where nothing is left: how many rows were rejected and the first reasons.

        Args:
            steps: of these steps; of all where none is given.
        """
        counts = sum((self.counts.get(step, Counter()) for step in steps or self.counts), Counter())
        reasons = [f"{reason} ({number:,})" for reason, number in counts.most_common(3)]
        more = ["..."] if len(counts) > len(reasons) else []
        total = f"; {counts.total():,} rejected: " if counts else ""
        return total + "; ".join(reasons + more)

    def total(self, step: str) -> int:
        """How many rows `step` rejected."""
        return sum(self.counts.get(step, Counter()).values())

    def by_reason(self) -> dict[str, dict[str, int]]:
        """Counts by step and reason, most frequent first."""
        return {step: dict(counter.most_common()) for step, counter in self.counts.items()}


@dataclass(frozen=True)
class Job:
    """One stage that is to be made.

    Attributes:
        plan, stage: what to make.
        inputs: finished artifacts of the stages it needs, by stage id.
        context: folders, seed and progress.
        rejects: where rows that are not used are recorded.
        models: loaded models, kept between stages that use the same one.
        artifacts: folder of all artifacts, for model references.
    """

    plan: "Plan"
    stage: "Stage"
    inputs: Mapping[str, Artifact]
    context: Context
    rejects: RejectLog
    models: "ModelCache"
    artifacts: Path

    def context_of(self, step: str) -> Context:
        """The context for one step, whose rejects are counted under its name."""
        return replace(
            self.context,
            stage=step,
            on_reject=lambda reject: self.rejects.add(step, reject),
            on_count=lambda what, number: self.rejects.count(step, what, number),
        )

    def rows(self, stage: str, file: str, row_type: type[R]) -> Rows[R]:
        """The rows an earlier stage made."""
        return Rows(self.inputs[stage].path(file), row_type)

    def output(self, file: str) -> Path:
        """A file of the artifact that is being made."""
        return self.context.output / file


@contextmanager
def blaming(use: "Use") -> Iterator[None]:
    """Turn whatever a component raises into a PluginError that names it."""
    try:
        yield
    except (ByeoriError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a component's SystemExit must not end the run in silence
        if isinstance(error, OSError) and error.errno in OUT_OF_SPACE:
            raise
        advice = ""
        if type(error).__name__ == "OutOfMemoryError":  # torch's, on an accelerator
            advice = "; lower micro_batch_tokens or max_length, or use a smaller base model"
        raise PluginError(
            f"{use.step} ({use.entry.name}) failed: {type(error).__name__}: {error}{advice}"
        ) from error


def pulled(produce: Callable[[], Iterable[T]], use: "Use") -> Iterator[T]:
    """Rows a component produces; what it raises, at once or on the way, is blamed on it."""
    with blaming(use):
        iterator = iter(produce())
    while True:
        with blaming(use):
            try:
                row = next(iterator)
            except StopIteration:
                return
        yield row


def unique(rows: Iterable[Any], row_type: type[R], use: "Use", job: Job) -> Iterator[R]:
    """Checked rows with ids; a row that is the same as an earlier one is dropped and counted."""
    seen: set[str] = set()
    for row in rows:
        row = with_id(check(row, row_type, use.entry.name))
        if row.id in seen:
            job.rejects.add(use.step, Reject(row.id, "exact duplicate of an earlier row"))
            continue
        seen.add(row.id)
        yield row
