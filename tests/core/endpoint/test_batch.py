"""`mode: batch`: the same answers under the same keys, and nothing is sent or paid for twice."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from byeori import Context, StoppedError
from byeori.endpoint import EndpointConfig, Outcome, Request
from byeori.endpoint.client import EndpointClient
from byeori.store.answers import AnswerJournal
from byeori.testing.server import Body, Fault, OpenAIServer

Make = Callable[..., EndpointConfig]
BATCH = {"gather_seconds": 0.1, "poll_seconds": 0.02}


def echo(body: Body) -> str:
    return "answer\u2028to " + str(body["messages"][-1]["content"])


def questions(count: int) -> list[Request[Any]]:
    return [Request(prompt=f"질문\u2028 {n}", where=f"d{n}") for n in range(count)]


def ask(
    config: EndpointConfig, context: Context, requests: list[Request[Any]]
) -> list[Outcome[Any]]:
    return list(EndpointClient(config).answers(requests, context))


@pytest.fixture
def batched(config_for: Make) -> Make:
    def make(server: OpenAIServer, **settings: Any) -> EndpointConfig:
        batch = {**BATCH, **settings.pop("batch", {})}
        return config_for(server, mode="batch", batch=batch, **settings)

    return make


def test_answers_are_those_of_direct_requests_under_the_same_keys(
    batched: Make, config_for: Make, context: Context
) -> None:
    with OpenAIServer(echo) as server:
        outcomes = ask(batched(server), context, questions(9))
        assert [o.text for o in outcomes] == [f"answer\u2028to 질문\u2028 {n}" for n in range(9)]
        assert len(server.batches.batches) == 1
        assert ask(config_for(server), context, questions(9)) == outcomes
        assert len(server.bodies) == 9, "the journal has them"
    assert context.ledger.measured()["answers"] == 9
    assert context.ledger.measured()["prompt_tokens"] > 0


@pytest.mark.parametrize(("limit", "sizes"), [({"requests": 4}, [4, 4, 2]), (None, [5, 5])])
def test_batches_are_split_at_their_limits(
    batched: Make, context: Context, limit: dict[str, float] | None, sizes: list[int]
) -> None:
    with OpenAIServer(echo) as server:
        if limit is None:  # the size of five lines
            ask(batched(server), context, questions(1))
            (_, line) = server.batches.files["file-1"]
            limit = {"megabytes": len(line) * 5.5 / 1e6}
        requests = [Request(prompt=f"질문\u2028 {n}") for n in range(10, 20)]
        outcomes = ask(batched(server, batch=limit), context, requests)
        assert all(outcome.error is None for outcome in outcomes)
        assert [len(lines) for lines in server.batches.uploads][-len(sizes) :] == sizes


def test_a_request_larger_than_a_batch_may_be_fails_alone(batched: Make, context: Context) -> None:
    with OpenAIServer(echo) as server:
        config = batched(server, batch={"megabytes": 0.001})
        long, short = ask(config, context, [Request(prompt="x" * 1000), Request(prompt="y")])
    assert long.error is not None
    assert "larger than 0.001 MB" in long.error.reason
    assert short.text.endswith("y")


def test_what_an_expired_batch_did_not_answer_goes_into_another(
    batched: Make, context: Context
) -> None:
    with OpenAIServer(echo) as server:
        server.batches.endings = ["expired"]
        client = EndpointClient(batched(server))
        outcomes = list(client.answers(questions(8), context))
        assert all(outcome.error is None for outcome in outcomes)
        assert [len(lines) for lines in server.batches.uploads] == [8, 4]
        assert server.repeats == {}
    assert client.counts.retries == {"the batch expired": 4}


def test_what_no_batch_answers_is_listed_in_the_end(batched: Make, context: Context) -> None:
    with OpenAIServer(echo) as server:
        server.batches.endings = ["expired"] * 9
        config = batched(server, batch={"retries": 1}, max_failures=1)
        outcomes = ask(config, context, questions(8))
        assert [len(lines) for lines in server.batches.uploads] == [8, 4]
    reasons = [outcome.error.reason for outcome in outcomes if outcome.error is not None]
    assert reasons == ["the batch expired, 2 times"] * 2
    assert [outcome.request.where for outcome in outcomes if outcome.error] == ["d6", "d7"]


def test_garbage_missing_and_double_lines_are_told_and_put_right(
    batched: Make, context: Context
) -> None:
    said: list[str] = []

    def spoil(lines: list[bytes]) -> list[bytes]:
        if len(lines) < 6:
            return lines
        stranger = lines[0].replace(json.loads(lines[0])["custom_id"].encode(), b"0" * 64)
        return [lines[0], lines[0], b"<html>\n", lines[2][:-20] + b"\n", stranger, *lines[4:]]

    class Display:
        def message(self, text: str) -> None:
            said.append(text)

    with OpenAIServer(echo) as server:
        server.batches.edit = spoil
        object.__setattr__(context, "progress_display", Display())
        outcomes = ask(batched(server), context, questions(6))
        assert [o.text for o in outcomes] == [f"answer\u2028to 질문\u2028 {n}" for n in range(6)]
        assert [len(lines) for lines in server.batches.uploads] == [6, 3]
    told = " ".join(said)
    assert "batch batch_1: 2 lines are not what the API promises" in told
    assert "1 lines answer a request a second time" in told
    assert "1 lines answer what the batch did not ask" in told


def test_faults_of_single_lines_are_retried_or_listed(batched: Make, context: Context) -> None:
    script = [None, Fault("status", status=400, message="too long"), Fault("rate_limit"), None]
    with OpenAIServer(echo, script=script) as server:
        outcomes = ask(batched(server, max_failures=1), context, questions(4))
        assert [len(lines) for lines in server.batches.uploads] == [4, 1]
    assert [outcome.error is None for outcome in outcomes] == [True, False, True, True]
    assert outcomes[1].error is not None
    assert (outcomes[1].error.status, outcomes[1].error.detail) == (400, "too long")


class Answer(BaseModel):
    word: str


def test_data_that_cannot_be_used_is_corrected_in_the_next_batch(
    batched: Make, context: Context
) -> None:
    def reply(body: Body) -> str:
        corrected = len(body["messages"]) > 1
        return '{"word": "good"}' if corrected else '{"word": 3}'

    with OpenAIServer(reply) as server:
        requests = [Request(prompt=f"q{n}", schema=Answer) for n in range(5)]
        outcomes = ask(batched(server), context, requests)
        assert [len(lines) for lines in server.batches.uploads] == [5, 5]
    assert [outcome.value for outcome in outcomes] == [Answer(word="good")] * 5


def test_a_server_that_refuses_schemas_is_asked_without(batched: Make, context: Context) -> None:
    with OpenAIServer(lambda body: '{"word": "w"}', response_format="refuse") as server:
        requests = [Request(prompt=f"q{n}", schema=Answer) for n in range(3)]
        outcomes = ask(batched(server), context, requests)
    assert [outcome.value for outcome in outcomes] == [Answer(word="w")] * 3


def test_a_budget_holds_and_can_be_raised(batched: Make, context: Context) -> None:
    with OpenAIServer(echo) as server:
        with pytest.raises(StoppedError, match=r"`budget\.requests: 5` is used up"):
            ask(batched(server, budget={"requests": 5}), context, questions(8))
        assert len(server.bodies) == 5
        ask(batched(server, budget={"requests": 8}), context, questions(8))
        assert len(server.bodies) == 8


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ([{"code": "token_limit_exceeded", "message": "Enqueued token limit"}], "Enqueued token"),
        ([], "does not say why"),
    ],
)
def test_a_batch_that_is_refused_stops_the_run_and_is_sent_anew_by_the_next(
    batched: Make, context: Context, errors: list[dict[str, Any]], says: str
) -> None:
    with OpenAIServer(echo) as server:
        server.batches.endings, server.batches.errors = ["failed"], tuple(errors)
        with pytest.raises(StoppedError, match=says):
            ask(batched(server), context, questions(3))
        assert server.bodies == []
        assert all(o.error is None for o in ask(batched(server), context, questions(3)))
        assert len(server.batches.batches) == 2


def test_lines_that_make_a_batch_fail_are_listed_and_the_others_asked(
    batched: Make, context: Context
) -> None:
    with OpenAIServer(echo) as server:
        server.batches.endings = ["failed"]
        server.batches.errors = ({"code": "invalid", "message": "too long", "line": 2},)
        outcomes = ask(batched(server, max_failures=1), context, questions(3))
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert outcomes[1].error is not None
    assert outcomes[1].error.detail == "invalid: too long"


def test_a_cancelled_batch_keeps_what_it_answered(
    batched: Make, context: Context, journal: AnswerJournal
) -> None:
    with OpenAIServer(echo) as server:
        server.batches.endings = ["cancelled"]
        with pytest.raises(StoppedError, match="batch_1 was cancelled; its 3 answers are kept"):
            ask(batched(server), context, questions(6))
        assert len(journal) == 3
        ask(batched(server), context, questions(6))
        assert len(server.bodies) == 6


def test_a_server_without_the_api_and_a_refused_key_stop_the_run(
    batched: Make, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "sk-wrong-key")
    with OpenAIServer(echo, api_key="sk-right-key") as server:
        with pytest.raises(StoppedError, match="refused the key") as refused:
            ask(batched(server, api_key_env="WRONG"), context, questions(2))
        assert "sk-wrong" not in str(refused.value)
    with OpenAIServer(echo) as server:
        server.batches.post = lambda *args: None  # type: ignore[method-assign]
        with pytest.raises(StoppedError, match="has no Batch API"):
            ask(batched(server), context, questions(2))


def test_batches_and_several_servers_do_not_go_together() -> None:
    url = "http://127.0.0.1:1/v1"
    with pytest.raises(ValidationError, match="leave `endpoints` out"):
        EndpointConfig(name="m", base_url=url, mode="batch", endpoints=[{"base_url": url}])


RUN = """
import sys
from pathlib import Path
from byeori.context import Context
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.store.answers import AnswerJournal
folder = Path(sys.argv[1])
with AnswerJournal(folder / "answers.sqlite") as journal:
    interrupted = journal.find_interrupted()
    context = Context(stage="x", seed=0, output=folder, scratch=folder, answers=journal)
    batch = {"gather_seconds": 0.1, "poll_seconds": 0.02, "requests": 5}
    config = EndpointConfig(name="m", base_url=sys.argv[2], mode="batch", batch=batch)
    requests = (Request(prompt=f"question {n}") for n in range(5))
    texts = [outcome.text for outcome in EndpointClient(config).answers(requests, context)]
    print(len(interrupted), *texts, sep="\\n")
"""


def start(folder: Path, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", RUN, str(folder), url]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("when", ["upload", "create", "poll"])
def test_after_kill_9_nothing_is_uploaded_twice_and_the_batch_is_brought_home(
    tmp_path: Path, when: Any
) -> None:
    """Also where the endpoint has it, and the process died before it knew."""
    with OpenAIServer(lambda body: "to " + body["messages"][-1]["content"]) as server:
        batches = server.batches
        if when == "poll":
            batches.polls = 1_000_000
        else:
            batches.stall = when
        process = start(tmp_path, server.base_url)
        if when == "poll":
            while not batches.batches or next(iter(batches.batches.values()))["status"] != (
                "in_progress"
            ):
                assert process.poll() is None
                time.sleep(0.05)
        else:
            assert batches.stalled.wait(30)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        batches.stall, batches.polls = "", 1
        said, errors = start(tmp_path, server.base_url).communicate()
        assert errors == ""
        assert said.split("\n")[:-1] == ["0", *(f"to question {n}" for n in range(5))]
        assert len(batches.uploads) == 1, "uploaded once"
        assert len(batches.batches) == 1, "made once"
        assert server.repeats == {}


def test_a_batch_the_endpoint_has_forgotten_is_asked_again(batched: Make, context: Context) -> None:
    with OpenAIServer(echo) as server:
        poll = server.batches.get

        def forget(path: str, answered: Any) -> Any:
            return None if path.endswith("/batches/batch_1") else poll(path, answered)

        server.batches.get = forget  # type: ignore[method-assign]
        outcomes = ask(batched(server), context, questions(3))
        assert all(outcome.error is None for outcome in outcomes)
        assert len(server.batches.uploads) == 2
