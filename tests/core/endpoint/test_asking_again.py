"""A run that stopped because of unusable answers can be put right and run again."""

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from byeori import Context, StoppedError
from byeori.endpoint import EndpointConfig, Reply, Request, ask_json
from byeori.store.answers import AnswerJournal
from byeori.testing.server import Body, Fault, OpenAIServer

Make = Callable[..., EndpointConfig]


class Fact(BaseModel):
    fact: str


class Repairable:
    """A model that answers the first questions well, the others with garbage until repaired."""

    def __init__(self, good: int = 0) -> None:
        self.good = good
        self.repaired = False

    def __call__(self, body: Body) -> str:
        number = int(body["messages"][0]["content"].split()[1])
        usable = self.repaired or number < self.good
        return json.dumps({"fact": f"fact {number}"}) if usable else "garbage"


def ask(config: EndpointConfig, context: Context, count: int) -> list[Reply[Fact]]:
    requests = (Request(prompt=f"question {n} ?", schema=Fact, row=n) for n in range(count))
    return list(ask_json(config, requests, context))


@pytest.mark.parametrize("response_format", ["obey", "refuse"])
@pytest.mark.parametrize(("good", "count"), [(0, 60), (40, 90), (0, 3)])
def test_after_garbage_a_repaired_server_gives_everything_and_no_good_answer_is_asked_twice(
    config_for: Make,
    context: Context,
    journal: AnswerJournal,
    good: int,
    count: int,
    response_format: Literal["obey", "refuse"],
) -> None:
    model = Repairable(good)
    with OpenAIServer(model, delay=0.002, response_format=response_format) as server:
        with pytest.raises(StoppedError, match="only what got no usable answer is asked for again"):
            ask(config_for(server), context, count)
        model.repaired, kept = True, len(journal)
        replies = ask(config_for(server), context, count)
        assert [reply.row for reply in replies] == list(range(count))
        numbers = [int(body["messages"][0]["content"].split()[1]) for body in server.bodies]
        if response_format == "obey":
            assert [numbers.count(number) for number in range(good)] == [1] * good
        asked = len(server.bodies)
        assert [r.key for r in ask(config_for(server), context, count)] == [r.key for r in replies]
        assert len(server.bodies) == asked, "a third run asks nothing"
    assert len(journal) > kept
    assert journal.get(replies[-1].key) is not None


def test_what_was_unusable_stays_in_the_journal(
    config_for: Make, context: Context, journal: AnswerJournal
) -> None:
    model = Repairable()
    with OpenAIServer(model) as server:
        with pytest.raises(StoppedError):
            ask(config_for(server), context, 2)
        bad = {a.key for digit in "0123456789abcdef" for a in journal.lookup(digit)}
        model.repaired = True
        ask(config_for(server), context, 2)
    assert len(bad) == 4
    assert set(journal.get_many(bad)) == bad


def test_a_run_that_ended_well_with_some_rejected_asks_nothing_when_it_runs_again(
    config_for: Make, context: Context, heard: Any
) -> None:
    with OpenAIServer(Repairable(good=27)) as server:
        first, asked = ask(config_for(server), context, 30), len(server.bodies)
        second = ask(config_for(server), context, 30)
        assert (len(first), len(server.bodies)) == (27, asked)
    assert [(r.row, r.key) for r in second] == [(r.row, r.key) for r in first]
    assert heard.rejects[:3] == heard.rejects[3:]


def test_a_server_that_stays_broken_is_asked_no_more_often_in_the_second_run_than_in_the_first(
    config_for: Make, context: Context
) -> None:
    asked = []
    with OpenAIServer(Repairable()) as server:
        for _ in range(3):
            with pytest.raises(StoppedError):
                ask(config_for(server, concurrency=1), context, 5)
            asked.append(len(server.bodies))
    assert asked == [10, 20, 30], "two attempts for each request in each run"


def test_when_all_answers_are_cut_the_run_stops_and_says_what_to_raise(
    config_for: Make, context: Context
) -> None:
    script = [Fault("cut")] * 3
    with OpenAIServer(Repairable(good=3), script=script) as server:
        with pytest.raises(StoppedError, match="cut at 50 tokens; raise `max_tokens`"):
            ask(config_for(server, max_tokens=50), context, 3)
        assert len(ask(config_for(server, max_tokens=50), context, 3)) == 3


def test_a_cut_at_the_endpoints_own_limit_names_no_number(
    config_for: Make, context: Context
) -> None:
    with (
        OpenAIServer(Repairable(good=1), script=[Fault("cut")]) as server,
        pytest.raises(StoppedError, match="the endpoint's own limit; raise it, or set `max_"),
    ):
        ask(config_for(server, max_tokens=None), context, 1)
