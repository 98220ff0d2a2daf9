"""byeori's multiple choice against lm-evaluation-harness, in one run.

    python benchmarks/multiple_choice.py [--quick] [--json FILE]
    python benchmarks/multiple_choice.py --exam test.csv dev.csv

Both score the same continuations by the same Llama of random weights (23 million parameters,
vocabulary 32,000) in float32 on one thread; lm-eval's HFLM at the batch size that is fastest for
it, which is searched. Splitting into tokens counts on both sides, loading on neither. Repeats are
interleaved. `--exam` takes real questions in MMLU's form, with the second file's as examples, and a
tokenizer that reads them. Printed are processor seconds, their ratio, and the greatest difference
between any two log-likelihoods. Needs `pip install "byeori[lm-eval]"`.
"""

import argparse
import importlib.util
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

# Before anything starts OpenMP: one thread, which does not spin while others work.
os.environ.update(
    OMP_NUM_THREADS="1",
    OMP_WAIT_POLICY="passive",
    TOKENIZERS_PARALLELISM="false",
    HF_HUB_OFFLINE="1",
)

from choices.exam import exam, take_tokenizer
from choices.sides import byeori_side, cpu_seconds, harness, harness_side
from choices.workloads import WORKLOADS, Question
from throughput.workload import SHAPES, build_model

BATCH_SIZES = (1, 2, 4, 8, 16, 32)
GOALS = {"short": 4, "grounded": 8, "few_shot_letters": 9, "few_shot_text": 18}


def main() -> int:
    """Measure, print, and write the numbers where they are wanted."""
    options = _options()
    if importlib.util.find_spec("lm_eval") is None:
        print("lm-eval is not installed: pip install 'byeori[lm-eval]'", file=sys.stderr)
        return 2
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        build_model(Path(folder), SHAPES["small"], "cpu")
        workloads = {key: WORKLOADS[key] for key in options.only or WORKLOADS}
        if options.exam:
            take_tokenizer(Path(folder))
            workloads = {"exam": (exam(*options.exam), 200, 48)}
        ours, theirs = byeori_side(Path(folder)), harness(Path(folder))
        print(f"{'':>17} {'items':>6} {'byeori':>8} {'lm-eval':>8} {'batch':>6} {'ratio':>7} goal")
        for key, (make, many, few) in workloads.items():
            rows[key] = row = _measure(ours, theirs, make(few if options.quick else many), options)
            print(
                f"{key:>17} {row['items']:6} {row['byeori']:8.2f} {row['lm_eval']:8.2f} "
                f"{row['batch_size']:6} {row['ratio']:7.1f} {GOALS.get(key, ''):4}",
                flush=True,
            )
    numbers = {key: row["ratio"] for key, row in rows.items()}
    numbers["max_abs_difference"] = max(row["max_abs_difference"] for row in rows.values())
    print(f"greatest difference of a log-likelihood: {numbers['max_abs_difference']:.1e}")
    if options.json:
        text = json.dumps({**numbers, "rows": rows}, indent=2)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0


def _measure(ours: Any, theirs: Any, items: list[Question], options: Any) -> dict[str, Any]:
    """Medians over the repeats; the batch size is the best one for a part of the items."""
    part = items[: max(len(items) // 4, 16)]
    ours(part[:2])  # what the first call sets up is timed on no side
    tried = {size: cpu_seconds(harness_side(theirs, size), part)[0] for size in BATCH_SIZES}
    best = min(tried, key=tried.__getitem__)
    seconds: dict[str, list[float]] = {"byeori": [], "lm_eval": []}
    difference = 0.0
    for _ in range(options.repeats):
        mine, found = cpu_seconds(ours, items)
        other, expected = cpu_seconds(harness_side(theirs, best), items)
        seconds["byeori"].append(mine)
        seconds["lm_eval"].append(other)
        pairs = zip(found, expected, strict=True)
        difference = max(difference, *(abs(one - two) for one, two in pairs))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratios = sorted(b / a for a, b in zip(seconds["byeori"], seconds["lm_eval"], strict=True))
    return {
        "items": len(items),
        **medians,
        "batch_size": best,
        "searched": tried,
        "ratio": medians["lm_eval"] / medians["byeori"],
        "ratios": ratios,
        "max_abs_difference": difference,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="a third of the items, one repeat")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--only", nargs="+", choices=list(WORKLOADS), help="these workloads")
    parser.add_argument("--exam", nargs=2, type=Path, metavar="FILE", help="questions, examples")
    options = parser.parse_args()
    options.repeats = options.repeats or (1 if options.quick else 3)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
