"""Decides the rules of `compare.fail_if`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from byeori.comparison import pairing
from byeori.comparison.gate.bounds import bounds, items_needed
from byeori.comparison.gate.model import GateDecision
from byeori.comparison.gate.words import reason
from byeori.comparison.measure import Measurement
from byeori.comparison.model import MOST_UNSCORED
from byeori.comparison.settings import CompareSettings, GateRule
from byeori.comparison.values import paired_values
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
        RecipeError: a rule names an evaluator, metric or model without scores.
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
    metrics = [metric for evaluator, metric in table if evaluator == rule.evaluator]
    if not metrics:
        _refuse(number, "evaluator", f"{rule.evaluator!r} gave no scores")
    if rule.metric and rule.metric not in metrics:
        known = suggest(rule.metric, metrics)
        _refuse(number, "metric", f"{rule.evaluator} has no metric {rule.metric!r}{known}")
    metric = rule.metric or metrics[0]
    rows = table[rule.evaluator, metric]
    baseline = measurement.settings.baseline
    tuned = [model for model in rows if model != baseline]
    for model in rule.models or tuned:
        if model not in tuned:
            message = f"{model!r} is not compared with {baseline!r}{suggest(model, tuned)}"
            _refuse(number, "models", message)
        pairs = pairing.pairs(rows[baseline], rows[model])
        yield _decision(measurement, rule, (metric, model), pairs)


def _decision(
    measurement: Measurement, rule: GateRule, what: tuple[str, str], pairs: pairing.Pairs
) -> GateDecision:
    metric, model = what
    values = paired_values(pairs, measurement.units(pairs.items))
    confidence = rule.confidence or measurement.settings.confidence
    falls = rule.drops_by_more_than is not None
    count, total = len(values.units), len(values.units) + pairs.dropped
    found = GateDecision(
        evaluator=rule.evaluator,
        metric=metric,
        model=model,
        baseline_model=measurement.settings.baseline,
        direction="drop" if falls else "rise",
        limit=rule.limit,
        mode=rule.mode,
        confidence=confidence,
        items=count,
        documents=values.independent if values.shared else None,
        dropped=pairs.dropped,
        unscored_share=max(pairs.unscored_baseline, pairs.unscored_tuned) / total if total else 1.0,
        items_needed=items_needed(values, rule.limit, confidence) if count > 1 else None,
        **(bounds(values, falls, confidence, measurement.seed) if count else {}),
    )
    found = replace(found, blocked=_blocks(found))
    return replace(found, reason=reason(found))


def _blocks(found: GateDecision) -> bool:
    if found.mode == "shown":
        return found.at_least is not None and found.at_least > found.limit
    excluded = found.at_most is not None and found.at_most <= found.limit
    return not excluded or found.unscored_share > MOST_UNSCORED


def _refuse(number: int, field: str, message: str) -> None:
    raise RecipeError([Mistake(f"compare.fail_if.{number}.{field}", message)], started=True)
