"""Figures over items that are scored by metrics of their own, such as several benchmarks'."""

from collections.abc import Sequence

from byeori import Score
from byeori.comparison import CompareSettings, compare


def average(scores: Sequence[Score]) -> dict[str, float]:
    values = [score.value for score in scores if score.value is not None]
    return {"average": sum(values) / len(values)}


def test_a_figure_over_several_benchmarks_counts_the_items_of_all() -> None:
    scores = [
        Score(item_id=f"{metric}{n}", metric=metric, value=value, model=model, evaluator="suite")
        for metric in ("kobest", "mmlu")
        for n in range(6)
        for model, value in (("base", float(n % 2)), ("tuned", None if n == 5 else 1.0))
    ]
    found = compare(scores, CompareSettings(), summarise={"suite": average})
    (summary,) = (one for one in found if one.metric == "average")
    assert (summary.items, summary.dropped) == (10, 2)
