"""byeori's novelty filter against the loops of Self-Instruct and Alpaca, on the same rows.

    python benchmarks/deduplicate.py [--quick] [--data FOLDER] [--json FILE]

All decide on the same made-up instructions (and, with `--data`, on real ones) whether ROUGE-L with
any kept before is over 0.7, in one process. Up to 1,000 rows the loops run whole; beyond, where
they take hours to weeks, they decide rows spread evenly over the data, against what is kept before
each, and their time for all rows is extrapolated from these. Printed are processor seconds and
their ratios; `same_result` says whether every decision of a loop is ours too. Needs rouge-score
(`pip install "byeori[bench]"`).
"""

import argparse
import importlib.util
import json
import statistics
import sys
from pathlib import Path
from typing import Any

SIZES = (1_000, 5_000, 20_000, 100_000)
WHOLE = 1_000
PAIRS, QUICK_PAIRS = 2_000_000, 200_000
"""Pairs of texts that a loop compares at a size where it cannot compare all."""


def main() -> int:
    """Measure, print, and write the numbers where they are wanted."""
    options = _options()
    if importlib.util.find_spec("rouge_score") is None:
        print("rouge-score is not installed: pip install 'byeori[bench]'", file=sys.stderr)
        return 2
    from deduplication.rows import make_rows, real_rows

    rows, pairs = make_rows(options.rows), QUICK_PAIRS if options.quick else PAIRS
    numbers: dict[str, Any] = {"same_result": True}
    print(
        f"{'':>8} {'rows':>8} {'kept':>8} {'ours s':>8} {'loop':>14} {'loop s':>12} {'ratio':>8}"
        "  decided"
    )
    for size in [size for size in SIZES if size <= options.rows]:
        _measure(rows[:size], f"{size // 1000}k", pairs, numbers)
    if options.data:
        _measure(real_rows(options.data), "real", pairs, numbers)
    print("same result:", numbers["same_result"])
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")
    return 0


def _measure(rows: list[str], label: str, pairs: int, numbers: dict[str, Any]) -> None:
    from deduplication.loops import LOOPS, ours, sampled, whole

    repeats = 5 if len(rows) <= WHOLE else 1
    decisions, taken = ours(rows, repeats)
    kept = sum(decisions.values())
    asked = max(8, 2 * pairs // kept)
    peers = {
        loop.name: whole(loop, rows)
        if len(rows) <= WHOLE
        else sampled(loop, rows, decisions, asked)
        for loop in LOOPS
    }
    if len(rows) <= WHOLE:  # as much of ours before the loops as after: a machine has its moods
        taken += ours(rows, repeats)[1]
    seconds = statistics.median(taken)
    numbers[f"seconds_{label}"], numbers[f"kept_{label}"] = seconds, kept
    for name, peer in peers.items():
        same = all(decisions[number] == is_kept for number, is_kept in peer.decisions.items())
        numbers["same_result"] &= same
        numbers[f"{name}_{label}"] = ratio = peer.seconds / seconds
        numbers[f"{name}_seconds_{label}"] = peer.seconds
        print(
            f"{label:>8} {len(rows):8} {kept:8} {seconds:8.3f} {name:>14} {peer.seconds:12.0f} "
            f"{ratio:8.0f}  {len(peer.decisions)}"
            f"{', time extrapolated' * peer.extrapolated}{'' if same else ', DIFFERENT'}",
            flush=True,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="the loops decide fewer rows")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument(
        "--data", type=Path, help="folder with self_instruct/ and nasa_sbir/: real texts too"
    )
    parser.add_argument("--rows", type=int, default=SIZES[-1], help="largest size")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
