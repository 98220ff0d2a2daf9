"""What a request costs: byeori's client against the loop over the openai SDK that everybody writes.

    python benchmarks/generation.py [--quick] [--json FILE]

Both ask a loopback server in a process of its own for the same answers to the same 600-token
prompts, in turn, each time in a new process. Counted is the processor time of the asking process;
the client is used as a generator uses it, once with its journal on disk and once without.
`client_vs_sdk` is how many times as many requests it makes in one second of processor time at 256
in flight, with the connections open on all sides. `rate_of_ideal` is its rate with 256 in flight
and answers that take a second, over 256 a second. Keys that end in `_cold` are the same, with
opening 256 connections in what is counted, on all sides. `rate_of_ideal_aiohttp` is what the HTTP
library reaches by itself, without retries, checks and journal.
"""

import argparse
import json
from pathlib import Path

from generating.measure import Row, measure, rate_of_ideal
from generating.table import ratio, summary, table


def main() -> None:
    """Measure, print, and write the numbers where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer requests, one round")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    options = parser.parse_args()
    requests, rounds, seconds = (2000, 1, 10) if options.quick else (4000, 3, 40)
    rows: list[Row] = [
        row for in_flight in (64, 256) for row in measure(in_flight, requests, rounds)
    ]
    print(table(rows))
    cold = measure(256, requests, rounds, "cold")
    found = {
        **summary(rows),
        "client_vs_sdk_cold": ratio(cold, "byeori", 256),
        "rate_of_ideal": rate_of_ideal(256, seconds),
        "rate_of_ideal_cold": rate_of_ideal(256, seconds, start="cold"),
        "rate_of_ideal_aiohttp": rate_of_ideal(256, seconds, side="aiohttp"),
    }
    for name, value in found.items():
        print(f"{name}: {value:.3f}")
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
