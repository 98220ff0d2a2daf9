"""Conformance of evaluators, on a real model and on one that fails."""

import copy
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from byeori.asking import LogLikelihood, Model, Prompt
from byeori.components import EvaluationData, Evaluator
from byeori.decoding import Decoding
from byeori.records import Item, Score
from byeori.testing.rules import Settings, Subject
from byeori.testing.samples import sample_evaluation_data, tiny_model


class SpeechlessModel:
    """A model gone wrong: its log-likelihoods are NaN and its answers empty."""

    name = "speechless"

    def log_likelihoods(
        self, prefixes: Sequence[Prompt], continuations: Sequence[Sequence[str]]
    ) -> list[list[LogLikelihood]]:
        """NaN for every continuation."""
        return [[LogLikelihood(math.nan, 1) for _ in texts] for texts in continuations]

    def text_log_likelihoods(
        self, texts: Sequence[str], *, window: int | None = None, stride: int | None = None
    ) -> list[LogLikelihood]:
        """NaN for every text."""
        return [LogLikelihood(math.nan, 1) for _ in texts]

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[str]:
        """An empty answer to every prompt."""
        return [""] * len(prompts)


def check_evaluator(
    cls: type[Evaluator[Any]],
    config: Settings = None,
    *,
    data: EvaluationData | None = None,
    model: Model | None = None,
) -> list[Score]:
    """Check that an evaluator keeps its contract; returns the model's scores.

    Beside what holds for every component: its items are whole and the same every time; `score`
    gives every item one score by each metric that `metric_names` promises (by one metric at least
    where `metrics_by_item`), a finite number or None (a NaN has no mean, and a zero for what could
    not be scored is a lie), also for a model that fails; the same model gets the same scores;
    `summarise` works on any part of the scores.

    Args:
        cls: the class.
        config: settings with which it has at least one item.
        data: what items can be made of; `sample_evaluation_data()` by default.
        model: what to evaluate; `tiny_model()`, loaded, by default.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    subject = Subject(cls, Evaluator, config)
    given = data or sample_evaluation_data()
    before = copy.deepcopy((list(given.test), list(given.documents)))
    items, _ = subject.run_twice(Item, lambda evaluator, c: evaluator.items(given, c))
    if before != (list(given.test), list(given.documents)):
        subject.broken("changes the data it is given", "copy what you want to change")
    items = list({item.id: item for item in items}.values())  # as the core drops duplicates
    if not items:
        subject.nothing_made("has no items")
    asked = tuple(items)
    live = model or _live()
    scores, _ = subject.run_twice(Score, lambda evaluator, c: evaluator.score(live, asked, c))
    _check_scores(subject, scores, items)
    failed, _ = subject.run(Score, lambda e, c: e.score(SpeechlessModel(), asked, c))
    _check_scores(subject, failed, items)
    for part in (scores, failed, scores[: len(scores) // 2 + 1]):
        _check_summary(subject, part)
    return scores


def _live() -> Model:
    from byeori.models import TransformersModel, load

    ref = tiny_model()
    return TransformersModel(load(ref), "tiny", ref.template)


def _check_scores(subject: Subject[Any], scores: Iterable[Score], items: Iterable[Item]) -> None:
    wanted = Counter(item.id for item in items)
    by_metric: dict[str, Counter[str]] = {}
    for score in scores:
        by_metric.setdefault(score.metric, Counter())[score.item_id] += 1
    if not by_metric:
        subject.broken("gives no scores", "yield a Score for every item; value=None: not scored")
    scored = {id_ for counts in by_metric.values() for id_ in counts}
    some = subject.make().metrics_by_item and scored == wanted.keys()
    promised = subject.make().metric_names()
    if promised is not None and not some and list(by_metric) != list(promised):
        subject.broken(
            f"says that its metrics are {', '.join(promised)}, "
            f"and scores by {', '.join(by_metric)}",
            "let `metric_names` give the metrics of its scores, in their order, or None",
        )
    for metric, counts in by_metric.items():
        if counts != (Counter(set(counts)) if some else wanted):
            subject.broken(
                f"does not score every item once by {metric!r} ({counts.total()} scores of "
                f"{len(counts)} items, {len(wanted)} items)",
                "yield one Score an item and metric; value=None where it could not be scored",
            )


def _check_summary(subject: Subject[Any], scores: Sequence[Score]) -> None:
    evaluator = subject.make()
    first, again = dict(evaluator.summarise(scores)), dict(evaluator.summarise(scores))
    if first != again:
        subject.broken("summarises the same scores in two ways", "use the scores alone")
    for name, value in first.items():
        if not math.isfinite(value):
            subject.broken(f"gives the summary {name} {value!r}", "leave it out where undefined")
