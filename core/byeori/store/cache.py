"""The cache of a workspace: files that stages share and that can be made again."""

import os
from collections.abc import Callable
from pathlib import Path

from byeori.store.files import sha256_of_file, sync_file

LARGEST = 8 * 2**30
"""Bytes a cache may have before its files that were not used for longest are removed."""

_DIGITS = 32


class CacheFolder:
    """A folder of files, each named by a key and by the hash of its content.

    Attributes:
        folder: where they lie; made when the first one is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> Path | None:
        """The file kept under that key, or None; one that is not as it was written is removed.

        Args:
            key: of letters and digits.
        """
        for path in sorted(self.folder.glob(f"{key}.*")):
            if path.suffix[1:] == sha256_of_file(path)[:_DIGITS]:
                os.utime(path)
                return path
            path.unlink()
        return None

    def put(self, key: str, write: Callable[[Path], object]) -> Path:
        """Let `write` fill a file, and keep it under that key: whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".{key}.{os.getpid()}.part"
        try:
            write(temporary)
            sync_file(temporary)
            path = self.folder / f"{key}.{sha256_of_file(temporary)[:_DIGITS]}"
            return temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def tidy(self, largest: int = LARGEST) -> None:
        """Remove what a kill left half written, and the files that were used longest ago.

        Only to be called while no other process works in the workspace.

        Args:
            largest: bytes that may stay.
        """
        for part in self.folder.glob(".*.part"):
            part.unlink()
        files = [(path.stat(), path) for path in self.folder.glob("*") if path.is_file()]
        total = 0
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime_ns, reverse=True):
            total += stat.st_size
            if total > largest:
                path.unlink()
