import asyncio
import json
import logging
import random
import subprocess
import sys
import time

import pytest
from pydantic import BaseModel

from byeori.context import Context
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.errors import StoppedError
from byeori.records import Turn
from byeori.testing.server import Fault, OpenAIServer, completion

KEY = "sk-secret-0123456789"


class Fact(BaseModel):
    fact: str


def echo(body: dict) -> str:
    return "answer to " + body["messages"][-1]["content"]


def questions(count: int, **settings) -> list[Request]:
    return [Request(prompt=f"question {n}", where=f"d{n}", **settings) for n in range(count)]


def test_outcomes_come_in_the_order_of_the_requests_whatever_the_arrival(context, config_for):
    def unevenly(body: dict) -> str:
        time.sleep(random.Random(str(body["messages"])).uniform(0, 0.05))
        return echo(body)

    with OpenAIServer(unevenly) as server:
        outcomes = list(EndpointClient(config_for(server)).answers(questions(60), context))
    assert [o.text for o in outcomes] == [f"answer to question {n}" for n in range(60)]
    assert [o.request.where for o in outcomes] == [f"d{n}" for n in range(60)]


@pytest.mark.parametrize("concurrency", [1, 7])
def test_as_many_requests_as_allowed_are_on_the_way_and_never_more(
    context, config_for, concurrency
):
    with OpenAIServer(echo, delay=0.05) as server:
        config = config_for(server, concurrency=concurrency)
        list(EndpointClient(config).answers(questions(concurrency * 4), context))
    assert server.most_at_once == concurrency


def test_requests_are_read_a_bounded_window_ahead(context, config_for):
    read = 0

    def source():
        nonlocal read
        for request in questions(500):
            read += 1
            yield request

    with OpenAIServer(echo) as server:
        outcomes = EndpointClient(config_for(server, concurrency=3)).answers(source(), context)
        next(outcomes)
        assert read <= 12
        outcomes.close()


def test_a_second_run_asks_nothing(context, config_for, heard):
    with OpenAIServer(echo) as server:
        config = config_for(server)
        first = list(EndpointClient(config).answers(questions(20), context))
        asked = len(server.bodies)
        client = EndpointClient(config)
        second = list(client.answers(questions(20), context))
        assert (asked, len(server.bodies)) == (20, 20)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.keys for o in first] == [o.keys for o in second]
    assert (client.counts.journal, client.counts.sent) == (20, 0)
    assert "20 more from the journal" in heard.messages[-1]


def test_a_run_whose_answers_are_all_kept_needs_neither_endpoint_nor_key(
    context, config_for, monkeypatch
):
    monkeypatch.setenv("BYEORI_TEST_KEY", KEY)
    with OpenAIServer(echo) as server:
        config = config_for(server, api_key_env="BYEORI_TEST_KEY")
        first = list(EndpointClient(config).answers(questions(3), context))
    monkeypatch.delenv("BYEORI_TEST_KEY")
    assert [o.text for o in EndpointClient(config).answers(questions(3), context)] == [
        o.text for o in first
    ]


def test_equal_requests_at_one_time_are_asked_once_and_samples_separately(context, config_for):
    with OpenAIServer(echo, delay=0.02) as server:
        client = EndpointClient(config_for(server))
        list(client.answers([Request(prompt="same")] * 10, context))
        assert len(server.bodies) == 1
        list(client.answers([Request(prompt="same", sample=n) for n in range(4)], context))
        assert len(server.bodies) == 4


def test_it_works_without_a_journal_and_inside_a_running_loop(context, config_for, tmp_path):
    plain = Context(stage="x", seed=0, output=tmp_path, scratch=tmp_path)

    async def notebook() -> list[str]:
        client = EndpointClient(config_for(server))
        return [o.text for o in client.answers(questions(3), plain)]

    with OpenAIServer(echo) as server:
        assert len(asyncio.run(notebook())) == 3


def test_the_whole_conversation_and_every_setting_reach_the_endpoint(context, config_for):
    request = Request(
        prompt="now", system="be brief", history=(Turn("user", "a"), Turn("assistant", "b"))
    )
    with OpenAIServer(echo) as server:
        config = config_for(
            server, temperature=0.3, top_p=0.9, max_tokens=7, extra={"seed": 5, "min_p": 0.1}
        )
        list(EndpointClient(config).answers([request], context))
    assert server.bodies == [
        {
            "model": "test",
            "messages": [
                {"role": "system", "content": "be brief"},
                {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b"},
                {"role": "user", "content": "now"},
            ],
            "temperature": 0.3,
            "top_p": 0.9,
            "max_tokens": 7,
            "seed": 5,
            "min_p": 0.1,
        }
    ]


def test_answers_are_the_same_with_and_without_faults_and_none_is_answered_twice(
    tmp_path, config_for
):
    faults = {
        Fault("status", status=503): 0.1,
        Fault("rate_limit", seconds=0.01): 0.1,
        Fault("drop"): 0.1,
        Fault("truncate"): 0.1,
        Fault("garbage"): 0.1,
    }

    def run(faults: dict) -> tuple[list[str], OpenAIServer, EndpointClient]:
        plain = Context(stage="x", seed=0, output=tmp_path, scratch=tmp_path)
        with OpenAIServer(echo, faults=faults, seed=3) as server:
            client = EndpointClient(config_for(server, max_retries=30))
            return [o.text for o in client.answers(questions(80), plain)], server, client

    calm, _, _ = run({})
    rough, server, client = run(faults)
    assert rough == calm
    assert server.repeats == {}
    assert client.counts.sent == len(server.bodies) == 80 + client.counts.retries.total()
    assert client.counts.retries["HTTP 503"] == server.statuses.count(503) > 0
    assert client.counts.retries["HTTP 429"] == server.statuses.count(429) > 0


def test_retry_after_is_obeyed_by_every_request(context, config_for):
    times: list[float] = []

    def note(body: dict) -> str:
        times.append(time.monotonic())
        return echo(body)

    with OpenAIServer(note, script=[Fault("rate_limit", seconds=0.4)]) as server:
        start = time.monotonic()
        config = config_for(server, concurrency=1)
        list(EndpointClient(config).answers(questions(3), context))
    assert len(times) == 3
    assert times[0] - start >= 0.4


def test_an_endless_retry_after_stops_the_run(context, config_for):
    script = [Fault("rate_limit", seconds=86_400)]
    with (
        OpenAIServer(echo, script=script) as server,
        pytest.raises(StoppedError, match="asks to wait 86400 s"),
    ):
        list(EndpointClient(config_for(server)).answers(questions(1), context))


def test_ten_times_garbage_is_outlived(context, config_for):
    with OpenAIServer(echo, script=[Fault("garbage")] * 10) as server:
        client = EndpointClient(config_for(server, max_retries=10, backoff_seconds=0.0005))
        (outcome,) = client.answers(questions(1), context)
    assert outcome.text == "answer to question 0"
    assert client.counts.retries == {"the answer was not a chat completion": 10}


def test_a_request_that_fails_for_good_does_not_stop_the_others(context, config_for, journal):
    def picky(body: dict) -> str:
        if body["messages"][-1]["content"] == "question 3":
            raise ValueError("poison")
        return echo(body)

    with OpenAIServer(picky) as server:
        client = EndpointClient(config_for(server, max_retries=2))
        outcomes = list(client.answers(questions(8), context))
    failed = [o for o in outcomes if o.error]
    assert [o.request.where for o in failed] == ["d3"]
    assert failed[0].error.status == 500
    assert failed[0].error.reason == "HTTP 500, 3 times"
    assert "poison" in failed[0].error.detail
    assert len(journal) == 7


def test_a_request_the_endpoint_refuses_is_not_sent_again(context, config_for):
    def picky(body: dict) -> str:
        return echo(body)

    script = [Fault("status", status=400, message="prompt too long"), None]
    with OpenAIServer(picky, script=script) as server:
        config = config_for(server, concurrency=1)
        outcomes = list(EndpointClient(config).answers(questions(2), context))
        assert len(server.bodies) == 2
    assert outcomes[0].error.status == 400
    assert outcomes[0].error.detail == "prompt too long"
    assert outcomes[1].text


def test_a_slow_answer_is_given_up_and_asked_again(context, config_for):
    with OpenAIServer(echo, script=[Fault("slow", seconds=30)]) as server:
        client = EndpointClient(config_for(server, timeout_seconds=1.5))
        start = time.monotonic()
        (outcome,) = client.answers(questions(1), context)
        assert time.monotonic() - start < 15
    assert outcome.text
    assert client.counts.retries == {"no answer in 1.5 s": 1}


def test_no_connection_stops_the_run_with_the_url(context):
    with OpenAIServer() as server:
        url = server.base_url
    config = EndpointConfig(name="m", base_url=url, backoff_seconds=0.005)
    with pytest.raises(StoppedError, match=f"no connection to {url} in 3 tries"):
        list(EndpointClient(config).answers(questions(5), context))


def test_an_unknown_model_stops_the_run_with_its_name(context, config_for):
    with (
        OpenAIServer(models=["llama"]) as server,
        pytest.raises(StoppedError, match=r"does not know 'test' \(404.*base_url"),
    ):
        list(EndpointClient(config_for(server)).answers(questions(5), context))


def test_an_endpoint_that_goes_away_keeps_what_it_answered(context, config_for, journal):
    with OpenAIServer(echo) as server:
        client = EndpointClient(config_for(server, concurrency=2, max_retries=2))
        with pytest.raises(StoppedError, match="no connection"):
            for number, _ in enumerate(client.answers(questions(100), context)):
                if number == 10:
                    server.__exit__()
    assert len(journal) >= 11


def test_the_key_is_sent_and_shown_nowhere(context, config_for, monkeypatch, caplog, tmp_path):
    def telltale(body: dict) -> dict:
        return completion(body, f"your key is {KEY}")

    monkeypatch.setenv("BYEORI_TEST_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with OpenAIServer(telltale, api_key=KEY) as server:
        config = config_for(server, api_key_env="BYEORI_TEST_KEY")
        (outcome,) = EndpointClient(config).answers(questions(1), context)
        assert outcome.text == "your key is ***"
        monkeypatch.setenv("BYEORI_TEST_KEY", wrong := KEY + "x")
        with pytest.raises(StoppedError, match=r"refused the key .*BYEORI_TEST_KEY") as error:
            list(EndpointClient(config).answers([Request(prompt="other")], context))
    assert len(server.bodies) == 2
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (KEY, wrong):
        assert secret not in str(error.value) + caplog.text
        assert secret.encode() not in stored
    assert b"your key is" in stored


def test_an_unset_key_is_named(context, config_for, monkeypatch):
    monkeypatch.delenv("BYEORI_TEST_KEY", raising=False)
    with OpenAIServer(echo) as server:
        config = config_for(server, api_key_env="BYEORI_TEST_KEY")
        with pytest.raises(StoppedError, match="BYEORI_TEST_KEY is not set"):
            list(EndpointClient(config).answers(questions(2), context))
        assert server.bodies == []


def test_too_many_failures_stop_the_run_and_the_next_one_goes_on(context, config_for, journal):
    sick = True

    def often_sick(body: dict) -> str:
        if sick and int(body["messages"][-1]["content"].split()[1]) % 3 == 0:
            raise RuntimeError("sick")
        return echo(body)

    with OpenAIServer(often_sick) as server:
        config = config_for(server, max_retries=1, concurrency=2)
        with pytest.raises(StoppedError, match=r"8 of 22 requests .*max_failures: 0\.2"):
            list(EndpointClient(config).answers(questions(100), context))
        assert len(server.requests) < 40
        kept, sick = len(journal), False
        client = EndpointClient(config)
        assert len(list(client.answers(questions(100), context))) == 100
    assert kept >= 13
    assert client.counts.journal == kept
    assert len(server.repeats) <= 2, "no more than was on the way when the run stopped"


def test_an_endpoint_that_answers_nothing_stops_even_a_short_run(context, config_for):
    with OpenAIServer(faults={Fault("status", status=503): 1.0}) as server:
        config = config_for(server, max_retries=1)
        with pytest.raises(StoppedError, match=r"2 of 2 requests.*all of them.*HTTP 503"):
            list(EndpointClient(config).answers(questions(2), context))


REFUSED = {Fault("status", status=400): 1.0}
SICK = {Fault("status", status=503): 1.0}


@pytest.mark.parametrize(
    ("number", "faults", "said"),
    [
        (1, {}, "the answer is not JSON"),
        (4, {}, "the answer is not JSON"),
        (1, REFUSED, "HTTP 400"),
        (5, {}, r"5 of 5 requests.*all of them.*not JSON"),
        (1, SICK, r"1 of 1 requests.*all of them.*HTTP 503"),
    ],
)
def test_a_small_step_without_a_usable_answer_is_listed_where_the_model_gave_some_before(
    context, config_for, number, faults, said
):
    def ask(*numbers: int) -> list:
        asked = [Request(prompt=f"Question {n}", schema=Fact) for n in numbers]
        return list(EndpointClient(config).answers(asked, context))

    with OpenAIServer(lambda body: json.dumps({"fact": "so it is"})) as server:
        config = config_for(server, max_retries=1)
        ask(0)
        server.reply, server.faults = lambda body: "no JSON at all", dict(faults)
        if ".*" in said:
            with pytest.raises(StoppedError, match=said):
                ask(*range(1, number + 1))
        else:
            outcomes = ask(*range(1, number + 1))
            assert [outcome.error.reason for outcome in outcomes] == [said] * number


def test_an_account_with_nothing_left_stops_at_once(context, config_for):
    with OpenAIServer(script=[Fault("status", status=402)] * 9) as server:
        with pytest.raises(StoppedError, match="nothing left"):
            list(EndpointClient(config_for(server, concurrency=1)).answers(questions(3), context))
        assert len(server.bodies) == 1


def test_half_a_surrogate_pair_in_a_prompt_or_an_answer_is_a_failure_of_that_request(
    context, config_for
):
    requests = [Request(prompt="\ud800"), Request(prompt="ok"), Request(prompt="half")]

    def reply(body: dict) -> str:
        return "\udc00" if body["messages"][-1]["content"] == "half" else "fine"

    with OpenAIServer(reply) as server:
        outcomes = list(EndpointClient(config_for(server)).answers(requests, context))
    assert outcomes[0].error.reason == "the prompt is not valid Unicode"
    assert outcomes[1].text == "fine"
    assert outcomes[2].error.reason == "the answer is not valid Unicode"


def test_a_refusal_and_a_cut_answer_are_told_apart(context, config_for):
    with OpenAIServer(echo, script=[Fault("refusal"), Fault("cut")]) as server:
        config = config_for(server, concurrency=1)
        refused, cut = EndpointClient(config).answers(questions(2), context)
    assert refused.error.reason == "the model refused"
    assert cut.error is None
    assert cut.cut


def test_an_error_in_the_callers_iterator_reaches_the_caller(context, config_for):
    def source():
        yield from questions(3)
        raise KeyError("mine")

    with OpenAIServer(echo) as server, pytest.raises(KeyError, match="mine"):
        list(EndpointClient(config_for(server)).answers(source(), context))


def test_tokens_are_counted_and_kept(context, config_for, journal):
    with OpenAIServer(echo) as server:
        client = EndpointClient(config_for(server))
        (outcome,) = client.answers(questions(1), context)
    answer = journal.get(outcome.keys[0])
    assert (answer.prompt_tokens, answer.completion_tokens) == (2, 4)
    assert (client.counts.prompt_tokens, client.counts.completion_tokens) == (2, 4)
    assert json.loads(json.dumps(answer.request))["model"] == "test"


def test_a_full_disk_stops_the_run(context, config_for, journal, monkeypatch):
    def full(*args, **kwargs):
        raise StoppedError(f"{journal.path} cannot be written")

    monkeypatch.setattr(journal, "put_all", full)
    with OpenAIServer(echo) as server, pytest.raises(StoppedError, match="cannot be written"):
        list(EndpointClient(config_for(server)).answers(questions(9), context))


def test_importing_the_package_imports_no_client() -> None:
    heavy = "openai", "asyncio", "torch", "pyarrow", "tenacity"
    code = f"import byeori.endpoint, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
