"""Checks the recipe's `compare:` block: the names of models, evaluators and metrics in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from byeori.comparison.gate.naming import metric_named, unknown_metric, wrong_direction
from byeori.comparison.settings import AVERAGE, LIMITS
from byeori.components import Evaluator
from byeori.plan.check import Checker, names_in, steps_of
from byeori.recipe.fields import FieldPath

Known = Mapping[str, Sequence[str] | None]
"""By evaluator, the metrics it will score by; None where only the scores tell."""

NOT_COMPARED = "measures this machine; its figures are in no comparison"


def check_compare(
    checker: Checker, compare: dict[str, Any], models: Sequence[str], evaluators: Sequence[str]
) -> None:
    """Names of models, evaluators and metrics; the settings' own checks say what else is wrong.

    Args:
        checker: has checked the components.
        compare: the block as written.
        models: ids of the models there will be.
        evaluators: ids of the evaluators, in the recipe's order.
    """
    if isinstance(name := compare.get("baseline"), str):
        checker.check_known(("compare", "baseline"), "model", name, models)
    made = dict(_evaluators(checker, evaluators))
    metrics = {name: _metrics(made.get(name)) for name in evaluators}
    apart = {name for name, one in made.items() if not one.compared}
    average = names_in(compare.get("average"))
    _check_average(checker, average, metrics, apart)
    for number, rule in enumerate(steps_of(compare.get("fail_if"))):
        path: FieldPath = ("compare", "fail_if", number)
        for position, model in enumerate(names_in(rule.get("models"))):
            checker.check_known((*path, "models", position), "model", model, models)
        _check_rule(checker, path, rule, _with_average(metrics, average), apart)


def _evaluators(checker: Checker, names: Sequence[str]) -> Iterator[tuple[str, Evaluator[Any]]]:
    """Those evaluators whose own settings are right."""
    for number, name in enumerate(names):
        use = checker.uses.get(("evaluators", number))
        if use is not None:
            yield name, use.make(Evaluator)


def _metrics(evaluator: Evaluator[Any] | None) -> Sequence[str] | None:
    return None if evaluator is None else evaluator.metric_names()


def _check_average(
    checker: Checker, average: Sequence[str], metrics: Known, apart: set[str]
) -> None:
    path: FieldPath = ("compare", "average")
    for number, name in enumerate(average):
        checker.check_known((*path, number), "evaluator", name, list(metrics))
        if name in apart:
            checker.wrong((*path, number), f"{name} {NOT_COMPARED}")
        if name in average[:number]:
            checker.wrong((*path, number), f"{name!r} is named twice")
    if len(average) == 1:
        checker.wrong(path, "an average is of two evaluators at least")
    if len(set(average)) > 1 and not {*average} & apart and _shared(average, metrics) == []:
        each = "; ".join(f"{name} has {', '.join(metrics[name] or ())}" for name in average)
        checker.wrong(path, f"there is no metric that all of them have: {each}")


def _shared(names: Sequence[str], metrics: Known) -> list[str] | None:
    """The metrics that all of these evaluators have; None where one's are not known."""
    own = [metrics.get(name) for name in names]
    known = [one for one in own if one is not None]
    if not own or len(known) < len(own):
        return None
    return [metric for metric in known[0] if all(metric in one for one in known)]


def _with_average(metrics: Known, average: Sequence[str]) -> Known:
    """The evaluators a rule may name: `average` too, where there is one."""
    if len(average) < 2:
        return metrics
    return {AVERAGE: _shared(average, metrics), **metrics}


def _check_rule(
    checker: Checker, path: FieldPath, rule: Mapping[str, Any], metrics: Known, apart: set[str]
) -> None:
    name = rule.get("evaluator")
    if not isinstance(name, str):
        return
    checker.check_known((*path, "evaluator"), "evaluator", name, list(metrics))
    if name in apart:
        checker.wrong((*path, "evaluator"), f"{name} {NOT_COMPARED}")
        return
    wanted, known = str(rule.get("metric") or ""), metrics.get(name)
    if not known:
        return
    metric = metric_named(wanted, known)
    if metric is None:
        checker.wrong((*path, "metric"), unknown_metric(name, wanted, known))
    elif problem := wrong_direction(metric, _limits(rule)):
        checker.wrong((*path, "drops_by_more_than"), problem)


def _limits(rule: Mapping[str, Any]) -> list[str]:
    return [limit for limit in LIMITS if rule.get(limit) is not None]
