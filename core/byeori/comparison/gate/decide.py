"""Decides the rules of `compare.fail_if`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from byeori.comparison import pairing
from byeori.comparison.gate.bounds import bounds, items_needed
from byeori.comparison.gate.model import GateDecision
from byeori.comparison.gate.naming import falls, metric_named, unknown_metric, wrong_direction
from byeori.comparison.gate.subject import GateSubject, evaluators_of, metrics_of, subject
from byeori.comparison.gate.words import reason
from byeori.comparison.measure import Measurement
from byeori.comparison.model import MOST_UNSCORED
from byeori.comparison.settings import CompareSettings, GateRule
from byeori.errors import Mistake, RecipeError, suggest
from byeori.records import Score


def decisions(
    scores: Sequence[Score],
    settings: CompareSettings,
    *,
    clusters: Mapping[str, str] | None = None,
    seed: int = 0,
) -> tuple[GateDecision, ...]:
    """Every rule for every tuned model it is asked of, in order.

    No correction is made for their number: with `not-excluded` a model passes only if every rule is
    met, so that more rules never make a wrong pass more likely.

    Args:
        scores, settings, clusters, seed: as for `byeori.comparison.compare`.

    Raises:
        RecipeError: a rule names an evaluator, metric or model without scores, or a drop where
            lower is better.
        DataError: models were not scored on the very same items.
    """
    if not settings.fail_if:
        return ()
    measurement = Measurement(settings, {}, clusters or {}, seed)
    table = pairing.table(scores, settings.baseline)
    return tuple(
        decision
        for number, rule in enumerate(settings.fail_if)
        for decision in _of_rule(measurement, rule, number, table)
    )


def _of_rule(
    measurement: Measurement, rule: GateRule, number: int, table: pairing.Table
) -> Iterator[GateDecision]:
    evaluators = evaluators_of(rule.evaluator, measurement.settings.average, table)
    metrics = metrics_of(evaluators, table)
    if not metrics:
        _refuse(number, "evaluator", f"{rule.evaluator!r} gave no scores")
    metric = metric_named(rule.metric, metrics)
    if metric is None:
        _refuse(number, "metric", unknown_metric(rule.evaluator, rule.metric, metrics))
    if problem := wrong_direction(metric, rule.limits):
        _refuse(number, "drops_by_more_than", problem)
    baseline = measurement.settings.baseline
    tuned = [model for model in table[evaluators[0], metric] if model != baseline]
    for model in rule.models or tuned:
        if model not in tuned:
            message = f"{model!r} is not compared with {baseline!r}{suggest(model, tuned)}"
            _refuse(number, "models", message)
        about = subject(measurement, table, (evaluators, metric, model))
        yield _decision(measurement, rule, about)


def _decision(measurement: Measurement, rule: GateRule, about: GateSubject) -> GateDecision:
    confidence = rule.confidence or measurement.settings.confidence
    down = falls(about.metric, rule.limits)
    found = GateDecision(
        evaluator=about.evaluator,
        metric=about.metric,
        model=about.model,
        baseline_model=measurement.settings.baseline,
        direction="drop" if down else "rise",
        limit=rule.limit,
        mode=rule.mode,
        confidence=confidence,
        items=about.items,
        documents=about.documents,
        dropped=about.dropped,
        unscored_share=about.unscored_share,
        items_needed=items_needed(about.parts, rule.limit, confidence),
        **bounds(about.parts, down, confidence, measurement.seed),
    )
    found = replace(found, blocked=_blocks(found))
    return replace(found, reason=reason(found))


def _blocks(found: GateDecision) -> bool:
    if found.mode == "shown":
        return found.at_least is not None and found.at_least > found.limit
    excluded = found.at_most is not None and found.at_most <= found.limit
    return not excluded or found.unscored_share > MOST_UNSCORED


def _refuse(number: int, field: str, message: str) -> NoReturn:
    raise RecipeError([Mistake(f"compare.fail_if.{number}.{field}", message)], started=True)
