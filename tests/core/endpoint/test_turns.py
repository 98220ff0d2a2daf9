"""Whose request is sent next, and when."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from byeori.endpoint.transport import Address
from byeori.endpoint.turns import Turns

ADDRESS = Address("http://127.0.0.1:9/v1", "test")


@pytest.mark.parametrize("look", range(8))
def test_a_server_that_opens_between_two_looks_at_the_clock_is_given_the_request(
    look: int,
) -> None:
    async def wait() -> None:
        loop = asyncio.get_running_loop()
        turns = Turns()
        claim = turns.claim([(ADDRESS, 1, 1.0)])
        server = claim.servers[0][0]
        opens = server.closed_until = loop.time() + 3600
        looks = iter(range(1_000_000))
        loop.time = lambda: opens - 1e-4 if next(looks) < look else opens + 1.0
        assert await turns.enter(claim) is server
        await turns.close()

    # Without the clock the event loop's own timeouts would wait for an hour.
    _run_for(wait(), seconds=10)


def _run_for(work: Coroutine[Any, Any, None], seconds: float) -> None:
    ended = threading.Event()

    def run() -> None:
        asyncio.run(work)
        ended.set()

    threading.Thread(target=run, daemon=True).start()
    assert ended.wait(seconds), "the request waits for ever"
