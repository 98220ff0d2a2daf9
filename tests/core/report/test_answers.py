"""Answers side by side: the largest gains and losses, chosen the same way every time."""

import random

import pytest

from byeori import DataError, Item, Score
from byeori.report import pick_answers

ITEMS = [Item(id=f"i{n}", instruction=f"Question {n}", language="en") for n in range(6)]


def score(item: int, model: str, value: float | None, answer: str = "x", **others) -> Score:
    return Score(
        item_id=f"i{item}",
        model=model,
        value=value,
        prediction=answer,
        **{"metric": "chrf", "evaluator": "answers", **others},
    )


SCORES = [
    *(score(n, "base", v) for n, v in enumerate([0.0, 0.0, 0.9, 0.5, 0.5, None])),
    *(score(n, "lora", v) for n, v in enumerate([0.4, 0.9, 0.1, 0.5, 0.2, 1.0])),
]


def test_gains_and_losses_take_turns_by_size() -> None:
    assert [pair.item_id for pair in pick_answers(SCORES, ITEMS)] == ["i1", "i2", "i0", "i4"]


def test_the_choice_does_not_depend_on_the_order_of_rows() -> None:
    shuffled = random.Random(1).sample(SCORES, len(SCORES))
    assert {p.item_id for p in pick_answers(shuffled, ITEMS, limit=2)} == {"i1", "i2"}


def test_the_baseline_comes_first_with_its_score() -> None:
    pair = pick_answers(SCORES, ITEMS, limit=1)[0]
    assert [(a.model, a.value) for a in pair.answers] == [("base", 0.0), ("lora", 0.9)]


def test_evaluators_take_turns() -> None:
    judged = [
        score(0, "base", 1.0, metric="rating", evaluator="judge"),
        score(0, "lora", 5.0, metric="rating", evaluator="judge"),
    ]
    chosen = pick_answers([*SCORES, *judged], ITEMS, limit=2)
    assert [(p.evaluator, p.item_id) for p in chosen] == [("answers", "i1"), ("judge", "i0")]


def test_items_without_an_answer_to_show_are_left_out() -> None:
    silent = [score(0, "base", 0.0, ""), score(0, "lora", 1.0, "")]
    assert pick_answers(silent, ITEMS) == ()


def test_a_score_without_its_item_is_refused() -> None:
    with pytest.raises(DataError, match="item i0, which is not among the items"):
        pick_answers(SCORES, [])
