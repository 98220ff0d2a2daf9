"""Writing that survives a kill: flush, fsync, rename; and hashing what was written."""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

OUT_OF_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of the errors that mean: the disk, or the quota, is full."""

# safetensors and torch report a full disk in their own words, without an errno.
_FULL_TEXTS = (
    "No space left on device",
    "File too large",
    "PytorchStreamWriter failed writing",
    "iostream error",
    "unexpected pos",
)


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that led to it, says that nothing more can be written."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in OUT_OF_SPACE:
            return True
        if any(text in str(seen) for text in _FULL_TEXTS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder: Path) -> list[Path]:
    """All regular files below a folder, sorted by their path."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


_hashed: ContextVar[dict[Path, str] | None] = ContextVar("_hashed", default=None)


@contextmanager
def hashing_once() -> Iterator[None]:
    """Within the block each path is hashed once: for plans that read the same files many times."""
    token = _hashed.set({})
    try:
        yield
    finally:
        _hashed.reset(token)


def content_hash(path: Path) -> str:
    """Hash of a file's content, or of a folder's files with their relative names."""
    known = _hashed.get()
    if known is None:
        return _content_hash(path)
    if path not in known:
        known[path] = _content_hash(path)
    return known[path]


def _content_hash(path: Path) -> str:
    if path.is_file():
        return sha256_of_file(path)
    digest = hashlib.sha256()
    for file in files_below(path):
        digest.update(f"{file.relative_to(path).as_posix()}\0{sha256_of_file(file)}\n".encode())
    return digest.hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and fixed separators: the same value is the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    """Hash of a JSON value: 32 hexadecimal digits."""
    text = canonical_json(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def sync_file(path: Path) -> None:
    """Force a file or a folder's list of names to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file that then takes `path`'s place: whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(temporary)
        sync_file(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_file(path.parent)


def open_folder(folder: Path) -> None:
    """Make a folder if need be, without what writers that were killed left half-written in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in folder.glob(".*.part"):
        part.unlink()


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content by a text, also safe over a power cut."""
    replace_atomically(path, lambda part: part.write_bytes(text.encode()))


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON with sorted keys, atomically."""
    write_atomically(path, json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n")
