"""The evaluator `{{ name }}/answers`: is the value that a model writes the right one?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from pydantic import Field

from byeori import Context, Decoding, EvaluationData, Evaluator, Item, Model, Score
from byeori.text import normalise


class AnswersConfig(Decoding):
    """What a recipe may write beside `use: {{ name }}/answers`, with the settings of decoding."""

    tolerance: float = Field(
        0.0, ge=0, description="Largest relative error of a number that still counts as right."
    )


class Answers(Evaluator[AnswersConfig]):
    """Share of the questions that are answered with the right value; numbers within a tolerance."""

    name = "answers"
    version = 1  # raise it when the same answers would be scored otherwise
    config_model = AnswersConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """An item for each held-out example; base and tuned models are asked the same."""
        return map(Item.of, data.test)

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """Yield one score an item: 1 for the right value, else 0."""
        answers = model.generate(items, self.config)
        for item, answer in zip(items, answers, strict=True):
            yield Score(
                item_id=item.id,
                metric="right",
                value=float(same(answer, item.reference, self.config.tolerance)),
                prediction=answer,
                reference=item.reference,
                metadata={"field": item.task},
            )

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """The mean over the fields, however many questions each of them has."""
        by_field: defaultdict[str, list[float]] = defaultdict(list)
        for score in scores:
            if score.value is not None:
                by_field[score.metadata["field"]].append(score.value)
        return {"mean_of_fields": fmean(map(fmean, by_field.values()))} if by_field else {}


def same(answer: str, right: str, tolerance: float) -> bool:
    """Whether two values are the same: as numbers where both are one, else as words."""
    try:
        return abs(float(answer) - float(right)) <= tolerance * abs(float(right))
    except ValueError:
        return normalise(answer) == normalise(right)
