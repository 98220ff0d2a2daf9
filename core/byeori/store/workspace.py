"""The workspace folder, held by one running process at a time."""

import errno
import fcntl
import json
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from byeori.errors import StoppedError, WorkspaceBusyError
from byeori.store.artifacts import ArtifactStore
from byeori.store.cache import CacheFolder

NAME = ".byeori"


class Workspace:
    """A folder with `artifacts/`, `cache/`, `answers.sqlite` and `runs/`.

    Attributes:
        folder: the workspace folder.
        artifacts: its artifacts.
        cache: what can be made again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.artifacts = ArtifactStore(self.folder / "artifacts")
        self.cache = CacheFolder(self.folder / "cache")

    @property
    def answers(self) -> Path:
        """The journal of model answers."""
        return self.folder / "answers.sqlite"

    def run_folder(self, name: str, variant: str = "") -> Path:
        """Where the run of that name, or a variant of it, keeps its recipe, plan and report."""
        return self.folder / "runs" / name / variant

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the workspace for this process until the block ends or the process dies.

        Raises:
            WorkspaceBusyError: another process holds it; names the process.
            StoppedError: the folder cannot be written.
        """
        try:
            self.artifacts.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise StoppedError(
                f"the workspace {self.folder} cannot be written: {error.strerror}; "
                "choose another with --workspace"
            ) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    raise
                file.seek(0)
                raise WorkspaceBusyError(_busy(self.folder, file.read())) from None
            _sign(file.fileno())
            yield


def _sign(descriptor: int) -> None:
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": shlex.join(sys.argv),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _busy(folder: Path, signature: str) -> str:
    try:
        holder = json.loads(signature)
        who = (
            f"process {holder['pid']} on {holder['host']} since {holder['since']} "
            f"({holder['command']})"
        )
    except (ValueError, KeyError, TypeError):
        who = "another process"  # it is just starting, and has not signed yet
    return (
        f"the workspace {folder} is in use by {who}; wait for it, stop it, or choose another "
        "folder with --workspace"
    )
