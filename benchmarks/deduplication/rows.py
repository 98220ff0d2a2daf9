"""Made-up instructions: a few openings, many topics, words by Zipf's law, and near copies."""

import json
import random
import re
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path

VOCABULARY = 30_000
OPENINGS = 300
COPIES = 0.3
SYLLABLES = [c + v + e for c in "bdfgklmnprstv" for v in "aeiou" for e in ("", "n", "r", "s")]


def make_rows(number: int, seed: int = 42) -> list[str]:
    """Instructions of 5 to 40 words; about a third are earlier ones with a few words changed.

    Those of a smaller `number` are the first of a larger one.
    """
    return list(islice(_rows(random.Random(seed)), number))


def real_rows(folder: Path, seed: int = 42) -> list[str]:
    """Instructions of Self-Instruct and sentences of NASA's abstracts, shuffled.

    Args:
        folder: holds `self_instruct/*.jsonl` and `nasa_sbir/*.jsonl`, as their authors published
            them.
        seed: of the shuffling.
    """
    tasks = [json.loads(line)["instruction"] for line in _lines(folder / "self_instruct")]
    abstracts = [json.loads(line)["abstract"] or "" for line in _lines(folder / "nasa_sbir")]
    sentences = [piece for text in abstracts for piece in re.split(r"(?<=[.?!])\s+", text) if piece]
    rows = tasks + sentences
    random.Random(seed).shuffle(rows)
    return rows


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            yield from file


def _rows(rng: random.Random) -> Iterator[str]:
    words, weights = _vocabulary(rng)

    def draw(least: int, most: int) -> list[str]:
        return rng.choices(words, cum_weights=weights, k=rng.randint(least, most))

    openings = [draw(2, 7) for _ in range(OPENINGS)]
    often = list(accumulate(1 / (rank + 3) for rank in range(OPENINGS)))
    made: list[list[str]] = []
    while True:
        if made and rng.random() < COPIES:
            row = list(rng.choice(made))
            for _ in range(rng.randint(1, max(1, len(row) // 3))):
                row[rng.randrange(len(row))] = draw(1, 1)[0]
        else:
            row = [*rng.choices(openings, cum_weights=often)[0], *draw(3, 8)]
            row += draw(0, 25) if rng.random() < 0.3 else []
        made.append(row)
        yield " ".join(row).capitalize() + rng.choice([".", "?", ":", ""])


def _vocabulary(rng: random.Random) -> tuple[list[str], list[float]]:
    return make_words(rng), list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))


def make_words(rng: random.Random) -> list[str]:
    """Distinct made-up words, most frequent first."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(words)
