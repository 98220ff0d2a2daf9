"""Folders that appear whole or not at all, and never in the place of something else."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from byeori.errors import ByeoriError, StoppedError
from byeori.export.errors import ExportError
from byeori.store.files import files_below, is_disk_full, sha256_of_file, sync_file, write_json

RECORD = "byeori-export.json"
"""File that says what an exported folder is, what the gate saw, and the hashes of its files."""


@contextmanager
def appearing(target: Path, identity: Mapping[str, Any]) -> Iterator[Path]:
    """Give a folder to write to, which takes `target`'s place when the block ends well.

    Args:
        target: where the export is to be. An earlier export of the same identity is replaced.
        identity: what is exported: `run`, `stage` and `format`.

    Raises:
        ExportError: something else is there, or it cannot be written.
        StoppedError: the disk is full. Whatever was there before is still there.
    """
    target = target.absolute()
    refuse_other(target, identity)
    making = target.with_name(f".{target.name}.making")
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        yield making
        for path in files_below(making):
            sync_file(path)
        _replace(making, target)
    except Exception as error:
        if isinstance(error, ByeoriError):
            raise
        if is_disk_full(error):
            raise StoppedError(
                f"no space left to export to {target}; nothing was written: free some space, or "
                "choose another folder with --to"
            ) from error
        if isinstance(error, OSError):
            where, why = error.filename or target, error.strerror or error
            advice = "choose another folder with --to"
            raise ExportError(f"{where} cannot be written: {why}; {advice}") from error
        raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _replace(making: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    making.rename(target)
    sync_file(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def refuse_other(target: Path, identity: Mapping[str, Any]) -> None:
    """Refuse a target that holds anything but an earlier export of the same.

    Raises:
        ExportError: it does.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    found = read_record(target)
    if any(found.get(name) != value for name, value in identity.items()):
        what = "something else"
        if found:
            what = f"an export of {found.get('run')} {found.get('stage')} as {found.get('format')}"
        raise ExportError(f"{target} holds {what}; give another folder with --to, or remove it")


def read_record(folder: Path) -> dict[str, Any]:
    """The record of an exported folder; empty where there is none that can be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_as_written(folder: Path) -> bool:
    """Whether every file of an export is there with the content its record says."""
    files = read_record(folder).get("files", {})
    paths = {name: folder / name for name in files}
    return bool(files) and all(
        path.is_file() and sha256_of_file(path) == files[name] for name, path in paths.items()
    )


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write the record, with the hash of every file there is."""
    files = {
        path.relative_to(folder).as_posix(): sha256_of_file(path)
        for path in files_below(folder)
        if path.name != RECORD
    }
    write_json(folder / RECORD, {**record, "files": files})
