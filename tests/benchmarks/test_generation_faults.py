"""A run that is killed while its model fails loses no answer and asks for none twice."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = ("runs", "server", "table")


@pytest.fixture(scope="module")
def parts() -> Iterator[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(FOLDER))
        yield {name: importlib.import_module(f"faulted.{name}") for name in NAMES}
        for name in [name for name in sys.modules if name.split(".")[0] == "faulted"]:
            del sys.modules[name]


def written(folder: Path, number: int) -> str:
    """A source of documents of three different sentences each."""
    path = folder / "documents.jsonl"
    rows = [
        {
            "text": f"Sample {n} was heated to {300 + n} K. It then weighed {n} mg more. "
            f"Nobody had expected that of sample {n}."
        }
        for n in range(number)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    source = {"use": "jsonl", "path": str(path), "language": "en", "licence": "CC0-1.0"}
    return json.dumps(source)


@pytest.mark.slow
def test_faults_and_kills_lose_nothing_repeat_nothing_and_change_no_byte(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    check(parts, tmp_path, written(tmp_path, 60), 60, moments=(20, 55))


@pytest.mark.slow
def test_the_same_holds_for_real_award_records(
    parts: dict[str, Any], tmp_path: Path, shared_data: Callable[..., Path]
) -> None:
    path = shared_data("nasa_sbir", "awards_2001_2011.jsonl")
    source = {"use": "nasa/sbir", "path": str(path), "limit": 120}
    check(parts, tmp_path, json.dumps(source), 120, moments=(1, 100))


def check(
    parts: dict[str, Any], folder: Path, source: str, number: int, moments: tuple[int, ...]
) -> None:
    # Documents and examples alone: what comes after needs seconds more, and is killed in
    # tests/test_interrupted_runs.py.
    job = parts["runs"].Job(source, in_flight=8, options=("--sample", "1000"))
    with parts["server"].WatchedServer() as server:
        calm = parts["runs"].whole(job, folder / "calm", server)
        made = parts["runs"].killed(job, folder / "killed", server, moments)
    assert calm.requests == calm.items == calm.documents == number
    assert calm.examples.total() > 2.9 * number
    assert made.files == calm.files
    assert len(made.files) == 12
    assert (made.lost, made.again) == (0, 0)
    assert made.items == number
    assert 0.08 < made.faulted.total() / made.requests < 0.35
    assert made.open_at_kills == made.repeated > 0
    found = parts["table"].summary(calm, made)
    assert found["bytes_equal"]
    assert found["kills"] == len(moments)
    assert found["requests_per_item"] > found["requests_per_item_without_kills"] > 1


def test_what_is_asked_for_although_it_is_committed_is_seen(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    from byeori.store.answers import AnswerJournal

    body = {"model": "m", "messages": [{"role": "user", "content": "Why?"}]}
    path = tmp_path / "answers.sqlite"
    with parts["server"].WatchedServer() as server, AnswerJournal(path) as journal:
        server.watch(path)
        server.arrive(body)
        assert server.again == []
        kept = journal.put(server.base_url, body, {"choices": []})
        server.arrive(body)
    assert server.again == [kept.key]


def test_the_faults_are_a_fifth_of_the_requests_and_of_all_kinds(parts: dict[str, Any]) -> None:
    faults = parts["server"].FAULTS
    assert sum(faults.values()) == pytest.approx(0.2)
    names = {parts["server"].named(fault) for fault in faults}
    assert len(names) == len(faults)


def test_a_difference_of_one_byte_is_named(parts: dict[str, Any]) -> None:
    from collections import Counter

    made = parts["runs"].Made(
        documents=2,
        examples=Counter(a=3),
        requests=5,
        items=2,
        faulted=Counter({"HTTP 500": 1}),
        again=0,
        files={"a/x": "1", "a/y": "2"},
        seconds=1.0,
        repeated=1,
    )
    calm = parts["runs"].Made(2, Counter(a=3), 2, 2, Counter(), 0, {"a/x": "1", "a/y": "3"}, 1.0)
    text = parts["table"].table(calm, made)
    assert "| **bytes equal** |  | no: a/y |" in text
    assert "| documents without an example | 1 | 1 |" in text
    assert "| requests an item | 1.000 | 2.500 |" in text
    assert "| injected faults | 0 | 1 (20.0%) |" in text
    assert not parts["table"].summary(calm, made)["bytes_equal"]
