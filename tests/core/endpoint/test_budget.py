"""Limits on what is spent: kept, whatever is on the way, and to be raised."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from byeori import Context, StoppedError
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.ledger import Ledger
from byeori.store.answers import AnswerJournal
from byeori.testing.server import Body, Fault, OpenAIServer

Make = Callable[..., EndpointConfig]
PRICES = {"input": 2.0, "output": 10.0}


def words(body: Body) -> str:
    return "word " * 50


def questions(count: int) -> list[Request[Any]]:
    return [Request(prompt=f"question {n} of many", where=f"d{n}") for n in range(count)]


def ask(config: EndpointConfig, context: Context, count: int) -> Ledger:
    """In a stage of its own: with a ledger of its own."""
    fresh = replace(context, ledger=Ledger())
    list(EndpointClient(config).answers(questions(count), fresh))
    return fresh.ledger


def total(journal: AnswerJournal) -> list[Any]:
    return [answer for digit in "0123456789abcdef" for answer in journal.lookup(digit)]


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        ({"requests": 30}, len),
        ({"tokens": 2500}, lambda kept: sum(a.prompt_tokens + a.completion_tokens for a in kept)),
        (
            {"money": 0.02},
            lambda kept: sum(a.prompt_tokens * 2e-6 + a.completion_tokens * 1e-5 for a in kept),
        ),
    ],
)
def test_no_more_is_spent_than_the_budget_and_nearly_all_of_it(
    config_for: Make,
    context: Context,
    journal: AnswerJournal,
    budget: dict[str, float],
    spent: Callable[[list[Any]], float],
) -> None:
    (limit,) = budget.values()
    with OpenAIServer(words, delay=0.005) as server:
        config = config_for(server, budget=budget, prices=PRICES, concurrency=16, max_tokens=60)
        with pytest.raises(StoppedError, match=r"`budget\.\w+: .*` is used up.*Raise it and run"):
            ask(config, context, 100)
        assert 0.8 * limit <= spent(total(journal)) <= limit
        assert len(server.bodies) == len(journal), "nothing was asked in vain"


def test_a_raised_budget_goes_on_and_counts_what_was_spent_before(
    config_for: Make, context: Context, journal: AnswerJournal
) -> None:
    with OpenAIServer(words) as server:
        for limit in (10, 25):
            with pytest.raises(StoppedError, match=f"`budget.requests: {limit}`"):
                ask(config_for(server, budget={"requests": limit}), context, 40)
            assert len(journal) == len(server.bodies) == limit
        ledger = ask(config_for(server, budget={"requests": 40}, prices=PRICES), context, 40)
        assert len(server.bodies) == 40
        assert server.repeats == {}
    figures = ledger.measured()
    assert (figures["answers"], figures["answers_from_journal"]) == (40, 25)
    assert (figures["prompt_tokens"], figures["completion_tokens"]) == (160, 2000)
    assert figures["cost"] == pytest.approx(160 * 2e-6 + 2000 * 1e-5)
    assert figures["requests_sent"] == 15


def test_a_budget_that_is_just_enough_is_enough_though_much_is_on_the_way(
    config_for: Make, context: Context
) -> None:
    """100 requests put aside far more than they take; they wait for each other, and do not stop."""
    with OpenAIServer(words, delay=0.002) as server:
        config = config_for(server, budget={"tokens": 5400 + 700}, max_tokens=60, concurrency=64)
        assert ask(config, context, 100).measured()["answers"] == 100


def test_a_request_that_fails_gives_back_what_was_put_aside(
    config_for: Make, context: Context
) -> None:
    script = [Fault("status", status=400)] * 5
    with OpenAIServer(words, script=script) as server:
        config = config_for(server, budget={"requests": 20}, concurrency=1, max_failures=1)
        ledger = ask(config, context, 25)
    assert ledger.measured()["answers"] == 20
    assert ledger.measured()["requests_failed"] == 5


def test_an_equal_question_is_paid_once(config_for: Make, context: Context) -> None:
    with OpenAIServer(words) as server:
        same = [Request(prompt="same")] * 5
        list(EndpointClient(config_for(server, budget={"requests": 1})).answers(same, context))
    assert context.ledger.measured()["answers"] == 1


def test_without_max_tokens_an_answer_is_taken_to_be_long(
    config_for: Make, context: Context
) -> None:
    with OpenAIServer(words) as server:
        config = config_for(server, budget={"tokens": 4000}, max_tokens=None)
        with pytest.raises(StoppedError, match="next request may take 4,"):
            ask(config, context, 1)
        assert server.bodies == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"budget": {"money": 1.0}}, "`budget.money` needs `prices`"),
        ({"budget": {}}, "give `tokens`, `money` or `requests`"),
        ({"budget": {"tokens": 0}}, "greater than or equal to 1"),
        ({"prices": {"input": 1}}, "output"),
    ],
)
def test_what_limits_nothing_is_a_mistake(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        EndpointConfig(name="m", base_url="http://127.0.0.1:1/v1", **settings)


def test_budget_and_prices_do_not_make_another_stage_of_it() -> None:
    fields = EndpointConfig.model_fields
    for name in ("budget", "prices", "endpoints", "weight", "concurrency"):
        assert fields[name].json_schema_extra == {"identity": False}
    assert json.dumps(EndpointConfig.model_json_schema())
