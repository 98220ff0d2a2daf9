"""Worker processes on this machine: started together, watched, and never left behind."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PARENT, _LOG = "BYEORI_PARENT", "BYEORI_LOG"
_WATCH = 0.5
_PERIOD = 0.1
_PATIENCE = 10
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_LOGGER = "torch.distributed.elastic.multiprocessing.api"


class WorkersFailedError(Exception):
    """A worker ended with an error, or was killed.

    Attributes:
        rank: which one, of all processes.
        exit_code: what it ended with; the negative number of the signal where that killed it.
        log: file with what it printed.
    """

    def __init__(self, rank: int, exit_code: int, log: str) -> None:
        super().__init__(f"worker {rank} ended with {exit_code}; see {log}")
        self.rank, self.exit_code, self.log = rank, exit_code, log


@dataclass(frozen=True)
class Task:
    """A Python module that all processes run together.

    Attributes:
        module: as for `python -m`; it calls `begin_work` first.
        arguments: of it.
        logs: folder for what they print.
        world: how many processes there are on all machines.
        host, port: where the first one offers the store of the process group.
    """

    module: str
    arguments: tuple[str, ...]
    logs: str
    world: int
    host: str
    port: int


def run_workers(
    task: Task, ranks: Sequence[int], local: Sequence[int], poll: Callable[[], None]
) -> None:
    """Run some of a task's processes here, to the end.

    Args:
        task: what they run.
        ranks: which of all processes.
        local: their numbers on this machine, which name their accelerators.
        poll: called several times a second; what it raises ends them.

    Raises:
        WorkersFailedError: one of them failed, and the others were stopped.
    """
    with _started(task, ranks, local) as context:
        while (result := context.wait(timeout=_PERIOD, period=_PERIOD)) is None:
            poll()
    poll()
    if result.is_failed():
        first = min(result.failures.values(), key=_order)
        rank = ranks[first.local_rank]
        raise WorkersFailedError(rank, first.exitcode, _log_of(task, rank))


def _order(failure: Any) -> tuple[bool, int]:
    """Who failed first: one that was killed, and not by us, whatever others stumbled over then."""
    killed = failure.exitcode < 0 and failure.exitcode != -signal.SIGTERM
    return not killed, failure.timestamp


def begin_work() -> None:
    """To be called first in a worker: it ends when its parent does, and prints to its log."""
    log = os.open(os.environ[_LOG], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    parent = int(os.environ[_PARENT])

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _log_of(task: Task, rank: int) -> str:
    return str(Path(task.logs) / f"{rank}.log")


@contextmanager
def _started(task: Task, ranks: Sequence[int], local: Sequence[int]) -> Iterator[Any]:
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, start_processes

    logging.getLogger(_LOGGER).setLevel(logging.CRITICAL)  # the error is told in our own words
    Path(task.logs).mkdir(parents=True, exist_ok=True)
    count = len(ranks)
    handlers = [(number, signal.getsignal(number)) for number in _SIGNALS]
    context = start_processes(
        name="byeori",
        entrypoint=sys.executable,
        args=dict.fromkeys(range(count), ("-m", task.module, *task.arguments)),
        envs={n: _environment(task, ranks[n], local[n], count) for n in range(count)},
        logs_specs=DefaultLogsSpecs(log_dir=task.logs),
    )
    try:
        for number, handler in handlers:
            signal.signal(number, handler)  # torch's would end in an error of its own
        yield context
    finally:
        context.close(signal.SIGTERM, timeout=_PATIENCE)


def _environment(task: Task, rank: int, local_rank: int, local_world: int) -> dict[str, str]:
    folder = str(Path(sys.executable).parent)  # DeepSpeed looks for ninja on the path
    return {
        "RANK": str(rank),
        "WORLD_SIZE": str(task.world),
        "LOCAL_RANK": str(local_rank),
        "LOCAL_WORLD_SIZE": str(local_world),
        "MASTER_ADDR": task.host,
        "MASTER_PORT": str(task.port),
        _PARENT: str(os.getpid()),
        _LOG: _log_of(task, rank),
        "PATH": os.pathsep.join([folder, os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
    }
