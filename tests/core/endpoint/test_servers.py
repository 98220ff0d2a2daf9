"""How much is asked at a time, of which server, and whose turn it is."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from byeori import Context, StoppedError
from byeori.endpoint import EndpointConfig, Request
from byeori.endpoint.client import EndpointClient
from byeori.endpoint.errors import TryAgainError
from byeori.endpoint.loop import new_event_loop
from byeori.endpoint.servers import Server
from byeori.endpoint.transport import Address
from byeori.endpoint.turns import Turns
from byeori.store.answers import AnswerJournal
from byeori.testing.server import Body, Fault, OpenAIServer

Make = Callable[..., EndpointConfig]
BUSY = TryAgainError("HTTP 429", status=429)


def echo(body: Body) -> str:
    return "answer to " + str(body["messages"][-1]["content"])


def questions(count: int, name: str = "question") -> list[Request[Any]]:
    return [Request(prompt=f"{name} {n}") for n in range(count)]


def in_loop(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def address(name: str = "m") -> Address:
    return Address("http://127.0.0.1:1/v1", name)


def test_overload_lowers_what_is_in_flight_at_once_and_answers_raise_it_slowly() -> None:
    async def work() -> None:
        server = Server(address())
        server.allow(100)
        server.in_flight, now = 99, asyncio.get_running_loop().time()
        server.failed(BUSY, started=now)
        assert server.limit == pytest.approx(70)
        server.failed(BUSY, started=now - 1)  # sent before the cut: the same overload
        assert server.limit == pytest.approx(70)
        for _ in range(71):
            server.succeeded()
        assert server.limit == pytest.approx(71, abs=0.05)  # one more for a round of answers
        for _ in range(10_000):
            server.succeeded()
        assert server.limit == 100

    in_loop(work())


@pytest.mark.parametrize(
    ("error", "cuts"),
    [
        (TryAgainError("HTTP 503", status=503), True),
        (TryAgainError("HTTP 529", status=529), True),
        (TryAgainError("late", slow=True), True),
        (TryAgainError("HTTP 500", status=500), False),
        (TryAgainError("garbage", status=200), False),
    ],
)
def test_only_signs_of_overload_lower_it(error: TryAgainError, cuts: bool) -> None:
    async def work() -> None:
        server = Server(address())
        server.allow(10)
        server.in_flight = 10
        server.failed(error, started=asyncio.get_running_loop().time())
        assert (server.limit < 10) is cuts
        assert server.limit >= 1

    in_loop(work())


def test_the_server_with_the_least_to_do_for_its_weight_comes_next() -> None:
    async def work() -> None:
        turns = Turns()
        claim = turns.claim([(address("a"), 100, 3.0), (address("b"), 100, 1.0)])
        got = [(await turns.enter(claim)).address.model for _ in range(40)]
        assert (got.count("a"), got.count("b")) == (30, 10)

    in_loop(work())


def test_two_who_ask_take_turns_however_much_one_asks() -> None:
    async def work() -> None:
        turns, served = Turns(), list[str]()
        many = turns.claim([(address(), 2, 1.0)])
        few = turns.claim([(address(), 2, 1.0)])

        async def ask(claim: Any, name: str) -> None:
            server = await turns.enter(claim)
            await asyncio.sleep(0)
            served.append(name)
            turns.leave(server)

        tasks = [asyncio.create_task(ask(many, "many")) for _ in range(40)]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(ask(few, "few")) for _ in range(5)]
        await asyncio.gather(*tasks)
        assert len(served) == 45
        assert served[:14].count("few") == 5, "the few did not wait for the many"

    in_loop(work())


def test_a_request_that_is_cancelled_while_it_waits_takes_no_place() -> None:
    async def work() -> None:
        turns = Turns()
        claim = turns.claim([(address(), 1, 1.0)])
        server = await turns.enter(claim)
        waiting = [asyncio.create_task(turns.enter(claim)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        turns.leave(server)  # grants the second
        waiting[1].cancel()  # after it was granted, before it knows
        await asyncio.wait_for(waiting[2], 5)
        assert server.in_flight == 1

    in_loop(work())


def test_a_server_that_is_closed_for_a_moment_is_waited_for() -> None:
    """However short the moment is, and though it ends while one looks."""

    async def wait(seconds: float) -> None:
        turns, loop = Turns(), asyncio.get_running_loop()
        claim = turns.claim([(address(), 4, 1.0)])
        ((server, _),) = claim.servers
        server.closed_until = loop.time() + seconds
        async with asyncio.timeout(5):
            entered = await asyncio.gather(*(turns.enter(claim) for _ in range(4)))
        assert entered == [server] * 4

    async def work() -> None:
        for microseconds in range(0, 1500, 10):
            await wait(microseconds / 1e6)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:  # the one that is used
        runner.run(work())


def test_a_rate_limited_server_is_asked_less_at_a_time(config_for: Make, context: Context) -> None:
    """A server that can do four at a time and says 429 to the fifth."""
    now, lock = 0, threading.Lock()

    class Limited(OpenAIServer):
        def arrive(self, body: Body) -> Fault | None:
            nonlocal now
            super().arrive(body)
            with lock:
                now += 1
                return Fault("rate_limit", seconds=0.0) if now > 4 else None

        def leave(self, body: Body, status: int, *, whole: bool) -> None:
            nonlocal now
            with lock:
                now -= 1
            super().leave(body, status, whole=whole)

    with Limited(echo, delay=0.01) as server:
        config = config_for(server, concurrency=64, max_retries=100)
        client = EndpointClient(config)
        assert len(list(client.answers(questions(300), context))) == 300
        assert server.repeats == {}
    # Without backing off, 60 of 64 would be refused, and again each time.
    assert client.counts.retries.total() < 300


def test_several_servers_answer_the_same_questions_under_the_same_keys(
    config_for: Make, context: Context, journal: AnswerJournal
) -> None:
    with OpenAIServer(echo, delay=0.01) as one, OpenAIServer(echo, delay=0.01) as two:
        both = config_for(
            one, concurrency=4, endpoints=[{"base_url": two.base_url, "name": "other"}]
        )
        outcomes = list(EndpointClient(both).answers(questions(60), context))
        assert [o.text for o in outcomes] == [f"answer to question {n}" for n in range(60)]
        asked = len(one.bodies), len(two.bodies)
        assert sum(asked) == 60
        assert min(asked) >= 20
        assert {body["model"] for body in two.bodies} == {"other"}
        alone = EndpointClient(config_for(one, concurrency=4))
        again = list(alone.answers(questions(60), context))
        assert [o.keys for o in again] == [o.keys for o in outcomes]
        assert alone.counts.sent == 0


@pytest.mark.parametrize("how", ["gone", "broken", "key"])
def test_a_failing_server_is_set_aside_and_the_others_do_its_work(
    config_for: Make, context: Context, heard: Any, how: str
) -> None:
    faults = {Fault("status", status=500): 1.0} if how == "broken" else {}
    with (
        OpenAIServer(echo, delay=0.002) as good,
        OpenAIServer(echo, faults=faults, api_key="x" if how == "key" else None) as bad,
    ):
        config = config_for(
            bad, concurrency=4, endpoints=[{"base_url": good.base_url}], max_retries=8
        )
        if how == "gone":
            bad.__exit__()
        outcomes = list(EndpointClient(config).answers(questions(60), context))
        assert all(o.text for o in outcomes)
        assert len(good.bodies) == 60
        assert len(bad.bodies) < 20
    told = "asked" if how == "key" else "set aside for 1 s"
    assert any(bad_told in message for message in heard.messages for bad_told in [told])


def test_when_all_servers_refuse_the_run_stops(config_for: Make, context: Context) -> None:
    with OpenAIServer(api_key="x") as one, OpenAIServer(api_key="y") as two:
        config = config_for(one, endpoints=[{"base_url": two.base_url}])
        with pytest.raises(StoppedError, match="refused the key"):
            list(EndpointClient(config).answers(questions(5), context))


def test_two_tasks_at_one_endpoint_share_its_places(config_for: Make, context: Context) -> None:
    with OpenAIServer(echo, delay=0.01) as server:
        config, done = config_for(server, concurrency=4), list[float]()

        def task(name: str, count: int) -> None:
            list(EndpointClient(config).answers(questions(count, name), context))
            done.append(count)

        threads = [threading.Thread(target=task, args=a) for a in (("long", 200), ("short", 20))]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join()
        assert server.most_at_once == 4
        assert done == [20, 200]
