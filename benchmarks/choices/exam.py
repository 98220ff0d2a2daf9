"""Real questions: an exam in MMLU's published form, with its examples before each question."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from byeori.models.bases import resolve_base
from choices.workloads import Question

LETTERS = "ABCD"
CONTINUATIONS = tuple(f" {letter}" for letter in LETTERS)


def exam(test: Path, examples: Path) -> Callable[[int], list[Question]]:
    """What makes the first so many questions of `test`, after all examples (Hendrycks et al. 2021).

    Both files are MMLU's: no header; question, four choices, letter.
    """
    shots = "".join(f"{_asked(row)} {row[-1]}\n\n" for row in _rows(examples))
    head = "The following are multiple choice questions (with answers).\n\n"
    asked = [f"{head}{shots}{_asked(row)}" for row in _rows(test)]
    return lambda count: [Question(text, CONTINUATIONS) for text in asked[:count]]


def take_tokenizer(folder: Path) -> None:
    """Give the model in a folder the tokenizer of `builtin:tiny`, which reads any text."""
    for file in Path(resolve_base("builtin:tiny")).glob("tokenizer*"):
        shutil.copy(file, folder)


def _asked(row: list[str]) -> str:
    choices = "".join(f"\n{letter}. {text}" for letter, text in zip(LETTERS, row[1:5], strict=True))
    return f"{row[0].strip()}{choices}\nAnswer:"


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if row]
