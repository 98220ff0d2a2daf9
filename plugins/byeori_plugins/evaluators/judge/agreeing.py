"""Agreement of judges with each other, with themselves, and with people."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from statistics import fmean, median

from byeori import Diagnostic, Score
from byeori.statistics import cohens_kappa, krippendorff_alpha
from byeori_plugins.evaluators.judge.config import JudgeConfig

ALPHA = "Krippendorff's alpha, ordinal"
KAPPA = "Cohen's kappa"
RESAMPLES = 999
Unit = Sequence[float | None]


def agreement(
    config: JudgeConfig, metric: str, scores: Mapping[str, Sequence[Score]]
) -> Iterator[Diagnostic]:
    """What can be told: of several judges, of repeats, of ratings by people."""
    rows = [score for some in scores.values() for score in some if score.metadata["judgements"]]
    judges, repeats = range(len(config.judges)), range(config.repeats)
    if len(judges) > 1:
        units = [[_mean(row, {"judge": judge}) for judge in judges] for row in rows]
        yield _alpha("judges with each other", metric, units)
    if len(repeats) > 1:
        units = [
            [_mean(row, {"judge": judge, "repeat": repeat}) for repeat in repeats]
            for row in rows
            for judge in judges
        ]
        yield _alpha("judges with themselves", metric, units)
    if config.human is not None:
        yield from _with_people(metric, [row for row in rows if row.metadata.get("human")])


def _mean(score: Score, wanted: Mapping[str, int]) -> float | None:
    made = [one for one in score.metadata["judgements"] if wanted.items() <= one.items()]
    values = [one["value"] for one in made if one["value"] is not None]
    return fmean(values) if values else None


def _with_people(metric: str, rows: Sequence[Score]) -> Iterator[Diagnostic]:
    people = [[rating["value"] for rating in row.metadata["human"]] for row in rows]
    judged = [
        (row.value, median(values))
        for row, values in zip(rows, people, strict=True)
        if row.value is not None
    ]
    yield _alpha("judges with people", metric, [list(pair) for pair in judged])
    yield _kappa("judges with people", metric, judged)
    if any(len(values) > 1 for values in people):
        yield _alpha("people with each other", metric, people)


def _alpha(name: str, metric: str, units: Sequence[Unit]) -> Diagnostic:
    note = (
        "1 is full agreement, 0 what chance would give; below 0.667 conclude nothing "
        "(Krippendorff 2004)."
    )
    told = partial(Diagnostic, name=name, metric=metric, unit=ALPHA)
    try:
        alpha = krippendorff_alpha(units, "ordinal", resamples=RESAMPLES)
    except ValueError as error:
        return told(value=None, note=f"{error}.")
    return told(value=alpha.statistic, low=alpha.low, high=alpha.high, count=alpha.n, note=note)


def _kappa(name: str, metric: str, pairs: Sequence[tuple[float, float]]) -> Diagnostic:
    """Of rounded scores as categories: how often both say the very same, beyond chance."""
    note = "Of scores rounded to halves, as categories: a miss by one point counts as any miss."
    told = partial(Diagnostic, name=name, metric=metric, unit=KAPPA)
    ours, theirs = ([f"{round(2 * pair[side]) / 2:g}" for pair in pairs] for side in (0, 1))
    try:
        kappa = cohens_kappa(ours, theirs)
    except ValueError as error:
        return told(value=None, note=f"{error}.")
    return told(value=kappa.statistic, low=kappa.low, high=kappa.high, count=kappa.n, note=note)
