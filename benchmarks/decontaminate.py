"""Seconds and memory of comparing examples with evaluation items; checks what it finds.

`python benchmarks/decontaminate.py [--quick] [--json FILE]`
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from byeori import Example, Item
from byeori.stages.leakage import SAME_QUESTION, find_leaks

PLANTED = 50


def texts(seed: int) -> Iterator[tuple[str, str]]:
    """Questions of 12 words and answers of 40, half of the words Korean."""
    chance = random.Random(seed)
    syllables = [chr(code) for code in range(0xAC00, 0xD7A3, 28)]
    words = ["".join(chance.choices(syllables, k=3)) for _ in range(20_000)]
    words += [f"term{n}" for n in range(20_000)]
    while True:
        yield " ".join(chance.choices(words, k=12)), " ".join(chance.choices(words, k=40))


def examples(number: int, items: list[Item]) -> Iterator[Example]:
    """Examples, of which the last are items' questions."""
    for _, (question, answer) in zip(range(number - PLANTED), texts(2), strict=False):
        yield Example(instruction=question, output=answer)
    for item in items[:PLANTED]:
        yield Example(instruction=f"{item.instruction.upper()}?", output="-")


def peak() -> int:
    """Most memory the process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Measure, print, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    size, asked = (1_000, 200) if args.quick else (100_000, 20_000)
    rows = zip(range(asked), texts(1), strict=False)
    items = [Item(instruction=q, reference=a, id=str(n)) for n, (q, a) in rows]
    before, started, used = peak(), time.perf_counter(), time.process_time()
    found = find_leaks({"exam": items}, examples(size, items)).examples
    planted = range(size - PLANTED, size)
    result = {
        "examples": size,
        "items": asked,
        "seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(time.process_time() - used, 2),
        "mebibytes_more": round((peak() - before) / 2**20),
        "planted_found": sorted(found) == list(planted)
        and {leak.reason for leak in found.values()} == {SAME_QUESTION},
    }
    print(json.dumps(result, indent=1))
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
