"""Every answer of a run, packed to travel inside the page: searched and filtered there."""

import base64
import gzip
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from byeori.records import Item, Score
from byeori.report.formats import clip, visible

CHUNK = 200
"""Answered items packed together: small enough to be unpacked one after the other."""
BUDGET = 6 * 2**20
"""Packed bytes that a page carries at most; a third more as text. It has to fit into a mail."""

ByModel = dict[str, list[Score]]


@dataclass(frozen=True, slots=True)
class AnswerBook:
    """The answers of all models, item by item, as the page's script reads them.

    Attributes:
        models: the baseline first.
        evaluators: each with its metrics.
        chunks: gzip, as base64, of JSON lists of rows: number of the evaluator, item id,
            instruction, input, reference, choices, task, language, and for each model its answer
            and its values by metric (or null).
        shown, total: answered items that are in it, and that there are.
    """

    models: tuple[str, ...]
    evaluators: tuple[tuple[str, tuple[str, ...]], ...]
    chunks: tuple[str, ...]
    shown: int
    total: int

    @property
    def header(self) -> str:
        """What the script must know of the rows, as JSON that is safe within a page."""
        head = {"models": self.models, "evaluators": self.evaluators}
        return json.dumps(head, ensure_ascii=True).replace("<", "\\u003c")


def make_answer_book(
    scores: Iterable[Score], items: Iterable[Item], *, baseline: str, budget: int = BUDGET
) -> AnswerBook:
    """Pack the answers that were scored, until the budget is spent.

    Where they do not all fit, those in it are chosen by item id, which is a hash: nobody picked
    them. Long texts are cut, and say by how much; `scores.parquet` has all of everything.

    Args:
        scores: of all models, with evaluators and metrics in the report's order.
        items: the items they belong to.
        baseline: the model that stands first.
        budget: packed bytes.
    """
    found: dict[tuple[str, str], ByModel] = {}
    metrics: dict[str, dict[str, int]] = {}
    models = {baseline: 0}
    for score in scores:
        models.setdefault(score.model, len(models))
        of = metrics.setdefault(score.evaluator, {})
        of.setdefault(score.metric, len(of))
        by_model = found.setdefault((score.item_id, score.evaluator), {})
        by_model.setdefault(score.model, []).append(score)
    known = {item.id: item for item in items}
    numbers = {name: number for number, name in enumerate(metrics)}
    rows = (
        _row(numbers[evaluator], known[item], found[item, evaluator], models, metrics[evaluator])
        for item, evaluator in sorted(found)
        if item in known
    )
    chunks, shown = _packed(rows, budget)
    evaluators = tuple((name, tuple(of)) for name, of in metrics.items())
    return AnswerBook(tuple(models), evaluators, tuple(chunks), shown, len(found))


def _row(
    number: int,
    item: Item,
    by_model: ByModel,
    models: Iterable[str],
    metrics: Mapping[str, int],
) -> list[Any]:
    asked = (item.instruction, item.input, item.reference or _reference(by_model))
    return [
        number,
        item.id,
        *(visible(clip(text)) for text in asked),
        [visible(clip(choice, 200)) for choice in item.choices],
        visible(item.task),
        visible(item.language),
        [_answer(by_model.get(model, ()), metrics) for model in models],
    ]


def _reference(by_model: ByModel) -> str:
    return next((s.reference for scores in by_model.values() for s in scores if s.reference), "")


def _answer(scores: Sequence[Score], metrics: Mapping[str, int]) -> list[Any]:
    values: list[float | None] = [None] * len(metrics)
    for score in scores:
        values[metrics[score.metric]] = None if score.value is None else round(score.value, 4)
    text = next((score.prediction for score in scores if score.prediction), "")
    return [visible(clip(text)), values]


def _packed(rows: Iterator[list[Any]], budget: int) -> tuple[list[str], int]:
    chunks: list[str] = []
    shown = spent = 0
    for some in iter(lambda: list(itertools.islice(rows, CHUNK)), []):
        text = json.dumps(some, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        packed = gzip.compress(text.encode("utf-8"), 9, mtime=0)
        spent += len(packed)
        if spent > budget and chunks:
            break
        chunks.append(base64.b64encode(packed).decode("ascii"))
        shown += len(some)
    return chunks, shown
