"""byeori's generated answers against transformers' own `generate`, in one run.

    python benchmarks/answers.py [--quick] [--only short|long] [--json FILE]

The same prompts, answered greedily with the same number of new tokens by the same Llama of random
weights (23 million parameters, vocabulary 32,000) in float32 on one thread: by byeori as its
evaluators ask it, and by `generate` on batches of 32, once in the prompts' order and once sorted by
length. Splitting into tokens counts on all sides, loading on none. Repeats are interleaved; printed
are medians of processor seconds, and how many times as long `generate` took. Every answer must be
equal.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(
    OMP_NUM_THREADS="1",
    OMP_WAIT_POLICY="passive",
    TOKENIZERS_PARALLELISM="false",
    HF_HUB_OFFLINE="1",
)

from throughput.workload import SHAPES, build_model

BATCH = 32
NEW_TOKENS = 32
WORKLOADS = {"short": (10, 40, 192), "long": (200, 500, 64)}
"""By key: fewest and most tokens of a prompt, and how many prompts."""
Side = Callable[[], list[str]]


def main() -> int:
    """Measure, print, and write the numbers where they are wanted."""
    options = _options()
    numbers: dict[str, Any] = {"rows": {}}
    with tempfile.TemporaryDirectory() as folder:
        build_model(Path(folder), SHAPES["small"], "cpu")
        for key in options.only or WORKLOADS:
            least, most, count = WORKLOADS[key]
            draw = random.Random(key)
            count = count // 2 if options.quick else count
            texts = [_words(draw, draw.randint(least, most)) for _ in range(count)]
            seconds = _measure(_sides(folder, texts), options.repeats)
            medians = {name: statistics.median(values) for name, values in seconds.items()}
            numbers["rows"][key] = {"prompts": count, "seconds": seconds}
            for name in ("sorted", "unsorted"):
                numbers[f"{key}_{name}"] = ratio = medians[name] / medians["byeori"]
                print(f"{key:>6} {count:4} prompts, byeori {medians['byeori']:6.2f} s, generate "
                      f"{name:>8} {medians[name]:6.2f} s: {ratio:5.2f}", flush=True)  # fmt: skip
    if options.json:
        Path(options.json).write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    return 0


def _sides(folder: str, texts: list[str]) -> dict[str, Side]:
    from byeori import Decoding, ModelRef, PlainText, PromptTemplate
    from byeori.models import TransformersModel, load

    template = PromptTemplate(name="plain", template="{{ instruction }}")
    loaded = load(ModelRef(base=folder, template=template), device="cpu")
    model = TransformersModel(loaded, "base", template)
    decoding = Decoding(max_new_tokens=NEW_TOKENS)

    def byeori() -> list[str]:
        return model.generate([PlainText(text) for text in texts], decoding)

    return {
        "byeori": byeori,
        "sorted": lambda: _generate(loaded, texts, by_length=True),
        "unsorted": lambda: _generate(loaded, texts, by_length=False),
    }


def _generate(loaded: Any, texts: list[str], *, by_length: bool) -> list[str]:
    """Batches padded on the left, as the page on generation of transformers has it."""
    import torch

    tokenizer = loaded.tokenizer
    tokenizer.padding_side, tokenizer.pad_token = "left", tokenizer.eos_token
    rows = tokenizer(texts)["input_ids"]
    order = sorted(range(len(rows)), key=lambda n: -len(rows[n]) if by_length else 0)
    answers = [""] * len(rows)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        batch = tokenizer.pad({"input_ids": [rows[n] for n in chosen]}, return_tensors="pt")
        with torch.inference_mode():
            output = loaded.model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                max_new_tokens=NEW_TOKENS,
                do_sample=False,
                pad_token_id=tokenizer.pad_token_id,
            )
        new = output[:, batch["input_ids"].shape[1] :]
        found = tokenizer.batch_decode(new, skip_special_tokens=True)
        for number, text in zip(chosen, found, strict=True):
            answers[number] = text.strip()
    return answers


def _measure(sides: dict[str, Side], repeats: int) -> dict[str, list[float]]:
    expected = sides["byeori"]()  # what a first call sets up is timed on no side
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, side in sides.items():
            start = time.process_time()
            answers = side()
            seconds[name].append(time.process_time() - start)
            if answers != expected:
                raise SystemExit(f"{name} answers otherwise")
    return seconds


def _words(draw: random.Random, count: int) -> str:
    return " ".join(f"w{draw.randrange(7, 32_000)}" for _ in range(count))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="half the prompts, one repeat")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    parser.add_argument("--only", nargs="+", choices=list(WORKLOADS), help="these workloads")
    options = parser.parse_args()
    options.repeats = 1 if options.quick else 3
    return options


if __name__ == "__main__":
    raise SystemExit(main())
