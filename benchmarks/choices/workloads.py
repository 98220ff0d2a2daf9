"""Questions of random words: the same for both sides, and the same on every run."""

import random
from collections.abc import Callable
from dataclasses import dataclass

SHOTS = 5
LETTERS = ("w3", "w4", "w5", "w6")
"""Words that stand for A, B, C and D: one token each."""


@dataclass(frozen=True)
class Question:
    """One item: the text a model reads, and the continuations that are scored after it."""

    context: str
    choices: tuple[str, ...]


def short(count: int) -> list[Question]:
    """Questions of 20-45 tokens, four choices of 2-8.

    That is about ARC's length: some 20 words and 4, a third more tokens, and five tokens of
    `Question:` and `Answer:`.
    """
    draw = random.Random("short")
    return [Question(_words(draw, 20, 45), _texts(draw, 2, 8)) for _ in range(count)]


def grounded(count: int) -> list[Question]:
    """A document of 300-600 tokens and a question of 8-20; four choices of 2-8."""
    draw = random.Random("grounded")
    return [
        Question(f"{_words(draw, 300, 600)} {_words(draw, 8, 20)}", _texts(draw, 2, 8))
        for _ in range(count)
    ]


def few_shot_letters(count: int) -> list[Question]:
    """Five examples before each question, choices shown, one letter scored: as MMLU's."""
    draw = random.Random("letters")

    def question() -> str:
        shown = zip(LETTERS, _texts(draw, 2, 8), strict=True)
        return _words(draw, 10, 30) + "".join(f" {letter}{text}" for letter, text in shown)

    examples = " ".join(f"{question()} {draw.choice(LETTERS)}" for _ in range(SHOTS))
    letters = tuple(f" {letter}" for letter in LETTERS)
    return [Question(f"{examples} {question()}", letters) for _ in range(count)]


def few_shot_text(count: int) -> list[Question]:
    """Five examples before each question; four choices of 5-15 tokens, not shown before."""
    draw = random.Random("text")
    examples = " ".join(_words(draw, 40, 60) for _ in range(SHOTS))
    return [
        Question(f"{examples} {_words(draw, 10, 30)}", _texts(draw, 5, 15)) for _ in range(count)
    ]


WORKLOADS: dict[str, tuple[Callable[[int], list[Question]], int, int]] = {
    "short": (short, 384, 128),
    "grounded": (grounded, 96, 24),
    "few_shot_letters": (few_shot_letters, 384, 128),
    "few_shot_text": (few_shot_text, 384, 48),
}
"""By key: what makes the items, how many, and how many with `--quick`."""


def _texts(draw: random.Random, least: int, most: int) -> tuple[str, ...]:
    return tuple(f" {_words(draw, least, most)}" for _ in range(4))


def _words(draw: random.Random, least: int, most: int) -> str:
    return " ".join(f"w{draw.randrange(7, 32_000)}" for _ in range(draw.randint(least, most)))
