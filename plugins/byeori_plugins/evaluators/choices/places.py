"""Whether models favour a place among lettered choices, as rows of the report."""

from collections.abc import Iterator, Mapping, Sequence

from byeori import Diagnostic, Score
from byeori.comparison.estimates import estimate
from byeori_plugins.evaluators.choices.summary import place_bias, places_of

CONFIDENCE = 0.95
RESAMPLES = 1999
_SHARES = (
    "How often the model chose each place, with the 95 % interval by drawing items. The share that "
    "is right there is that of a model that answers all of them right."
)
_TEST = (
    "Pearson's test of goodness of fit: whether the model took every place as often as if it had "
    "no favourite. It does not know where the right choices stand: a good model deviates too where "
    "those are not spread evenly."
)
_DEPENDENT = " Several orders of an item depend on each other: p is too small here."


def place_diagnostics(scores: Mapping[str, Sequence[Score]]) -> Iterator[Diagnostic]:
    """By model: the share of its answers at each place, and the chi-square test of all.

    Args:
        scores: by model, those of `accuracy`; items whose choices have no letters, or that could
            not be scored, are left out.
    """
    for model, rows in scores.items():
        known = [row for row in rows if row.value is not None and row.metadata.get("lettered")]
        if known:
            yield from _shares(model, known)
            yield from _test(model, known)


def _shares(model: str, scores: Sequence[Score]) -> Iterator[Diagnostic]:
    told = [(score.item_id, *places_of(score)) for score in scores]
    chosen = [(item, place) for item, places, _ in told for place in places]
    right = [place for _, _, places in told for place in places]
    units = [("item", item) for item, _ in chosen]
    for number, label in enumerate(scores[0].metadata["labels"]):
        taken = [float(place == number) for _, place in chosen]
        share = estimate(taken, units, CONFIDENCE, 0, scale="share", resamples=RESAMPLES)
        yield Diagnostic(
            name="answers by place",
            model=model,
            metric="accuracy",
            value=share.value,
            low=share.low,
            high=share.high,
            unit=f"share at {label}; right there {right.count(number) / len(right):.3g}",
            count=len(chosen),
            note=_SHARES,
        )


def _test(model: str, scores: Sequence[Score]) -> Iterator[Diagnostic]:
    bias = place_bias(scores)
    if bias.p_value is None:
        return
    count = sum(bias.chosen)
    note = _TEST + (_DEPENDENT if count > len(scores) else "")
    free = bias.degrees_of_freedom
    figures = {f"chi-square, {free} degrees of freedom": bias.statistic, "p-value": bias.p_value}
    for unit, value in figures.items():
        yield Diagnostic(
            name="favourite place",
            model=model,
            metric="accuracy",
            value=value,
            unit=unit,
            count=count,
            note=note,
        )
