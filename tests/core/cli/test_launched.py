"""One process of several, in this one: the meeting itself is in tests/core/launching."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from byeori.cli import launched
from byeori.cli.main import main
from byeori.errors import StoppedError
from byeori.launching import Place

PROCESS = {
    "RANK": "0",
    "WORLD_SIZE": "2",
    "LOCAL_RANK": "0",
    "LOCAL_WORLD_SIZE": "2",
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "29500",
}


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, Place]]]:
    """Makes this one process of a launch whose meeting is only noted; helpers are told 4."""

    met: list[tuple[str, Place]] = []

    def set_process(**changes: str) -> list[tuple[str, Place]]:
        for name, value in {**PROCESS, **changes}.items():
            monkeypatch.setenv(name, value)

        def lead(place: Place, work: Callable[[], int]) -> int:
            met.append(("leads", place))
            return work()

        def serve(place: Place) -> int:
            met.append(("serves", place))
            return 4

        monkeypatch.setattr(launched, "lead", lead)
        monkeypatch.setattr(launched, "serve", serve)
        return met

    return set_process


def ended(*arguments: str) -> Any:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


def test_the_first_process_leads_and_the_others_serve_and_end_as_it_says(
    process: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    met = process()
    assert ended("run", "nowhere.yaml") == 2
    assert "no such recipe file" in capfd.readouterr().err
    assert not set(PROCESS) & set(os.environ)
    process(RANK="1", LOCAL_RANK="1")
    assert ended("run", "nowhere.yaml") == 4
    assert capfd.readouterr() == ("", "")
    assert [(role, place.rank) for role, place in met] == [("leads", 0), ("serves", 1)]


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["run", "nowhere.yaml", "--dry-run"],
        ["run"],
        ["run", "nowhere.yaml", "--bogus"],
        ["show"],
        ["-p", "run", "show"],
        ["plugins"],
        ["--debug", "recipes"],
    ],
)
def test_a_command_that_makes_no_stage_waits_for_nobody(
    command: list[str], process: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    met = process(MASTER_ADDR="")
    ended(*command)
    assert sum(map(len, capfd.readouterr()))
    process(RANK="1", LOCAL_RANK="1")
    assert ended(*command) == 0
    assert capfd.readouterr() == ("", "")
    assert met == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "r.yaml"],
        ["--debug", "run", "r.yaml"],
        ["run", "r.yaml", "--debug", "-q"],
        ["-p", "no:nasa", "-pno:x", "run", "--set", "a=b", "r.yaml", "--workspace", "w"],
        ["run", "--variant", "lr=1", "--", "r.yaml"],
    ],
)
def test_all_processes_agree_that_stages_are_made(arguments: list[str]) -> None:
    assert launched.runs_stages(arguments)


def test_a_launch_of_one_process_changes_nothing(
    process: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    met = process(WORLD_SIZE="1", LOCAL_WORLD_SIZE="1")
    assert ended("run", "nowhere.yaml") == 2
    assert "no such recipe file" in capfd.readouterr().err
    assert met == []


def test_a_launcher_that_says_what_cannot_be_ends_with_2(
    process: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    process(RANK="1", MASTER_PORT="http")
    assert ended("run", "nowhere.yaml") == 2
    assert "environment: MASTER_PORT is 'http'" in capfd.readouterr().err


def test_a_process_that_cannot_meet_the_others_says_so(
    process: Callable[..., Any],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process(RANK="1", LOCAL_RANK="1")

    def serve(place: Place) -> int:
        raise StoppedError("process 1 of 2 does not reach the first one")

    monkeypatch.setattr(launched, "serve", serve)
    assert ended("run", "nowhere.yaml") == 3
    assert "process 1 of 2 does not reach the first one" in capfd.readouterr().err


def test_a_helper_that_is_stopped_says_nothing(
    process: Callable[..., Any],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process(RANK="1", LOCAL_RANK="1")

    def serve(place: Place) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(launched, "serve", serve)
    assert ended("run", "nowhere.yaml") == 3
    assert capfd.readouterr() == ("", "")
