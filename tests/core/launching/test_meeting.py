"""Meetings of threads in this process; the work of a task is what the test says."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byeori.errors import StoppedError
from byeori.launching import (
    Meeting,
    Place,
    Task,
    WorkersFailedError,
    current_meeting,
    lead,
    meeting,
    serve,
)

Work = Callable[[int, Callable[[], None]], None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def first() -> Place:
    return Place(0, 3, 0, 3, "127.0.0.1", free_port(), run="test")


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task("some.module", ("--flag",), str(tmp_path / "logs"), 3, "127.0.0.1", 1)


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], list[tuple[Any, ...]]]:
    """Replaces the processes of a task by a function of rank and watch."""

    def replace_work(work: Work) -> list[tuple[Any, ...]]:
        ran: list[tuple[Any, ...]] = []

        def run(
            task: Task, ranks: Sequence[int], local: Sequence[int], poll: Callable[[], None]
        ) -> None:
            ran.append((task, *ranks, *local))
            work(ranks[0], poll)

        monkeypatch.setattr(meeting, "run_workers", run)
        return ran

    return replace_work


class Helper(threading.Thread):
    """Another process of the launch."""

    def __init__(self, place: Place, patience: float = 20) -> None:
        super().__init__(daemon=True)
        self.place, self.patience = place, patience
        self.code: int | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.code = serve(self.place, self.patience)
        except BaseException as error:
            self.error = error


def helpers(first: Place) -> list[Helper]:
    return [Helper(replace(first, rank=rank, local_rank=rank)) for rank in range(1, first.world)]


def led(first: Place, work: Callable[[], int], patience: float = 20) -> list[int | None]:
    """The exit codes of the helpers of what leads `work`."""
    others = helpers(first)
    try:
        lead(first, work, patience)
    finally:
        for other in others:
            other.join(15)
        assert not any(other.is_alive() for other in others)
        assert [other.error for other in others] == [None] * len(others)
    return [other.code for other in others]


def in_meeting(*tasks: Task, poll: Callable[[], None] = lambda: None) -> None:
    current = current_meeting()
    assert current is not None
    for task in tasks:
        current.run(task, poll)


def test_all_run_every_task_and_end_with_the_code_of_the_first(
    first: Place, task: Task, working: Any
) -> None:
    polled: list[int] = []
    all_of_them = threading.Barrier(3)
    ran = working(lambda rank, watch: (all_of_them.wait(20), watch()))
    second = replace(task, module="another.module")

    def work() -> int:
        in_meeting(task, second, poll=lambda: polled.append(1))
        return 4

    assert led(first, work) == [4, 4]
    assert sorted(ran, key=lambda run: (run[0].module, run[1])) == [
        (each, rank, rank) for each in (second, task) for rank in range(3)
    ]
    assert polled
    assert current_meeting() is None


@pytest.mark.parametrize("failing", [0, 2])
def test_a_worker_that_fails_anywhere_fails_the_task_of_the_first(
    first: Place, task: Task, working: Any, failing: int
) -> None:
    def work_of(rank: int, watch: Callable[[], None]) -> None:
        if rank == failing:
            raise WorkersFailedError(rank, -9, f"logs/{rank}.log")
        while True:  # the others wait for it in a collective
            watch()
            time.sleep(0.05)

    def work() -> int:
        with pytest.raises(WorkersFailedError) as caught:
            in_meeting(task)
        error = caught.value
        assert (error.rank, error.exit_code, error.log) == (failing, -9, f"logs/{failing}.log")
        return 3

    working(work_of)
    assert led(first, work) == [3, 3]


def test_after_a_failed_task_another_one_can_run(first: Place, task: Task, working: Any) -> None:
    all_of_them = threading.Barrier(3)

    def fail(rank: int, watch: Callable[[], None]) -> None:
        all_of_them.wait(20)
        if rank == 1:
            raise WorkersFailedError(rank, 1, "")
        while True:
            watch()
            time.sleep(0.05)

    def work() -> int:
        with pytest.raises(WorkersFailedError):
            in_meeting(task)
        ran = working(lambda rank, watch: all_of_them.wait(20))
        in_meeting(task)
        assert len(ran) == 3
        return 0

    working(fail)
    assert led(first, work) == [0, 0]


def test_an_error_of_the_first_ends_the_others_as_an_internal_one(first: Place) -> None:
    def work() -> int:
        raise ZeroDivisionError

    others = helpers(first)
    with pytest.raises(ZeroDivisionError):
        lead(first, work, 20)
    for other in others:
        other.join(15)
    assert [other.code for other in others] == [1, 1]


def test_a_process_that_does_not_come_is_named(
    first: Place, task: Task, working: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting, "_GOODBYE", 0.5)

    def work_of(rank: int, watch: Callable[[], None]) -> None:
        while True:
            watch()
            time.sleep(0.05)

    def work() -> int:
        with pytest.raises(StoppedError, match="process 2 of 3 has not come for 2 s"):
            in_meeting(task)
        return 3

    working(work_of)
    other = Helper(replace(first, rank=1))
    lead(first, work, patience=2)
    other.join(15)
    assert other.code == 3


def test_a_machine_that_does_not_see_the_workspace_is_named(
    first: Place, task: Task, working: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting, "_SHARED", 0.5)
    unshared = replace(task, logs="/nowhere/at/all/logs")
    ran = working(lambda rank, watch: None)

    def work() -> int:
        with pytest.raises(StoppedError, match=r"does not see /nowhere/at/all; .*--workspace"):
            in_meeting(unshared)
        return 3

    assert led(first, work) == [3, 3]
    assert not ran


# -- when they cannot meet


def test_a_port_in_use_is_said_at_once(first: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("", first.port))
        taken.listen()
        with pytest.raises(StoppedError, match=r"process 0 cannot wait .* MASTER_PORT to a port"):
            lead(first, lambda: 0)


def test_a_first_process_that_is_not_there_is_not_waited_for_without_end(first: Place) -> None:
    with pytest.raises(StoppedError, match=rf"process 2 of 3 does not reach .*:{first.port}"):
        serve(replace(first, rank=2), patience=0.5)


def test_another_program_at_that_port_is_not_waited_for_without_end(first: Place) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", first.port))
        mute.listen()
        with pytest.raises(StoppedError, match=r"process 1 of 3 .*no answer in 1 s"):
            serve(replace(first, rank=1), patience=1)


def test_two_launches_at_one_port_do_not_take_up_each_other_s_work(
    first: Place, task: Task, working: Any
) -> None:
    all_of_them = threading.Barrier(3)
    ran = working(lambda rank, watch: all_of_them.wait(20))
    stray = Helper(replace(first, rank=1, run="another"), patience=5)

    def work() -> int:
        in_meeting(task)
        return 0

    assert led(first, work) == [0, 0]
    assert sorted(rank for _, rank, _ in ran) == [0, 1, 2]
    stray.join(15)  # the store has gone with the first process
    assert isinstance(stray.error, StoppedError)


def test_a_launcher_that_stops_those_who_are_left_does_not_change_their_code(
    first: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[int] = []
    there = Meeting._there

    def interrupted(self: Meeting, key: str) -> bool:
        found = there(self, key)
        if found and key == "end" and self.place.rank == 1 and not stopped:
            stopped.append(1)
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(Meeting, "_there", interrupted)
    assert led(first, lambda: 4) == [4, 4]
    assert stopped
