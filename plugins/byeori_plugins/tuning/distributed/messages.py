"""What workers tell the process that started them: lines of JSON in a file, and errors as JSON."""

import json
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from byeori import ByeoriError, Context, DataError, Mistake, PluginError, RecipeError, StoppedError
from byeori.errors import ExitCode
from byeori.store.files import write_json

T = TypeVar("T")

EVENTS = "events.jsonl"
_EVERY = 0.2  # seconds between two lines on progress
# What a process says, in gloo's words and NCCL's, when another one is gone.
_LOST = ("Connection closed by peer", "Connection reset by peer", "remote process exited")
_CLASSES: dict[int, type[ByeoriError]] = {
    ExitCode.STOPPED: StoppedError,
    ExitCode.DATA: DataError,
    ExitCode.PLUGIN: PluginError,
}


class Reporter:
    """Writes messages, progress and measurements of one worker; it is its `Progress`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / EVENTS

    def track(self, rows: Iterable[T], *, total: int | None, unit: str, label: str) -> Iterator[T]:
        """Yield `rows`, telling how many have passed."""
        self._tell(begin=total, unit=unit, label=label)
        told = 0.0
        for done, row in enumerate(rows):
            if time.monotonic() > told + _EVERY:
                self._tell(done=done)
                told = time.monotonic()
            yield row
        self._tell(end=True)

    def message(self, text: str) -> None:
        """Tell one line."""
        self._tell(message=text)

    def measure(self, measured: Any) -> None:
        """Tell what was measured; see `Context.measure`."""
        self._tell(measured=dict(measured))

    def _tell(self, **values: Any) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")


class Listener:
    """Reads what a worker reports, and passes it on to the user."""

    def __init__(self, folder: Path, context: Context) -> None:
        self.path, self.context = folder / EVENTS, context
        self._read = 0
        self._left = b""
        self._bar: Iterator[int] = iter(())
        self._done = 0

    def poll(self) -> None:
        """Take up what is new."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        *lines, self._left = (self._left + new).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def close(self) -> None:
        """End a bar that is still there."""
        close: Callable[[], None] = getattr(self._bar, "close", lambda: None)
        close()
        self._bar = iter(())

    def _take(self, told: dict[str, Any]) -> None:
        if "message" in told:
            self.context.message(told["message"])
        elif "measured" in told:
            self.context.measure(told["measured"])
        elif "begin" in told:
            total = told["begin"]
            places = range(total if total is not None else 2**62)
            self._bar = self.context.progress(
                places, total=total, unit=told["unit"], label=told["label"]
            )
            self._done = 0
            next(self._bar, None)
        elif "done" in told:
            while self._done < told["done"]:
                next(self._bar, None)
                self._done += 1
        else:
            self.close()


def write_error(error: BaseException, rank: int, folder: Path) -> int:
    """Write down what ended a worker; returns its exit code."""
    known = isinstance(error, ByeoriError)
    code = error.exit_code if isinstance(error, ByeoriError) else ExitCode.INTERNAL
    mistakes = error.mistakes if isinstance(error, RecipeError) else ()
    write_json(
        folder / f"error-{rank}.json",
        {
            "known": known,
            "time": time.time(),
            "exit_code": int(code),
            "message": str(error) if known else f"{type(error).__name__}: {error}",
            "mistakes": [[mistake.path, mistake.message] for mistake in mistakes],
            "traceback": "".join(traceback.format_exception(error)),
        },
    )
    return int(code)


def first_error(folder: Path) -> ByeoriError | None:
    """The error that ended the workers: the first one, before those that followed from it.

    None where there is none, because a worker was killed.
    """
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("error-*.json")]
    told = [e for e in found if e["known"] or not any(text in e["message"] for text in _LOST)]
    if not told:
        return None
    first = min(told, key=lambda error: (not error["known"], error["time"]))
    if first["mistakes"]:
        return RecipeError([Mistake(path, message) for path, message in first["mistakes"]])
    if not first["known"]:
        return PluginError(f"a process failed: {first['message']}\n{first['traceback']}")
    return _CLASSES.get(first["exit_code"], ByeoriError)(first["message"])
