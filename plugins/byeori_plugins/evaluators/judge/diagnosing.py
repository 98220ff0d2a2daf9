"""How far judges can be trusted: failures, length and position bias, agreement."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

from byeori import Diagnostic, Score
from byeori.statistics import bootstrap_interval
from byeori_plugins.evaluators.judge.agreeing import agreement
from byeori_plugins.evaluators.judge.config import JudgeConfig
from byeori_plugins.evaluators.judge.verdicts import TIE

RESAMPLES = 999
Pair = tuple[float, float]
By = Mapping[str, Sequence[Score]]
Told = tuple[Score, Mapping[str, Any]]
"""A judgement, and the score that it is told in."""


def diagnose(config: JudgeConfig, scores: By) -> Iterator[Diagnostic]:
    """All figures about the judgements, by metric where they differ by metric."""
    yield from _failures(scores)
    for metric in config.rubric.metrics:
        mine = {
            model: [score for score in rows if score.metric == metric]
            for model, rows in scores.items()
        }
        is_choice = metric in config.rubric.choices
        yield _length(metric, mine, is_choice)
        if config.rubric.answers == "two":
            yield from _position(metric, mine, is_choice)
        yield from agreement(config, metric, mine)


def _failures(scores: By) -> Iterator[Diagnostic]:
    for model, rows in scores.items():
        items = {score.item_id: score.value is None for score in rows}
        yield _share(
            sum(items.values()),
            len(items),
            name="not judged",
            model=model,
            unit="share of the items",
            note="Items that not every judge could judge; above 0.05 there is no headline.",
        )
    made = list(_judgements([score for rows in scores.values() for score in rows]).values())
    problems = [one["problem"] for _, one in made if "problem" in one]
    reasons = Counter(problem.removeprefix("not judged: ") for problem in problems)
    commonest = next((reason for reason, _ in reasons.most_common(1)), "")
    yield _share(
        len(problems),
        len(made),
        name="failed judgements",
        unit="share of the judgements",
        note=f"Most often {commonest}." if commonest else "",
    )


def _share(failed: int, total: int, name: str, unit: str, **told: Any) -> Diagnostic:
    """A share with Clopper and Pearson's exact 95 % interval."""
    from scipy.stats import binomtest

    made = partial(Diagnostic, name=name, unit=unit, count=total, **told)
    if not total:
        return made(value=None)
    exact = binomtest(failed, total).proportion_ci()
    return made(value=failed / total, low=float(exact.low), high=float(exact.high))


def _judgements(scores: Sequence[Score]) -> dict[Any, Told]:
    """Each judgement once, though both models' scores come of one that saw both answers."""
    found: dict[Any, Told] = {}
    for score in scores:
        for number, one in enumerate(score.metadata.get("judgements", ())):
            alone = (score.model, score.item_id, number, score.metric)
            key = score.metadata.get(f"judgement_{number}_answer") or alone
            found.setdefault(key, (score, one))
    return found


def _length(metric: str, scores: By, is_choice: bool) -> Diagnostic:
    """Whether longer answers score higher: rank correlation with the difference of lengths."""
    rows = list(_against_others(scores) if is_choice else _between_models(scores))
    return _told(
        "length bias",
        metric,
        rows,
        _spearman,
        unit="Spearman's rho",
        note="Of the difference in score with the difference in characters; near 0 is none. A "
        "longer answer may be the better one: this alone does not say.",
        undefined="All differences are alike, or there are too few.",
    )


def _against_others(scores: By) -> Iterator[tuple[str, Pair]]:
    for rows in scores.values():
        for score in rows:
            others = score.metadata.get("other_characters")
            if score.value is not None and others and score.metadata["judgements"]:
                longer = score.metadata["characters"] - fmean(others)
                yield score.item_id, (score.value, longer)


def _between_models(scores: By) -> Iterator[tuple[str, Pair]]:
    """Of the first model and each other one; of one model alone, its scores and lengths."""
    models = list(scores.values())
    if len(models) == 1:
        for score in models[0]:
            if score.value is not None:
                yield score.item_id, (score.value, score.metadata["characters"])
        return
    first = (
        {score.item_id: score for score in models[0] if score.value is not None} if models else {}
    )
    for rows in models[1:]:
        for score in rows:
            base = first.get(score.item_id)
            if score.value is not None and base is not None and base.value is not None:
                longer = score.metadata["characters"] - base.metadata["characters"]
                yield score.item_id, (score.value - base.value, longer)


def _spearman(rows: Sequence[Pair]) -> float | None:
    from scipy.stats import spearmanr

    values, lengths = zip(*rows, strict=True) if rows else ((), ())
    if len(set(values)) < 2 or len(set(lengths)) < 2:
        return None
    return float(spearmanr(values, lengths).statistic)


def _told(
    name: str,
    metric: str,
    rows: Sequence[tuple[str, Any]],
    figure: Callable[[Sequence[Any]], float | None],
    *,
    unit: str,
    note: str,
    undefined: str,
) -> Diagnostic:
    """A figure of rows, each with its item, with an interval by drawing items."""
    told = partial(Diagnostic, name=name, metric=metric, unit=unit, count=len(rows))
    value = figure([row for _, row in rows])
    if value is None:
        return told(value=None, note=undefined)
    if len({item for item, _ in rows}) < 2:
        return told(value=value, note=note)
    interval = bootstrap_interval(
        rows,
        lambda drawn: figure([row for _, row in drawn]) or 0.0,
        clusters=[item for item, _ in rows],
        resamples=RESAMPLES,
    )
    if interval.method == "constant":
        return told(value=value, note=note)
    return told(value=value, low=interval.low, high=interval.high, note=note)


def _mean(rows: Sequence[float]) -> float | None:
    return fmean(rows) if rows else None


def _position(metric: str, scores: By, is_choice: bool) -> Iterator[Diagnostic]:
    """Whether the answer that is shown first does better."""
    seen = _judgements([score for rows in scores.values() for score in rows])
    made = [(s, one) for s, one in seen.values() if one["value"] is not None]
    effects: list[tuple[str, float]] = []
    if is_choice:
        effects = [
            (score.item_id, float((one["value"] > TIE) == (one["place"] == 1)))
            for score, one in made
            if one["value"] != TIE
        ]
        name, unit, note = "chosen first", "share of the choices that are no tie", "0.5 is no bias."
        yield _inconsistent(metric, made)
    else:
        effects = [(item, by[1] - by[2]) for item, by in _in_both_orders(made)]
        name, unit, note = "shown first", "points more than shown second", "0 is no bias."
    undefined = "Nothing to tell it from."
    yield _told(
        name, metric, effects, _mean, unit=unit, note=f"Position bias: {note}", undefined=undefined
    )


def _in_both_orders(made: Sequence[Told]) -> Iterator[tuple[str, Mapping[int, float]]]:
    """The item of each pair that was judged in both orders, and its values by place."""
    units: dict[Any, dict[int, float]] = {}
    for score, one in made:
        key = score.item_id, score.model, one["judge"], one["repeat"], one["other"]
        units.setdefault(key, {})[one["place"]] = one["value"]
    return ((key[0], by) for key, by in units.items() if len(by) > 1)


def _inconsistent(metric: str, made: Sequence[Told]) -> Diagnostic:
    both = [(item, float(by[1] != by[2])) for item, by in _in_both_orders(made)]
    return _told(
        "inconsistent",
        metric,
        both,
        _mean,
        unit="share of the pairs judged in both orders",
        note="The choice changes with the order of the answers.",
        undefined="No pair was judged in both orders.",
    )
