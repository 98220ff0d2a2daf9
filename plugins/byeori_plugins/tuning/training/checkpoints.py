"""Checkpoints that are whole or absent: written aside, hashed, synced, then renamed into place."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from byeori import ByeoriError, StoppedError
from byeori.store.files import files_below, is_disk_full, sha256_of_file, sync_file, write_json

KEPT = 2
_MANIFEST = "byeori-manifest.json"


class OtherProcessesError(StoppedError):
    """A checkpoint cannot be taken up by these processes."""

    def __init__(self, checkpoint: Path, wrote: str, now: str) -> None:
        super().__init__(
            f"the checkpoint of step {step_of(checkpoint)} was written by {wrote or 'one process'} "
            f"and cannot be taken up by {now or 'one process'}; set `distributed` as it was to go "
            f"on, or remove {checkpoint.parent} to start over"
        )


class Checkpoints:
    """The checkpoints of one run, below one folder.

    A checkpoint is `step-00000120/`, with a manifest of sizes and SHA-256 sums and the key of the
    run that wrote it. Whatever has none, or does not agree with it, is deleted, never loaded.

    Attributes:
        folder: where they lie.
        key: identifies the run.
        writing: where the next one is written.
        shards: whose parts a checkpoint consists of, such as `zero-2 in 8 processes`; empty where
            it is whole, whoever wrote it.
        best: file with the best weights so far; each checkpoint holds it as it was at its step.
    """

    def __init__(self, folder: Path, key: str, shards: str = "") -> None:
        self.folder = folder
        self.key = key
        self.shards = shards
        self.writing = folder / "writing"
        self.best = folder / "best.safetensors"

    def newest(self) -> Path | None:
        """The newest whole checkpoint of this run, or None; everything that is not one goes.

        Raises:
            OtherProcessesError: it consists of parts that these processes do not have.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        found = None
        for path in sorted(self.folder.iterdir(), reverse=True):
            if found is None and path.name.startswith("step-") and self._is_whole(path):
                found = path
            elif found is None or not path.name.startswith("step-"):
                _remove(path)
        if found is not None and (wrote := _manifest(found).get("shards", "")) != self.shards:
            raise OtherProcessesError(found, wrote, self.shards)
        return found

    def at(self, step: int) -> Path:
        """Where the checkpoint of a step lies, once it is there."""
        return self.folder / f"step-{step:08d}"

    def commit(self, source: Path, step: int) -> Path:
        """Make a finished folder the checkpoint of a step, and drop all but the last two."""
        if self.best.exists():
            _link(self.best, source / self.best.name)
        write_manifest(source, self.key, self.shards)
        target = self.at(step)
        if target.exists():
            _remove(target)
        source.rename(target)
        sync_file(self.folder)
        for old in sorted(self.folder.glob("step-*"))[:-KEPT]:
            _remove(old)
        return target

    def restore_best(self, checkpoint: Path) -> None:
        """Take up the best weights as they were at a checkpoint: later ones never were, now."""
        self.best.unlink(missing_ok=True)
        if (saved := checkpoint / self.best.name).exists():
            _link(saved, self.best)

    def abandon(self) -> None:
        """Remove what was being written, which may be what fills the disk."""
        shutil.rmtree(self.writing, ignore_errors=True)

    def _is_whole(self, path: Path) -> bool:
        try:
            manifest = _manifest(path)
            return bool(manifest["key"] == self.key and manifest["files"] == dict(_sums(path)))
        except (OSError, ValueError, KeyError, TypeError):
            return False


def step_of(checkpoint: Path) -> int:
    """The optimiser steps done at a checkpoint."""
    return int(checkpoint.name.removeprefix("step-"))


def write_manifest(folder: Path, key: str, shards: str) -> None:
    """Sync a folder's files, and write down their sums, last."""
    sums = dict(_sums(folder))
    for name in sums:
        sync_file(folder / name)
    write_json(folder / _MANIFEST, {"key": key, "files": sums, "shards": shards})


def _manifest(folder: Path) -> Any:
    return json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))


@contextmanager
def stopping_when_full(stage: str, folder: Path) -> Iterator[None]:
    """Turn whatever a full disk makes fail into a StoppedError that says what to do."""
    try:
        yield
    except Exception as error:
        if isinstance(error, ByeoriError) or not is_disk_full(error):
            raise
        raise StoppedError(no_space(stage, folder)) from error


def no_space(stage: str, folder: Path) -> str:
    """What to tell the user then."""
    return (
        f"{stage}: no space left on the disk of {folder}; free some and run the same command "
        "again, it goes on from what is finished"
    )


def _sums(folder: Path) -> Iterator[tuple[str, list[object]]]:
    for path in files_below(folder):
        if path.name != _MANIFEST:
            entry = [path.stat().st_size, sha256_of_file(path)]
            yield path.relative_to(folder).as_posix(), entry


def _link(source: Path, target: Path) -> None:
    """The same file under a second name, which costs nothing; a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
