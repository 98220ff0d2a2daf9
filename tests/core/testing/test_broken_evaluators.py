"""Each rule for evaluators is seen where it is broken."""

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from byeori import Config, Evaluator, Item, Score
from byeori.testing import SpeechlessModel, check_evaluator

COUNTER = itertools.count()


class Length(Evaluator[Config]):
    """Scores an answer by its length, and not at all where the choices have no likelihood."""

    name = "length"

    def items(self, data: Any, context: Any) -> Any:
        return [Item(instruction=row.instruction, reference=row.output) for row in data.test]

    def score(self, model: Any, items: Sequence[Item], context: Any) -> Iterator[Score]:
        likelihoods = model.log_likelihoods(items, [[item.reference] for item in items])
        for item, (likelihood,) in zip(items, likelihoods, strict=True):
            known = math.isfinite(likelihood.total)
            yield Score(item_id=item.id, metric="nats", value=likelihood.total if known else None)


class Flat(SpeechlessModel):
    """A model whose likelihoods are all the same."""

    def log_likelihoods(self, prefixes: Any, continuations: Any) -> Any:
        rows = super().log_likelihoods(prefixes, continuations)
        return [[dataclasses.replace(one, total=-1.0) for one in row] for row in rows]


def breaks(cls: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_evaluator(cls, model=Flat())


def evaluating(**attributes: object) -> Any:
    return type("Changed", (Length,), {"__doc__": "Says what it does.", **attributes})


def test_an_evaluator_that_breaks_nothing_passes_and_gives_its_scores() -> None:
    assert [score.value for score in check_evaluator(Length, model=Flat())] == [-1.0] * 24


def scoring(change: Callable[[list[Score]], list[Score]]) -> Any:
    def score(self: Any, model: Any, items: Any, context: Any) -> Iterator[Score]:
        yield from change(list(Length.score(self, model, items, context)))

    return evaluating(score=score)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda scores: [], "gives no scores"),
        (lambda scores: scores[1:], "every item once by 'nats' .23 scores of 23 items, 24 items"),
        (lambda scores: [*scores, scores[0]], "every item once by 'nats' .25 scores"),
        (lambda scores: [*scores, Score(item_id="x", metric="nats", value=1)], "every item once"),
        (
            lambda scores: [*scores, dataclasses.replace(scores[0], metric="two")],
            "every item once by 'two' .1 scores",
        ),
        (
            lambda scores: [dataclasses.replace(s, value=math.nan) for s in scores],
            "nan is no score",
        ),
        (
            lambda scores: [dataclasses.replace(s, value="1") for s in scores],
            "expected a number or None, got str",
        ),  # type: ignore[arg-type]
        (
            lambda scores: [dataclasses.replace(s, value=next(COUNTER)) for s in scores],
            "other results the second time",
        ),
    ],
)
def test_scores_that_cannot_be_paired_are_seen(change: Any, message: str) -> None:
    breaks(scoring(change), message)


def test_other_metrics_than_were_promised_are_seen() -> None:
    breaks(
        evaluating(metric_names=lambda self: ("bits",)), "its metrics are bits, and scores by nats"
    )
    check_evaluator(evaluating(metric_names=lambda self: ("nats",)), model=Flat())


def test_nan_for_a_model_that_fails_is_seen() -> None:
    def score(self: Any, model: Any, items: Any, context: Any) -> Iterator[Score]:
        likelihoods = model.log_likelihoods(items, [[item.reference] for item in items])
        for item, (likelihood,) in zip(items, likelihoods, strict=True):
            yield Score(item_id=item.id, metric="nats", value=likelihood.total)

    breaks(evaluating(score=score), "nan is no score; .* has None")


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "has no items"),
        ([Item(instruction="")], "empty `instruction`"),
        (
            [Item(instruction="Which?", choices=("a", "b"), answer=2)],
            "`answer` is 2; it has 2 choices",
        ),
    ],
)
def test_items_that_cannot_be_asked_are_seen(items: list[Item], message: str) -> None:
    cls = evaluating(items=lambda self, data, context: items)
    breaks(cls, message)


def test_items_that_change_are_seen() -> None:
    def items(self: Any, data: Any, context: Any) -> list[Item]:
        return [Item(instruction=f"number {next(COUNTER)}")]

    breaks(evaluating(items=items), "second time")


def test_an_evaluator_that_changes_the_test_split_is_seen() -> None:
    def items(self: Any, data: Any, context: Any) -> list[Item]:
        data.documents[0].metadata["asked"] = True
        return [Item(instruction="one")]

    breaks(evaluating(items=items), "changes the data")


@pytest.mark.parametrize(
    ("summarise", "message"),
    [
        (lambda self, scores: {"f1": math.nan}, "the summary f1 nan; leave it out"),
        (lambda self, scores: {"f1": next(COUNTER)}, "the same scores in two ways"),
    ],
)
def test_summaries_that_cannot_be_resampled_are_seen(summarise: Any, message: str) -> None:
    breaks(evaluating(summarise=summarise), message)
