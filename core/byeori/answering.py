"""Evaluators that look at answers instead of models, and so at several models' answers at once."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from byeori.asking import Model
from byeori.components import Config, Evaluator
from byeori.estimates import Estimate
from byeori.records import Answer, Item, Score

if TYPE_CHECKING:
    from byeori.context import Context

C = TypeVar("C", bound=Config)


@dataclass(frozen=True)
class Answered:
    """What models answered to the very same items, for the scores of one of them.

    Attributes:
        model: whose scores are wanted; a name is for looking up alone, and no part of the scores:
            a model that is renamed is not scored again.
        baseline: name of the model that others are compared with.
        by_model: by model, its answers in the items' order: `model`'s, and those that
            `AnswerEvaluator.beside` asked for.
    """

    model: str
    baseline: str
    by_model: Mapping[str, Sequence[Answer]]

    @property
    def own(self) -> Sequence[Answer]:
        """The answers of the model that is scored."""
        return self.by_model[self.model]

    @property
    def others(self) -> list[Sequence[Answer]]:
        """The other models' answers that are there."""
        return [rows for name, rows in self.by_model.items() if name != self.model]


class AnswerEvaluator(Evaluator[C]):
    """An evaluator in two steps, each kept when it is done: a model answers, answers are rated.

    The answers are rated without the model, when all models have answered. So rating may see two
    models' answers side by side, may be stopped and go on without a new answer, and is done again
    alone where only its settings change: those marked `json_schema_extra={"identity": ["scores"]}`.
    """

    @abstractmethod
    def answers(self, model: Model, items: Sequence[Item], context: "Context") -> Iterator[Answer]:
        """One answer for each item, in the items' order."""

    @abstractmethod
    def rate(
        self, answered: Answered, items: Sequence[Item], context: "Context"
    ) -> Iterator[Score]:
        """One score for each item and metric, of `answered.model`."""

    def beside(self, model: str, baseline: str, models: Sequence[str]) -> Sequence[str]:
        """Which other models' answers are needed for the scores of `model`; none, here.

        Args:
            model: whose scores are wanted.
            baseline: what the others are compared with.
            models: all models of the recipe, `base` first.
        """
        return ()

    def estimate(
        self, answered: Answered | None, items: Sequence[Item] | None, context: "Context"
    ) -> Iterable[Estimate]:
        """What `rate` will take; asked by a dry run, so it calls no endpoint. Nothing, here.

        Args:
            answered, items: None where they are not known yet.
            context: its folders are temporary.
        """
        return ()

    def score(self, model: Model, items: Sequence[Item], context: "Context") -> Iterator[Score]:
        """Both steps for one model alone, without others beside it."""
        own = list(self.answers(model, items, context))
        return self.rate(Answered(model.name, model.name, {model.name: own}), items, context)
