"""Finds the metrics that are measured on a scale of their own."""

from collections.abc import Iterable, Iterator

from byeori.errors import DataError
from byeori.records import Score
from byeori.report.model import Scale


def find_scales(scores: Iterable[Score]) -> Iterator[Scale]:
    """One for each metric whose scores say `metadata["scale"] = [minimum, maximum]`.

    Raises:
        DataError: scores of one metric name different scales, or one that is none.
    """
    known: dict[tuple[str, str], list[float]] = {}
    for score in scores:
        said = score.metadata.get("scale")
        if said is None:
            continue
        key = score.evaluator, score.metric
        if not _is_scale(said) or known.setdefault(key, list(said)) != list(said):
            raise DataError(
                f"evaluator {score.evaluator}: the scores of {score.metric} must name one scale, "
                f"[minimum, maximum]; item {score.item_id} has {said!r}"
            )
    for (evaluator, metric), (minimum, maximum) in known.items():
        yield Scale(evaluator=evaluator, metric=metric, minimum=minimum, maximum=maximum)


def _is_scale(said: object) -> bool:
    return (
        isinstance(said, list | tuple)
        and len(said) == 2
        and all(isinstance(end, int | float) for end in said)
        and said[0] < said[1]
    )
