import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from byeori.store.answers import AnswerJournal
from byeori.testing.server import Fault, OpenAIServer

GENERATION = """
import sys
from pathlib import Path
from byeori.context import Context
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.store.answers import AnswerJournal
folder = Path(sys.argv[1])
with AnswerJournal(folder / "answers.sqlite") as journal:
    context = Context(stage="x", seed=0, output=folder, scratch=folder, answers=journal)
    config = EndpointConfig(name="m", base_url=sys.argv[2], concurrency=4, backoff_seconds=0.01)
    requests = (Request(prompt=f"question {n}") for n in range(60))
    texts = []
    for outcome in EndpointClient(config).answers(requests, context):
        texts.append(outcome.text)
        print(len(texts), flush=True)
(folder / "examples.txt").write_text("\\n".join(texts))
"""


def echo(body: dict) -> str:
    return "answer to " + body["messages"][-1]["content"]


def start(folder: Path, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", GENERATION, str(folder), url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until_line(process: subprocess.Popen[str], number: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line == f"{number}\n":
            return
    raise AssertionError(process.stderr and process.stderr.read())


def committed(folder: Path) -> set[str]:
    with AnswerJournal(folder / "answers.sqlite") as journal:
        prefixes = (journal.lookup(digit) for digit in "0123456789abcdef")
        return {json.dumps(a.request, sort_keys=True) for group in prefixes for a in group}


@pytest.mark.parametrize("faults", [{}, {Fault("status", status=503): 0.15, Fault("drop"): 0.1}])
def test_after_kill_9_no_committed_answer_is_asked_for_again_and_the_result_is_the_same(
    tmp_path: Path, faults: dict
) -> None:
    calm = tmp_path / "calm"
    calm.mkdir()
    with OpenAIServer(echo) as server:
        process = start(calm, server.base_url)
        assert process.communicate()[1] == ""
    with OpenAIServer(echo, faults=faults, delay=0.02) as server:
        for line in (3, 25):
            process = start(tmp_path, server.base_url)
            until_line(process, line)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            before, kept = len(server.bodies), committed(tmp_path)
            assert len(kept) >= line
        process = start(tmp_path, server.base_url)
        assert process.communicate()[1] == ""
        asked_later = {json.dumps(body, sort_keys=True) for body in server.bodies[before:]}
    assert asked_later.isdisjoint(kept)
    assert len(asked_later) == 60 - len(kept)
    assert (tmp_path / "examples.txt").read_bytes() == (calm / "examples.txt").read_bytes()


def test_ctrl_c_ends_at_once_and_cleanly_and_keeps_the_answers(tmp_path: Path) -> None:
    release = threading.Event()

    def reply(body: dict) -> str:
        # By the question, not by arrival: requests overtake each other on a busy machine.
        if int(body["messages"][-1]["content"].split()[-1]) >= 10:
            release.wait(600)
        return echo(body)

    with OpenAIServer(reply) as server:
        process = start(tmp_path, server.base_url)
        until_line(process, 10)
        process.send_signal(signal.SIGINT)
        # Far sooner than the answers that are on the way, however busy the machine.
        _, errors = process.communicate(timeout=300)
        release.set()
    assert errors.strip().endswith("KeyboardInterrupt")
    assert "Warning" not in errors
    assert errors.count("Traceback") == 1
    assert len(committed(tmp_path)) == 10
