"""Every continuation in a row of its own, behind its whole prefix: what any model can take."""

from collections.abc import Sequence
from typing import Any

from byeori.models.batches import length_batches
from byeori.models.scoring.caches import read
from byeori.models.scoring.spans import Ids, Span
from byeori.models.scoring.targets import Target, add, places_of


def add_totals(model: Any, spans: Sequence[Span], totals: list[float], budget: int) -> None:
    """Add to `totals`, one a span.

    The last token of a continuation is never read, only predicted, so continuations that differ
    in nothing else (the letters of a multiple choice) share one row.
    """
    rows: dict[Ids, list[int]] = {}
    for index, span in enumerate(spans):
        rows.setdefault((span.prefix + span.continuation)[:-1], []).append(index)
    ordered = list(rows.items())
    for batch in length_batches([len(ids) for ids, _ in ordered], budget):
        targets = [
            Target(row, len(spans[index].prefix) - 1 + offset, token, index)
            for row, number in enumerate(batch)
            for index in ordered[number][1]
            for offset, token in enumerate(spans[index].continuation)
        ]
        places = places_of(targets, model.device)
        logits, _ = read(model, [ordered[number][0] for number in batch], None, places, keep=False)
        add(totals, logits, places, targets)
