"""Scores: one evaluator, one model, every item."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from byeori.answering import Answered, AnswerEvaluator
from byeori.bulk import Rows, write
from byeori.checks import check
from byeori.components import Evaluator
from byeori.context import Context
from byeori.errors import PluginError
from byeori.estimates import Estimate
from byeori.records import Answer, Item, Score
from byeori.stages.answers import ANSWERS
from byeori.stages.items import ITEMS
from byeori.stages.job import Counts, Job, blaming, pulled
from byeori.stages.tuning import model_before

SCORES = "scores.arrow"


def make_scores(job: Job) -> Counts:
    """Write one score per item and metric for one model."""
    use = job.stage.use()
    items = Rows(job.inputs[f"items.{use.step}"].path(ITEMS), Item)
    context = job.context_of(job.stage.id)
    evaluator = use.make(Evaluator)
    produce, computed_in = _scoring(job, evaluator, items, context)
    tracked = context.progress(pulled(produce, use), unit="scores")
    signed = [
        replace(check(score, Score, use.entry.name), model=use.start, evaluator=use.step)
        for score in tracked
    ]
    _refuse_gaps(signed, items, use.entry.name, some=evaluator.metrics_by_item)
    count = write(job.output(SCORES), _in_item_order(signed, items), Score)
    unscored = sum(score.value is None for score in signed)
    return {"kept": count, "unscored": unscored, "computed_in": computed_in}


def _scoring(
    job: Job, evaluator: Evaluator[Any], items: Rows[Item], context: Context
) -> tuple[Callable[[], Iterable[Score]], str]:
    """What gives the scores, and what the model's figures were computed in."""
    start = job.stage.use().start
    if not isinstance(evaluator, AnswerEvaluator):
        model = job.models.load(model_before(job, start), start)
        if start != "base":
            beside = partial(job.models.beside, job.plan.base, "base")
            context = replace(context, base_model=beside)
        return lambda: evaluator.score(model, items, context), model.computed_in
    answered = _answered(job)
    computed_in = job.inputs[_answers_of(job, start)].counts["computed_in"]
    return lambda: evaluator.rate(answered, items, context), computed_in


def _answers_of(job: Job, model: str) -> str:
    return f"answers.{job.stage.use().step}.{model}"


def _answered(job: Job) -> Answered:
    prefix = _answers_of(job, "")
    return Answered(
        model=job.stage.use().start,
        baseline=job.plan.recipe.compare.baseline,
        by_model={
            name.removeprefix(prefix): list(Rows(artifact.path(ANSWERS), Answer))
            for name, artifact in job.inputs.items()
            if name.startswith(prefix)
        },
    )


def estimate_scores(job: Job) -> list[Estimate]:
    """What rating answers will take, where the evaluator tells; `job.inputs` has what is there."""
    use = job.stage.use()
    evaluator, source = use.make(Evaluator), f"items.{use.step}"
    if not isinstance(evaluator, AnswerEvaluator):
        return []
    items = Rows(job.inputs[source].path(ITEMS), Item) if source in job.inputs else None
    known = all(name in job.inputs for name in job.stage.inputs)
    with blaming(use):
        answered = _answered(job) if known else None
        return list(evaluator.estimate(answered, items, job.context_of(job.stage.id)))


def _in_item_order(scores: Sequence[Score], items: Rows[Item]) -> list[Score]:
    """Sorted by metric, as the evaluator first names them, and then as the items come."""
    place = {id_: number for number, id_ in enumerate(items.column("id"))}
    metrics = list(dict.fromkeys(score.metric for score in scores))
    return sorted(scores, key=lambda score: (metrics.index(score.metric), place[score.item_id]))


def _refuse_gaps(scores: Sequence[Score], items: Rows[Item], evaluator: str, *, some: bool) -> None:
    """Every metric must have exactly one score per item, or base and tuned cannot be paired.

    Where a metric is of some items only, the comparison sees to it that all models have the same.
    """
    wanted = set(items.column("id"))
    by_metric: dict[str, list[str]] = {}
    for score in scores:
        by_metric.setdefault(score.metric, []).append(score.item_id)
    scored = {id_ for ids in by_metric.values() for id_ in ids}
    for metric, ids in by_metric.items():
        expected = set(ids) if some and scored == wanted else wanted
        if len(ids) != len(expected) or set(ids) != expected:
            raise PluginError(
                f"{evaluator} must score every item once by {metric!r}: {len(wanted)} items, "
                f"{len(ids)} scores of {len(set(ids) & wanted)} items; an item that cannot be "
                "scored gets a Score with value None"
            )
    if not by_metric:
        raise PluginError(f"{evaluator} scored none of its {len(wanted)} items")
