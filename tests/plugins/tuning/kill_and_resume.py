"""Tunes in children that kill themselves at chosen moments, then runs again, and compares bytes.

Usage: python kill_and_resume.py MODEL_FOLDER WORK_FOLDER METHOD [FIRST EVERY]

FIRST and EVERY choose some of the moments: all of them take a minute or two.

Each child is forked after the imports, so that one costs a fraction of a second. Prints one line
per moment, and fails where the bytes differ from those of an uninterrupted run.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import peft
import safetensors.torch
import torch
import transformers

from byeori import Context, ModelRef
from byeori_plugins.tuning.training import checkpoints, saving, trainer

MODULES = (peft, transformers, trainer)  # imported before forking: they are what takes long
spec = spec_from_file_location("shared", Path(__file__).parent / "conftest.py")
shared = module_from_spec(spec)
sys.modules["shared"] = shared
spec.loader.exec_module(shared)


class KillAt:
    """Kills the process at the n-th time something happens."""

    def __init__(self, count: int) -> None:
        self.left = count

    def __call__(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


class KillingProgress:
    def __init__(self, kill: KillAt) -> None:
        self.kill = kill

    def track(self, rows: Iterable[Any], *, unit: str, **_: Any) -> Iterator[Any]:
        for row in rows:
            yield row
            if unit == "steps":
                self.kill()

    def message(self, text: str) -> None: ...


def before(owner: Any, name: str) -> Callable[[KillAt], None]:
    """Has the n-th call of a function killed at its start."""

    def install(kill: KillAt) -> None:
        original = getattr(owner, name)

        def killing(*args: Any, **kwargs: Any) -> Any:
            kill()
            return original(*args, **kwargs)

        setattr(owner, name, killing)

    return install


def halfway(kill: KillAt) -> None:
    """Has the n-th file of tensors cut in half, as a kill while it is written leaves it."""
    original = torch.save

    def killing(value: Any, path: Any, *args: Any, **kwargs: Any) -> None:
        original(value, path, *args, **kwargs)
        if kill.left == 1:
            os.truncate(path, Path(path).stat().st_size // 2)
        kill()

    torch.save = killing


MOMENTS: dict[str, tuple[Any, list[int]]] = {
    "step": (None, [1, 2, 5, 8, 9]),
    "halfway through a file": (halfway, [1, 3, 6, 9]),
    "manifest": (before(checkpoints, "write_manifest"), [1, 3]),
    "sync": (before(os, "fsync"), [2, 15, 30]),
    "rename": (before(Path, "rename"), [1, 2]),
    "removal": (before(shutil, "rmtree"), [1, 2]),
    "weights": (before(safetensors.torch, "save_file"), [1, 2]),
    "result": (before(saving, "write_json"), [1]),
}


def tune(folder: Path, model: Path, method: str, install: Any, count: int) -> None:
    kill = KillAt(count)
    for name in ("output", "scratch"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    progress = KillingProgress(kill if count and install is None else KillAt(0))
    if install is not None:
        install(kill)
    context = Context("kill", 5, folder / "output", folder / "scratch", progress_display=progress)
    settings = {"max_steps": 9, "checkpoints": 4, "evaluations": 3, "early_stopping_patience": 3}
    if method == "lora":
        settings["dropout"] = 0.1  # random numbers have to go on where they were
    data = shared.split(22)
    if method == "pretraining":
        settings["max_length"] = 48
        data = shared.twelve_documents()
    ref = ModelRef(base=str(model), template=shared.SHORT)
    shared.method_of(method, **settings).tune(ref, data, context)


def in_child(*arguments: Any) -> int:
    """Runs `tune` in a forked process and returns how that ended."""
    if (child := os.fork()) == 0:
        try:
            tune(*arguments)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "output").rglob("*"))
        if path.is_file()
    }


def main(model: Path, work: Path, method: str, first: int = 0, every: int = 1) -> None:
    assert in_child(work / "whole", model, method, None, 0) == 0
    expected = content(work / "whole")
    killed = 0
    moments = [(moment, count) for moment, (_, counts) in MOMENTS.items() for count in counts]
    for moment, count in moments[first::every]:
        folder = work / f"{moment}-{count}"
        ended = in_child(folder, model, method, MOMENTS[moment][0], count)
        assert ended in (0, -signal.SIGKILL), f"{moment} {count}: ended with {ended}"
        killed += ended != 0
        kept = sorted(path.name for path in (folder / "scratch").glob("checkpoints/*"))
        assert in_child(folder, model, method, None, 0) == 0, f"{moment} {count}: rerun failed"
        assert content(folder) == expected, f"{moment} {count}: other bytes"
        print(f"{moment} {count}: killed {ended != 0}, then from {kept}", flush=True)
    print(f"killed {killed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:]))
