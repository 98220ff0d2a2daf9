"""From scores to figures: every tuned model against the baseline, on the very same items.

Pure functions: the same scores and settings give the same figures.
"""

from collections.abc import Callable, Mapping, Sequence

from byeori.comparison.model import (
    Comparison,
    Estimate,
    GroupFigures,
    Significance,
    VarianceRatio,
)
from byeori.comparison.settings import CompareSettings
from byeori.records import Score

Summarise = Callable[[Sequence[Score]], Mapping[str, float]]
"""Figures of one model that are not means of items, as `Evaluator.summarise`."""

__all__ = [
    "CompareSettings",
    "Comparison",
    "Estimate",
    "GroupFigures",
    "Significance",
    "Summarise",
    "VarianceRatio",
    "compare",
]


def compare(
    scores: Sequence[Score],
    settings: CompareSettings,
    *,
    summarise: Mapping[str, Summarise] | None = None,
    groups: Mapping[str, tuple[str, str]] | None = None,
    clusters: Mapping[str, str] | None = None,
    seed: int = 0,
) -> list[Comparison]:
    """Compare every tuned model with the baseline, by evaluator and metric.

    Args:
        scores: one row per item, model, evaluator and metric. Evaluators, metrics and models are
            reported in the order they first appear; the order of items has no influence.
        settings: the recipe's `compare:` block.
        summarise: by evaluator id, figures beyond means of items; their intervals are found by
            resampling items.
        groups: by item id, its task and language, for figures by group.
        clusters: by item id, its document id; items of one document are not independent, so whole
            documents are resampled and the standard error is cluster-robust. An item without one,
            or with an empty one, stands alone.
        seed: of the bootstrap.

    Returns:
        For each evaluator its metrics and then its summaries, each once per tuned model; empty
        where only the baseline was scored.

    Raises:
        DataError: the baseline was not scored, an item was scored twice, or models were not
            scored on the very same items.
    """
    from byeori.comparison.measure import Measurement  # numpy: not wanted when a recipe is read

    return Measurement(settings, groups or {}, clusters or {}, seed).all(scores, summarise or {})
