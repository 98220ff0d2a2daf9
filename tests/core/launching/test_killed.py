"""Real processes of a launch, with workers that only sleep: one is killed, and none is left."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow

PROCESS = """\
import os, sys
from byeori.errors import StoppedError
from byeori.launching import Task, current_meeting, launched, lead, meeting, roll, serve

roll.SILENCE, meeting._GOODBYE = 5.0, 2.0
place = launched(os.environ)

def work():
    task = Task("sleeper", (), os.path.abspath("logs"), place.world, place.host, 1)
    try:
        current_meeting().run(task, lambda: None)
    except StoppedError as error:
        print(error, flush=True)
        return 3
    return 0

try:
    sys.exit(serve(place, 60) if place.rank else lead(place, work, 60))
except StoppedError as error:
    print(error, flush=True)
    sys.exit(3)
"""
SLEEPER = """\
import os, time
from pathlib import Path
from byeori.launching import begin_work

begin_work()
Path(f"worker-{os.environ['RANK']}").write_text(str(os.getpid()))
time.sleep(300)
"""
WORLD = 3


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    (tmp_path / "process.py").write_text(PROCESS)
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    shared = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
        "WORLD_SIZE": str(WORLD),
        "LOCAL_WORLD_SIZE": str(WORLD),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
    }
    started = [
        subprocess.Popen(
            [sys.executable, "process.py"],
            cwd=tmp_path,
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(WORLD)
    ]
    yield started
    for process in started:
        process.kill()
        process.communicate()


def workers(folder: Path) -> list[psutil.Process]:
    until = time.monotonic() + 90
    files = [folder / f"worker-{rank}" for rank in range(WORLD)]
    while not all(file.is_file() and file.read_text() for file in files):
        assert time.monotonic() < until
        time.sleep(0.1)
    return [psutil.Process(int(file.read_text())) for file in files]


@pytest.mark.parametrize(
    ("killed", "says"),
    [(0, "the first process is gone"), (2, "process 2 of 3 has not been heard of for 5 s")],
)
def test_when_one_process_is_killed_the_others_end_within_seconds_and_leave_no_worker(
    launch: list["subprocess.Popen[str]"], killed: int, says: str, tmp_path: Path
) -> None:
    sleeping = workers(tmp_path)
    launch[killed].send_signal(signal.SIGKILL)
    begun = time.monotonic()
    rest = [process for process in launch if process is not launch[killed]]
    printed = [process.communicate(timeout=60)[0] for process in rest]
    assert time.monotonic() - begun < 30
    assert [process.returncode for process in rest] == [3, 3]
    assert says in "".join(printed)
    _, alive = psutil.wait_procs(sleeping, timeout=10)
    assert not alive
