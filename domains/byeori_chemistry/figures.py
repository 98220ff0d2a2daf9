"""F1 of an exam by difficulty, as the chemistry paper's equations 2 to 4 have it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """One question that was answered.

    Attributes:
        level: its difficulty.
        right: place of the right choice.
        chosen: place of the choice that was taken, None where none was.
    """

    level: str
    right: int
    chosen: int | None


def exam_figures(answers: Iterable[Answered | None]) -> dict[str, float]:
    """`micro_f1` and `macro_f1` of all questions and of each level, and `mean_of_levels`.

    Micro F1 pools true and false positives over the places; where every question is answered it is
    the share of right answers. So every figure of the paper's MMLU tables is a whole number of
    questions: 0.4286 is 87 of 203, 0.3900 is 39 of 100. Macro F1 is the mean over the places.

    Args:
        answers: None for a question that could not be scored, which is left out.
    """
    known = [answer for answer in answers if answer is not None]
    levels = sorted({answer.level for answer in known if answer.level})
    found: dict[str, float] = {}
    if known:
        found = _both(known, "")
    for level in levels if len(levels) > 1 else ():
        found |= _both([answer for answer in known if answer.level == level], f" {level}")
    if len(levels) > 1:
        figures = [found[f"micro_f1 {level}"] for level in levels]
        found["mean_of_levels"] = math.fsum(figures) / len(figures)
    return found


def _both(answers: list[Answered], name: str) -> dict[str, float]:
    from byeori.statistics import macro_f1

    right, chosen = ([getattr(one, side) for one in answers] for side in ("right", "chosen"))
    places = sorted(set(right) | {place for place in chosen if place is not None})
    return {
        f"micro_f1{name}": micro_f1(answers),
        f"macro_f1{name}": macro_f1(chosen, right, labels=places),
    }


def micro_f1(answers: list[Answered]) -> float:
    """2 TP / (2 TP + FP + FN), pooled over the places; an unanswered question is a miss alone."""
    hits = sum(answer.chosen == answer.right for answer in answers)
    taken = sum(answer.chosen is not None for answer in answers)
    return 2 * hits / (taken + len(answers)) if answers else 0.0
