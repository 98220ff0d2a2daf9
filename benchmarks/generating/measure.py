"""Runs the sides in processes of their own, and takes what they print."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SIDES = ("sdk", "aiohttp", "byeori-plain", "byeori")


@dataclass(frozen=True)
class Row:
    """The median of the rounds of one side.

    Attributes:
        side: see `SIDES`; `byeori-plain` has no journal.
        in_flight: requests on the way at a time.
        cpu: microseconds of processor time for a request.
        rate: requests a second of wall clock.
    """

    side: str
    in_flight: int
    cpu: float
    rate: float


@contextmanager
def serving(delay: float) -> Iterator[str]:
    """A loopback server that answers after `delay` seconds; yields its URL."""
    command = [sys.executable, str(HERE / "server.py"), str(delay)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def run(
    side: str, url: str, requests: int, in_flight: int, start: str = "warm"
) -> dict[str, float]:
    """One round of one side, in a new process; for `start` see `sides.py`."""
    numbers = (str(requests), str(in_flight))
    command = [sys.executable, str(HERE / "sides.py"), side, url, *numbers, start]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def measure(in_flight: int, requests: int, rounds: int, start: str = "warm") -> list[Row]:
    """Every side, in turn, so that whatever else the machine does meets all alike."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    with serving(0.0) as url:
        for _ in range(rounds):
            for side in SIDES:
                found[side].append(run(side, url, requests, in_flight, start))
    return [
        Row(
            side,
            in_flight,
            cpu=statistics.median(r["cpu_seconds"] / r["requests"] * 1e6 for r in results),
            rate=statistics.median(r["requests"] / r["wall_seconds"] for r in results),
        )
        for side, results in found.items()
    ]


def rate_of_ideal(in_flight: int, seconds: int, side: str = "byeori", start: str = "warm") -> float:
    """The share of the best possible rate, with answers of one second.

    The whole time is counted: the first second without an answer, and the last requests.
    """
    with serving(1.0) as url:
        result = run(side, url, in_flight * seconds, in_flight, start)
    return result["requests"] / result["wall_seconds"] / in_flight
