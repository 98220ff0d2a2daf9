"""byeori's novelty filter against the loops of Self-Instruct and Alpaca, on the same rows.

    python benchmarks/deduplicate.py [--quick] [--json FILE]

All decide on the same made-up instructions whether ROUGE-L with any kept before is over 0.7, in one
process. Up to 1,000 rows the loops run whole; beyond, where they take hours to weeks, they decide
rows spread evenly over the data, against what is kept before each, and their time for all rows is
extrapolated from these. Printed are processor seconds and their ratios; `same_result` says whether
every decision of a loop is ours too. Needs rouge-score (`pip install "byeori[bench]"`).
"""

import argparse
import importlib.util
import json
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
    from deduplication.rows import make_rows

    rows = make_rows(options.rows)
    numbers: dict[str, Any] = {"same_result": True}
    print(
        f"{'rows':>8} {'kept':>8} {'ours s':>8} {'loop':>14} {'loop s':>12} {'ratio':>8}  decided"
    )
    for size in [size for size in SIZES if size <= options.rows]:
        _measure(rows[:size], QUICK_PAIRS if options.quick else PAIRS, numbers)
    print("same result:", numbers["same_result"])
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")
    return 0


def _measure(rows: list[str], pairs: int, numbers: dict[str, Any]) -> None:
    from deduplication.loops import LOOPS, ours, sampled, whole

    size = f"{len(rows) // 1000}k"
    mine = ours(rows, repeats=5 if len(rows) <= WHOLE else 1)
    kept = sum(mine.decisions.values())
    numbers[f"seconds_{size}"], numbers[f"kept_{size}"] = mine.seconds, kept
    for loop in LOOPS:
        asked = max(8, 2 * pairs // kept)
        if len(rows) <= WHOLE:
            peer = whole(loop, rows)
        else:
            peer = sampled(loop, rows, mine.decisions, asked)
        same = all(mine.decisions[number] == is_kept for number, is_kept in peer.decisions.items())
        numbers["same_result"] &= same
        numbers[f"{loop.name}_{size}"] = ratio = peer.seconds / mine.seconds
        numbers[f"{loop.name}_seconds_{size}"] = peer.seconds
        print(
            f"{len(rows):8} {kept:8} {mine.seconds:8.2f} {loop.name:>14} {peer.seconds:12.0f} "
            f"{ratio:8.0f}  {len(peer.decisions)}"
            f"{', time extrapolated' * peer.extrapolated}{'' if same else ', DIFFERENT'}",
            flush=True,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="the loops decide fewer rows")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--rows", type=int, default=SIZES[-1], help="largest size")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
