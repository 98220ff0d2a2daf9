"""An evaluator: is the figure in the answer the right one?"""

import re
from collections.abc import Iterable, Iterator, Sequence

from byeori import Context, Decoding, EvaluationData, Evaluator, Item, Model, Score
from pydantic import Field

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


class FiguresConfig(Decoding):
    """Settings of `finance/figures`, with those of the decoding (`max_new_tokens`, ...)."""

    tolerance: float = Field(
        0.0, ge=0, description="Largest relative error that still counts as right."
    )


class Figures(Evaluator[FiguresConfig]):
    """Shares of answers that give a figure at all, and of those whose first figure is right."""

    name = "figures"
    version = 1
    config_model = FiguresConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """Yield an item for each held-out example; byeori asks base and tuned models the same."""
        return map(Item.of, data.test)

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """Yield two scores an item: 1 or 0, or None where there is no figure to compare with."""
        answers = model.generate(items, self.config)
        for item, answer in zip(items, answers, strict=True):
            wanted, given = figure(item.reference), figure(answer)
            right = None  # cannot be scored: counted and shown, which a zero would hide
            if wanted is not None:
                right = given is not None and self._equal(wanted, given)
            for metric, value in (("gives-figure", given is not None), ("right-figure", right)):
                yield Score(
                    item_id=item.id,
                    metric=metric,
                    value=None if value is None else float(value),
                    prediction=answer,
                    reference=item.reference,
                )

    def _equal(self, wanted: float, given: float) -> bool:
        return abs(given - wanted) <= self.config.tolerance * abs(wanted)


def figure(text: str) -> float | None:
    """The first number of a text, with or without commas; None where there is none."""
    found = NUMBER.search(text)
    return float(found[0].replace(",", "")) if found else None
