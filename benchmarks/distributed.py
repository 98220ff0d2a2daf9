"""Every strategy of `distributed` with every kind of training, against one process.

    python benchmarks/distributed.py [--quick] [--precision bfloat16] [--memory] [--json FILE]

Each training is made by one process and by two, on the CPU, from the same weights and the same
examples; printed are the largest differences of a step's loss and of a weight. With `--memory`,
what two processes hold between two micro-batches is compared with
`byeori_plugins.tuning.distributed.memory` instead. Needs `pip install "byeori[deepspeed]"`.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

# Before anything starts OpenMP: one thread in each process, which does not spin while others work.
os.environ.update(
    OMP_NUM_THREADS="1",
    OMP_WAIT_POLICY="passive",
    TOKENIZERS_PARALLELISM="false",
    HF_HUB_OFFLINE="1",
    DS_ACCELERATOR="cpu",
    CUDA_VISIBLE_DEVICES="",
    PYTHONWARNINGS="ignore",
)

from processes import memory
from processes.jobs import METHODS, STRATEGIES, Row, Setting, run
from processes.table import HEAD, line, table


def main() -> int:
    """Train, print, and write the numbers where they are wanted; 1 if anything differs."""
    options = _options()
    if options.memory:
        found = memory.measure(options.strategies, options.processes)
        print(memory.table(found))
        rows = [{**asdict(row), "passed": row.passed} for row in found]
    else:
        rows = [{**asdict(row), "passed": row.passed} for row in _grid(options)]
    if options.json:
        text = json.dumps({"setting": vars(options), "rows": rows}, indent=2)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0 if all(row["passed"] for row in rows) else 1


def _grid(options: argparse.Namespace) -> list[Row]:
    print(HEAD, file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(Path(folder), options.processes, options.precision)
        rows = run(options.methods, options.strategies, setting, _tell)
    print(table(rows))
    return rows


def _tell(row: Row) -> None:
    print(line(row), file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="LoRA with three of the strategies")
    parser.add_argument("--memory", action="store_true", help="bytes instead of differences")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--methods", nargs="+", choices=METHODS)
    parser.add_argument("--strategies", nargs="+", choices=STRATEGIES)
    options = parser.parse_args()
    quick = options.quick
    options.methods = tuple(options.methods or (("lora",) if quick else METHODS))
    strategies = ("ddp", "zero-2", "fsdp") if quick else STRATEGIES
    options.strategies = tuple(options.strategies or strategies)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
