"""byeori's training against TRL's SFTTrainer and transformers' Trainer, in one run.

    python benchmarks/train_throughput.py [--quick] [--json FILE]

All train the same model of random weights on the same examples in the same optimiser steps, each in
a process of its own, on one thread, in float32. Printed are supervised tokens per CPU second and
per second, peak memory above the loaded model, and ratios to TRL's fastest configuration. Needs
`pip install "byeori[bench]"`, and Linux. On a GPU (written, not yet run):

    python benchmarks/train_throughput.py --device cuda --shape llama-2-7b
"""

import argparse
import importlib.util
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

# Before anything starts OpenMP: one thread, which does not spin while others work.
os.environ.update(
    OMP_NUM_THREADS="1",
    OMP_WAIT_POLICY="passive",
    TOKENIZERS_PARALLELISM="false",
    HF_HUB_OFFLINE="1",
    HF_DATASETS_DISABLE_PROGRESS_BARS="1",
    PYTHONWARNINGS="ignore",
)

from throughput.jobs import jobs, run
from throughput.sides import Setting
from throughput.table import summary, table, utilisation, verdicts
from throughput.workload import SHAPES, build_model, make_examples, supervised_tokens


def main() -> int:
    """Measure, print, and write the numbers where they are wanted."""
    options = _options()
    if importlib.util.find_spec("trl") is None:
        print("trl is not installed: pip install 'byeori[bench]'", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        if options.device == "cpu":
            os.environ["DS_ACCELERATOR"] = "cpu"  # DeepSpeed, if it is there, need not look for one
        build_model(Path(folder), SHAPES[options.shape], options.device)
        setting = Setting(folder, options.shape, options.device, options.examples, options.steps)
        tokens = {
            kind: supervised_tokens(make_examples(kind, options.examples))
            for kind in ("grouped", "single")
        }
        todo = jobs(options.device, quick=options.quick)
        results = run(todo, setting, options.repeats, tokens, lambda line: print(line, flush=True))
    numbers = summary(results)
    print(table(results), "", verdicts(numbers), sep="\n")
    if options.device == "cuda":
        import torch

        print(utilisation(results, setting, torch.cuda.get_device_name()))
    if options.json:
        rows = [{"label": result.job.label, **asdict(result)} for result in results]
        text = json.dumps({**numbers, "setting": vars(options), "results": rows}, indent=2)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="about three minutes, one repeat")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--shape", choices=list(SHAPES), default="small")
    parser.add_argument("--examples", type=int, help="in an optimiser step")
    parser.add_argument("--steps", type=int, default=3, help="the first is not timed")
    parser.add_argument("--repeats", type=int)
    options = parser.parse_args()
    options.examples = options.examples or (9 if options.quick else 27)
    options.repeats = options.repeats or (1 if options.quick else 3)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
