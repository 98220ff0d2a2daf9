"""Figures of a multiple choice that are not means of items."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from byeori import Score


@dataclass(frozen=True)
class PlaceBias:
    """Whether a model favours a place among the choices.

    Attributes:
        chosen: answers by place.
        expected: answers by place if every choice were as likely to be taken, wherever it stands.
        statistic, degrees_of_freedom, p_value: of Pearson's chi-square test of goodness of fit;
            the p-value is None with fewer than two places.
    """

    chosen: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: float
    degrees_of_freedom: int
    p_value: float | None


def place_bias(scores: Sequence[Score]) -> PlaceBias:
    """The test on all orders of all items that could be scored.

    With several orders of an item its answers depend on each other, and p is too small.
    """
    from scipy.stats import chi2

    chosen: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    for score in scores:
        if score.value is not None:
            found, _ = places_of(score)
            chosen.update(found)
            sizes[len(score.metadata["log_likelihoods"])] += len(found)
    places = max(sizes, default=0)
    expected = tuple(
        math.fsum(count / size for size, count in sorted(sizes.items()) if place < size)
        for place in range(places)
    )
    counts = tuple(chosen[place] for place in range(places))
    statistic = math.fsum((f - e) ** 2 / e for f, e in zip(counts, expected, strict=True))
    free = max(places - 1, 0)
    p_value = float(chi2.sf(statistic, free)) if free else None
    return PlaceBias(counts, expected, statistic, free, p_value)


def places_of(score: Score) -> tuple[Sequence[int], Sequence[int]]:
    """The places that were chosen and those that were right, one of each for every order."""
    orders = score.metadata.get("orders")
    if orders:
        return orders["chosen"], orders["right"]
    return [score.metadata["chosen"]], [score.metadata["answer"]]


def figures(scores: Sequence[Score]) -> Mapping[str, float]:
    """`macro_f1`; with letters or classes the F1 of each; with letters the share chosen of each.

    And `mean_of_subjects` where there is more than one. The names depend on the items alone.
    """
    # Imported here because it brings scipy, and this module is imported to list the plugins.
    from byeori.statistics import macro_f1

    known = [score for score in scores if score.value is not None]
    if not known:
        return {}
    pairs = [places_of(score) for score in known]
    chosen = [place for places, _ in pairs for place in places]
    right = [place for _, places in pairs for place in places]
    found = {"macro_f1": macro_f1(chosen, right)}
    about = known[0].metadata
    counts = Counter(chosen)
    for place, label in enumerate(about.get("labels", ())):
        found[f"f1 {label}"] = macro_f1(chosen, right, labels=[place])
        if about["lettered"]:
            found[f"chosen {label}"] = counts[place] / len(chosen)
    if about.get("subjects", 1) > 1:
        found["mean_of_subjects"] = _mean_of_subjects(known)
    return found


def _mean_of_subjects(scores: Sequence[Score]) -> float:
    """Mean of the subjects' means, as benchmarks of many subjects report it."""
    by_subject: dict[str, list[float]] = {}
    for score in scores:
        by_subject.setdefault(score.metadata["task"], []).append(float(score.value or 0))
    means = [math.fsum(values) / len(values) for _, values in sorted(by_subject.items())]
    return math.fsum(means) / len(means)
