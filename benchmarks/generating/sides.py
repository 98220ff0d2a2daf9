"""One side of the comparison, in a process of its own: asks, and prints what it took as JSON.

python benchmarks/generating/sides.py SIDE BASE_URL REQUESTS IN_FLIGHT
"""

import asyncio
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


def byeori(load: Load, folder: Path, *, journal: bool) -> Callable[[Iterable[str]], None]:
    """The client as a generator calls it."""
    from byeori.context import Context
    from byeori.endpoint import EndpointConfig, Request
    from byeori.endpoint.client import EndpointClient
    from byeori.store.answers import AnswerJournal

    answers = AnswerJournal(folder / "answers.sqlite") if journal else None
    context = Context("examples.0", seed=0, output=folder, scratch=folder, answers=answers)
    config = EndpointConfig(name="loopback", base_url=load.url, concurrency=load.in_flight)
    client = EndpointClient(config)

    def ask_all(asked: Iterable[str]) -> None:
        outcomes = client.answers((Request(prompt=prompt) for prompt in asked), context)
        assert all(outcome.text for outcome in outcomes)

    return ask_all


def main() -> None:
    """Warm up, ask, print."""
    side, load = sys.argv[1], Load(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        if side == "sdk":
            ask_all = sdk(load)
        else:
            ask_all = byeori(load, Path(folder), journal=side == "byeori")
        ask_all(prompts(WARM_UP * load.in_flight))
        cpu, wall = time.process_time(), time.perf_counter()
        ask_all(prompts(load.requests, start=1_000_000))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall, "requests": load.requests}))


if __name__ == "__main__":
    main()
