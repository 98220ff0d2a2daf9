"""Chooses the answers a report shows side by side: where base and tuned differ most."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from byeori.errors import DataError
from byeori.records import Item, Score
from byeori.report.model import AnswerPair, ModelAnswer

ByModel = Mapping[str, Score]


def pick_answers(
    scores: Sequence[Score], items: Iterable[Item], *, baseline: str = "base", limit: int = 12
) -> tuple[AnswerPair, ...]:
    """The answers that differ most in score, gains and losses in turn, so that neither hides.

    Evaluators take turns too; each is seen by its first metric. Items without a difference are
    left out, and so are those without an answer to show. Ties are broken by item id, which is a
    hash: the same scores give the same choice, and nobody chose it.

    Args:
        scores: of the baseline and the tuned models.
        items: the items they belong to, by id.
        baseline: model the others are compared with.
        limit: most answers to show.

    Raises:
        DataError: a score belongs to no item.
    """
    known = {item.id: item for item in items}
    by_evaluator: dict[str, dict[str, dict[str, Score]]] = {}
    first_metric: dict[str, str] = {}
    for score in scores:
        if score.item_id not in known:
            raise DataError(
                f"evaluator {score.evaluator}: a {score.metric} score belongs to item "
                f"{score.item_id}, which is not among the items"
            )
        if score.metric == first_metric.setdefault(score.evaluator, score.metric):
            rows = by_evaluator.setdefault(score.evaluator, {})
            rows.setdefault(score.item_id, {})[score.model] = score
    turns = [_ranked(rows, baseline) for rows in by_evaluator.values()]
    chosen = [row for turn in zip_longest(*turns) for row in turn if row is not None]
    return tuple(_pair(row, known, baseline) for row in chosen[:limit])


def _ranked(rows: Mapping[str, ByModel], baseline: str) -> list[ByModel]:
    """Largest gain, largest loss, second gain, ..."""
    changes = [(_change(row, baseline), item, row) for item, row in rows.items()]
    shown = [change for change in changes if change[0] and any(s.prediction for s in _all(change))]
    gains = sorted((c for c in shown if c[0] > 0), key=lambda c: (-c[0], c[1]))
    losses = sorted((c for c in shown if c[0] < 0), key=lambda c: (c[0], c[1]))
    turns = zip_longest(gains, losses)
    return [change[2] for turn in turns for change in turn if change is not None]


def _all(change: tuple[float, str, ByModel]) -> Iterable[Score]:
    return change[2].values()


def _change(row: ByModel, baseline: str) -> float:
    """The largest change of any tuned model, with its sign; 0 where it could not be scored."""
    base = row.get(baseline)
    if base is None or base.value is None:
        return 0.0
    changes = [
        score.value - base.value
        for model, score in sorted(row.items())
        if model != baseline and score.value is not None
    ]
    return max(changes, key=abs, default=0.0)


def _pair(row: ByModel, known: Mapping[str, Item], baseline: str) -> AnswerPair:
    base = row[baseline]
    item = known[base.item_id]
    models = [baseline, *(model for model in row if model != baseline)]
    return AnswerPair(
        item_id=item.id,
        evaluator=base.evaluator,
        metric=base.metric,
        instruction=item.instruction,
        input=item.input,
        reference=item.reference or base.reference,
        choices=item.choices,
        task=item.task,
        language=item.language,
        answers=tuple(ModelAnswer(m, row[m].prediction, row[m].value) for m in models),
    )
