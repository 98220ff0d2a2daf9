"""Which metric a rule of `compare.fail_if` is about, and what is worse for it."""

from collections.abc import Sequence

from byeori.errors import suggest
from byeori.records import LOWER_IS_BETTER

NO_SUMMARIES = "figures of all items together, such as macro F1, have no gate"


def metric_named(wanted: str, metrics: Sequence[str]) -> str | None:
    """The metric a rule means: the first where none is named; None where there is none such.

    The words that say that lower is better may be left out of a name.
    """
    if not wanted:
        return metrics[0] if metrics else None
    return next((name for name in (wanted, wanted + LOWER_IS_BETTER) if name in metrics), None)


def unknown_metric(evaluator: str, wanted: str, metrics: Sequence[str]) -> str:
    """Says that an evaluator has no such metric, and which ones it has."""
    known = suggest(wanted, metrics)
    why = "" if "did you mean" in known else f" ({NO_SUMMARIES})"
    return f"{evaluator} has no metric {wanted!r}{known}{why}"


def wrong_direction(metric: str, limits: Sequence[str]) -> str:
    """Why a rule with these limits says the opposite of its metric's name, or empty."""
    if LOWER_IS_BETTER not in metric or "drops_by_more_than" not in limits:
        return ""
    return (
        f"{metric}: a drop is an improvement; give worsens_by_more_than, or rises_by_more_than, "
        "instead"
    )


def falls(metric: str, limits: Sequence[str]) -> bool:
    """Whether lower is worse: as the rule's limit says, or as the metric is named."""
    if "worsens_by_more_than" in limits:
        return LOWER_IS_BETTER not in metric
    return "drops_by_more_than" in limits
