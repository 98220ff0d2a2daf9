"""One side of the comparison, in a process of its own: asks, and prints what it took as JSON.

python benchmarks/generating/sides.py SIDE BASE_URL REQUESTS IN_FLIGHT warm|cold

`warm`: the connections of the warm-up stay open, on every side; `cold`: they are opened anew, in
the time and processor time that is counted.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SENTENCE = "The cathode was sintered at 1250 degrees for two hours in dry hydrogen. "
SENTENCES = 35
"""About 600 tokens."""
WARM_UP = 1


def prompts(number: int, start: int = 0) -> Iterator[str]:
    """Different questions of one length."""
    text = SENTENCES * SENTENCE
    return (f"Question {start + n}: {text}" for n in range(number))


@dataclass(frozen=True)
class Load:
    """What is asked of whom."""

    url: str
    requests: int
    in_flight: int


def sdk(load: Load) -> Callable[[Iterable[str]], None]:
    """The loop that everybody writes: one client of the SDK, a semaphore, gather."""
    from openai import AsyncOpenAI

    loop = asyncio.new_event_loop()
    client = AsyncOpenAI(api_key="none", base_url=load.url, max_retries=0, timeout=120)
    at_once = asyncio.Semaphore(load.in_flight)

    async def ask(prompt: str) -> str:
        async with at_once:
            answer = await client.chat.completions.create(
                model="loopback",
                messages=[{"role": "user", "content": prompt}],
                temperature=0.0,
                max_tokens=1024,
            )
        return answer.choices[0].message.content or ""

    async def ask_all(asked: Iterable[str]) -> None:
        texts = await asyncio.gather(*map(ask, asked))
        assert all(texts)

    return lambda asked: loop.run_until_complete(ask_all(asked))


def aiohttp_alone(load: Load) -> Callable[[Iterable[str]], None]:
    """What the HTTP library takes by itself: no retries, no checks, no journal."""
    import aiohttp
    import uvloop

    loop = uvloop.new_event_loop()
    session: aiohttp.ClientSession | None = None

    async def ask_in_turn(prompts: Iterator[str]) -> None:
        assert session is not None
        for prompt in prompts:
            messages = [{"role": "user", "content": prompt}]
            body = {"model": "loopback", "messages": messages, "temperature": 0.0}
            content = json.dumps({**body, "max_tokens": 1024}).encode()
            async with session.post(f"{load.url}/chat/completions", data=content) as reply:
                assert json.loads(await reply.read())["choices"]

    async def ask_all(asked: Iterable[str]) -> None:
        nonlocal session
        session = session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        left = iter(asked)
        await asyncio.gather(*(ask_in_turn(left) for _ in range(load.in_flight)))

    return lambda asked: loop.run_until_complete(ask_all(asked))


def byeori(load: Load, *, journal: bool) -> Callable[[Iterable[str]], None]:
    """The client as a generator calls it."""
    from byeori.context import Context
    from byeori.endpoint import EndpointConfig, Request
    from byeori.endpoint.client import EndpointClient
    from byeori.store.answers import AnswerJournal

    folder = Path(tempfile.mkdtemp(dir=Path.cwd()))
    answers = AnswerJournal(folder / "answers.sqlite") if journal else None
    context = Context("examples.0", seed=0, output=folder, scratch=folder, answers=answers)
    config = EndpointConfig(name="loopback", base_url=load.url, concurrency=load.in_flight)
    client = EndpointClient(config)

    def ask_all(asked: Iterable[str]) -> None:
        outcomes = client.answers((Request(prompt=prompt) for prompt in asked), context)
        assert all(outcome.text for outcome in outcomes)

    return ask_all


def made(side: str, load: Load) -> Callable[[Iterable[str]], None]:
    """A side with connections of its own."""
    others = {"sdk": sdk, "aiohttp": aiohttp_alone}
    return others[side](load) if side in others else byeori(load, journal=side == "byeori")


def main() -> None:
    """Warm up, ask, print."""
    side, url, requests, in_flight, start = sys.argv[1:]
    load = Load(url, int(requests), int(in_flight))
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, contextlib.chdir(folder):
        if side.startswith("byeori") and start == "warm":
            from byeori.endpoint.loop import LoopThread

            LoopThread.join()  # as long as somebody uses it, its connections stay open
        ask_all = made(side, load)
        ask_all(prompts(WARM_UP * load.in_flight))
        if start == "cold":
            ask_all = made(side, load)
        cpu, wall = time.process_time(), time.perf_counter()
        ask_all(prompts(load.requests, start=1_000_000))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall, "requests": load.requests}))


if __name__ == "__main__":
    main()
