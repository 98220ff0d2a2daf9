"""What can go wrong, as a tree of exceptions, each with the exit code of the command line.

Every error says where (file, line, column or field), what is wrong and what to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """How a `byeori` command ends."""

    DONE = 0
    INTERNAL = 1
    RECIPE = 2
    STOPPED = 3
    DATA = 4
    PLUGIN = 5
    BLOCKED = 6


class ByeoriError(Exception):
    """Something the user can act on; shown without a traceback unless `--debug` is given."""

    exit_code = ExitCode.INTERNAL


class DataError(ByeoriError):
    """Documents, examples or evaluation items are missing, broken or empty."""

    exit_code = ExitCode.DATA


class PluginError(ByeoriError):
    """A plugin failed to load, broke its contract or raised."""

    exit_code = ExitCode.PLUGIN


class StoppedError(ByeoriError):
    """The run stopped, nothing finished is lost, and the same command goes on from here."""

    exit_code = ExitCode.STOPPED


class GateBlockedError(ByeoriError):
    """The run is done and its report written, but `compare.fail_if` forbids its model.

    Attributes:
        reasons: why, one sentence for each rule and model that is blocked.
    """

    exit_code = ExitCode.BLOCKED

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        lines = "".join(f"\n  {reason}" for reason in self.reasons)
        super().__init__(f"blocked by compare.fail_if:{lines}")


class WorkspaceBusyError(StoppedError):
    """Another process is running in the same workspace."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a recipe.

    Attributes:
        path: dotted path of the field, such as `tuning.0.r`; empty for the whole file.
        message: what is wrong, and what would be right.
        file: the file (or `--set`) it was written in.
        line: 1-based line, or None where there is none.
        column: 1-based column, or None where there is none.
        exit_code: what a mistake of this kind ends with; a broken plugin is not the recipe's fault.
    """

    path: str
    message: str
    file: Path | str | None = None
    line: int | None = None
    column: int | None = None
    exit_code: ExitCode = ExitCode.RECIPE

    def __str__(self) -> str:
        place = ":".join(
            str(part) for part in (self.file, self.line, self.column) if part is not None
        )
        return ": ".join(part for part in (place, self.path, self.message) if part)


class RecipeError(ByeoriError):
    """The recipe cannot run as it is.

    Attributes:
        mistakes: everything that is wrong, in the order of the file.
        started: whether stages had run before this came to light.
    """

    exit_code = ExitCode.RECIPE

    def __init__(self, mistakes: Sequence[Mistake], *, started: bool = False) -> None:
        self.started = started
        self.mistakes = tuple(
            sorted(mistakes, key=lambda m: (str(m.file or ""), m.line or 0, m.column or 0, m.path))
        )
        codes = {mistake.exit_code for mistake in self.mistakes}
        if len(codes) == 1:
            self.exit_code = codes.pop()
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class VariantsFailedError(ByeoriError):
    """Variants of a sweep could not be finished; the others were.

    Attributes:
        failed: the variants' names, with the error of each. The exit code is the first one's.
        finished: how many variants are in the table; where there are none there is no table.
        folder: where the table lies.
    """

    def __init__(self, failed: Mapping[str, ByeoriError], total: int, folder: Path) -> None:
        self.failed = dict(failed)
        first = next(iter(self.failed.values()))
        self.exit_code = first.exit_code
        reasons: dict[str, list[str]] = {}
        for name, error in self.failed.items():
            reasons.setdefault(str(error), []).append(name)
        lines = [f"  {', '.join(names)}: {reason}" for reason, names in reasons.items()]
        self.finished, self.folder = total - len(self.failed), folder
        table = f"the others are in {folder / 'report.html'}; " if self.finished else ""
        super().__init__(
            f"{len(self.failed)} of {total} variants failed:\n" + "\n".join(lines) + "\n"
            f"{table}run again to try only the failed ones"
        )


def suggest(name: str, known: Sequence[str]) -> str:
    """What to add to "no such name": `; did you mean 'x'?`, or the list of what there is."""
    if close := get_close_matches(name, known, n=1, cutoff=0.6):
        return f"; did you mean {close[0]!r}?"
    return f"; there is {', '.join(sorted(known))}" if known else ""
