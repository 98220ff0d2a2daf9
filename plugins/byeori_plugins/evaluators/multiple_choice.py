"""Multiple choice by log-likelihood: the most likely choice is the model's answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from byeori import (
    Context,
    Diagnostic,
    EvaluationData,
    Evaluator,
    Example,
    Item,
    LogLikelihood,
    Model,
    Score,
)
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.choices.answering import Order, Setting, scores_of, unscored
from byeori_plugins.evaluators.choices.config import MultipleChoiceConfig
from byeori_plugins.evaluators.choices.exam import TWO_RIGHT, exam_items, movable
from byeori_plugins.evaluators.choices.orders import ordered, orders, permuted
from byeori_plugins.evaluators.choices.summary import figures, place_bias
from byeori_plugins.evaluators.choices.writing import Writer, letters, shape_named
from byeori_plugins.evaluators.distractors import with_distractors
from byeori_plugins.evaluators.sampling import sample

__all__ = ["TWO_RIGHT", "MultipleChoice", "MultipleChoiceConfig"]

Answer = list[tuple[Order, list[LogLikelihood]]]
"""For each order of an item's choices, their log-likelihoods by place."""


class MultipleChoice(Evaluator[MultipleChoiceConfig]):
    """Accuracy on multiple choice, from an exam or from the held-out examples.

    The model's answer is the choice with the greatest log-likelihood (Brown et al. 2020, section
    2.4); the first of several equal ones. A score is 1 or 0 (with several orders, the share of them
    answered right), or None where a log-likelihood is not finite or the item is too long for the
    model.
    """

    name = "multiple-choice"
    version = 2
    config_model = MultipleChoiceConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The exam's questions, or one item for each test example."""
        if self.config.path is None and self.config.data_set is None:
            items = [
                _choice_item(example, wrong, context)
                for example, wrong in with_distractors(data.test, self.config.choices, context)
            ]
        else:
            items = list(exam_items(self.config, context))
        return sample(items, self.config.limit, context)

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """`accuracy` for each item, with log-likelihoods in `metadata`; `consistency` of orders."""
        setting = self._setting(items)
        shown = context.progress(items, total=len(items), unit="items", label=model.name)
        made: list[Score] = []
        for item, answer, reason in asked(shown, partial(self._ask, model, context)):
            found = (
                unscored(item, reason, setting)
                if answer is None
                else scores_of(item, answer, setting)
            )
            made.append(found[0])
            yield from found
        if setting.lettered and any(score.value is not None for score in made):
            context.message(_bias_text(model.name, made))

    def _setting(self, items: Sequence[Item]) -> Setting:
        lettered = self.config.scoring == "letters"
        most = max((len(item.choices) for item in items), default=0)
        shapes = {item.metadata.get("shape", "") for item in items}
        classes = len(shapes) == 1 and shape_named(shapes.pop()).classes
        names = next(iter(items)).choices if classes else letters(most) if lettered else ()
        return Setting(
            labels=tuple(names),
            lettered=lettered,
            subjects=len({item.task for item in items}),
            permuted=self.config.permutations > 1,
            normalise=self._normalised,
        )

    def _orders(self, item: Item, context: Context) -> list[Order]:
        fixed = not movable(item.choices, item.metadata.get("shape", ""))
        wanted = 1 if fixed else self.config.permutations
        return orders(len(item.choices), wanted, context, item.id)

    def _ask(self, model: Model, context: Context, items: Sequence[Item]) -> list[Answer]:
        from byeori.models import PromptTooLongError

        writer = Writer(self.config)
        all_orders = [self._orders(item, context) for item in items]
        flat = [(index, order) for index, found in enumerate(all_orders) for order in found]
        texts = [ordered(items[index].choices, order) for index, order in flat]
        pairs = [(items[index], shown) for (index, _), shown in zip(flat, texts, strict=True)]
        try:
            found = model.log_likelihoods(
                [writer.prompt(*pair) for pair in pairs],
                [writer.continuations(*pair) for pair in pairs],
            )
        except PromptTooLongError as error:
            by_item = {flat[number][0]: reason for number, reason in error.reasons.items()}
            raise PromptTooLongError(by_item) from error
        answers: list[Answer] = [[] for _ in items]
        for (index, order), likelihoods in zip(flat, found, strict=True):
            answers[index].append((order, likelihoods))
        return answers

    def _normalised(self, likelihood: LogLikelihood, text: str) -> float:
        by = "none" if self.config.scoring == "letters" else self.config.normalise
        lengths = {
            "none": 1,
            "tokens": likelihood.tokens,
            "characters": len(text),
            "bytes": len(text.encode()),
        }
        return likelihood.total / lengths[by]

    def metric_names(self) -> Sequence[str]:
        """`accuracy`; with several orders `consistency` too."""
        return ("accuracy", "consistency") if self.config.permutations > 1 else ("accuracy",)

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """`macro_f1`, and what `choices.summary.figures` says, from what could be scored."""
        return figures([score for score in scores if score.metric == "accuracy"])

    def diagnose(self, scores: Mapping[str, Sequence[Score]]) -> Iterable[Diagnostic]:
        """With letters, how often each place was chosen, and the chi-square test of it."""
        # Imported here because it brings numpy, and this module is imported to list the plugins.
        from byeori_plugins.evaluators.choices.places import place_diagnostics

        accuracy = {m: [s for s in rows if s.metric == "accuracy"] for m, rows in scores.items()}
        return place_diagnostics(accuracy)


def _bias_text(name: str, scores: Sequence[Score]) -> str:
    bias = place_bias(scores)
    total = sum(bias.chosen)
    shares = ", ".join(
        f"{letter} {count / total:.0%}"
        for letter, count in zip(letters(len(bias.chosen)), bias.chosen, strict=True)
    )
    test = ""
    if bias.p_value is not None:
        free = bias.degrees_of_freedom
        test = f"; chi-square {bias.statistic:.2f} ({free}), p = {bias.p_value:.3g}"
    return f"{name}: chosen by place: {shares}{test}"


def _choice_item(example: Example, wrong: Sequence[str], context: Context) -> Item:
    asked_for = Item.of(example)
    item = replace(asked_for, choices=(asked_for.reference, *wrong), answer=0)
    # `shuffle` is for exams: here the right choice would always stand first.
    return permuted(item, context, example.id)
