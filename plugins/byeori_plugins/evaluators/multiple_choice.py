"""Multiple choice by log-likelihood: the most likely choice is the model's answer."""

import math
import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from byeori import (
    Config,
    Context,
    EvaluationData,
    Evaluator,
    Example,
    Item,
    LogLikelihood,
    Model,
    Score,
)
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.distractors import with_distractors
from byeori_plugins.evaluators.sampling import sample
from byeori_plugins.sources.exam_files import Answers, Question, read_exam

# Choices that speak of the others by their place or letter must keep theirs.
_PLACED = re.compile(
    r"(?i:\b(all|none|both|neither|any|two) of (the (above|below|other|preceding)|these\b))"
    r"|\b[A-E],? (and|or|및|와|과) [A-E]\b"
    r"|위의 |위 (모두|보기)|모두 (정답|해당|옳|맞)|(정답|답) ?없음"
)

REPEATED = "same question and choices as an earlier row"
TWO_RIGHT = "its right answer is offered more than once"


class MultipleChoiceConfig(Config):
    """Settings of `multiple-choice`."""

    path: Path | None = Field(
        None,
        description="Exam: JSON lines or CSV. Where none, items are made of the test examples.",
    )
    choices: int = Field(
        4, ge=2, le=26, description="Choices of an item made of a test example. Not for files."
    )
    limit: int | None = Field(
        None, ge=1, description="Most items; drawn by the seed. Scoring takes time by items."
    )
    scoring: Literal["text", "letters"] = Field(
        "text",
        description="text: the likelihood of each choice's text after the question alone. letters: "
        "the choices are shown with letters, and the likelihood is the letter's.",
    )
    normalise: Literal["none", "tokens", "characters"] = Field(
        "none",
        description="What a choice's log-likelihood is divided by; none favours short choices, "
        "the others long ones. Of no effect on letters.",
    )
    shuffle: bool = Field(
        True,
        description="Permute a file's choices by the seed, so that a favourite place wins nothing. "
        "Choices such as 'all of the above' stay as they are.",
    )
    answers: Answers = Field(
        "auto",
        description="How the file names the right choice; auto recognises letters, texts and "
        "numbers from 0, and stops where that is ambiguous.",
    )
    language: str = Field("", description="Language of the file's rows that name none.")


class MultipleChoice(Evaluator[MultipleChoiceConfig]):
    """Accuracy on multiple choice, from an exam or from the held-out examples.

    The model's answer is the choice with the greatest log-likelihood (Brown et al. 2020, section
    2.4); the first of several equal ones. A score is 1 or 0, or None where a log-likelihood is not
    finite or the item is too long for the model. The summary `macro_f1` is the unweighted mean of
    the F1 of each place (A, B, ...).
    """

    name = "multiple-choice"
    version = 1
    config_model = MultipleChoiceConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The exam's questions, or one item for each test example."""
        if self.config.path is None:
            items = [
                self._of_example(example, wrong, context)
                for example, wrong in with_distractors(data.test, self.config.choices, context)
            ]
        else:
            items = list(self._of_file(self.config.path, context))
        return sample(items, self.config.limit, context)

    def _of_example(self, example: Example, wrong: Sequence[str], context: Context) -> Item:
        item = Item(
            instruction=example.instruction,
            input=example.input,
            system=example.system,
            history=example.history,
            choices=(example.output.strip(), *wrong),
            answer=0,
            reference=example.output.strip(),
            task=example.task,
            language=example.language,
            document_id=example.document_id,
            example_id=example.id,
        )
        # `shuffle` is for files: here the right choice would always stand first.
        return _permuted(item, context, example.id)

    def _of_file(self, path: Path, context: Context) -> Iterator[Item]:
        seen: dict[tuple[str, str, frozenset[str]], str] = {}
        for question in read_exam(path, self.config.answers):
            key = (question.question, question.context, frozenset(question.choices))
            if seen.setdefault(key, question.where) != question.where:
                context.reject(question.where, REPEATED, question.question)
            elif question.choices.count(question.choices[question.answer]) > 1:
                context.reject(question.where, TWO_RIGHT, question.question)
            else:
                yield self._of_question(question, context)

    def _of_question(self, question: Question, context: Context) -> Item:
        item = Item(
            instruction=question.question,
            input=question.context,
            choices=question.choices,
            answer=question.answer,
            reference=question.choices[question.answer],
            task=question.task,
            language=question.language or self.config.language,
            metadata={"origin": question.where},
        )
        movable = not any(_PLACED.search(choice) for choice in item.choices)
        if self.config.shuffle and movable:
            return _permuted(item, context, question.where)
        return item

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """One `accuracy` for each item, with every choice's log-likelihood in `metadata`."""
        shown = context.progress(items, total=len(items), unit="items", label=model.name)
        for item, likelihoods, reason in asked(shown, partial(self._ask, model)):
            if likelihoods is None:
                yield Score(
                    item_id=item.id,
                    metric="accuracy",
                    value=None,
                    reference=item.reference,
                    metadata={"chosen": None, "answer": item.answer, "unscored": reason},
                )
            else:
                yield self._score(item, likelihoods)

    def _ask(self, model: Model, items: Sequence[Item]) -> list[list[LogLikelihood]]:
        if self.config.scoring == "letters":
            return model.log_likelihoods(
                [_lettered(item) for item in items], [_letters(item) for item in items]
            )
        return model.log_likelihoods(items, [item.choices for item in items])

    def _score(self, item: Item, likelihoods: Sequence[LogLikelihood]) -> Score:
        values = [
            self._normalised(likelihood, text)
            for likelihood, text in zip(likelihoods, item.choices, strict=True)
        ]
        known = all(math.isfinite(value) for value in values)
        chosen = max(range(len(values)), key=values.__getitem__) if known else None
        return Score(
            item_id=item.id,
            metric="accuracy",
            value=None if chosen is None else float(chosen == item.answer),
            prediction="" if chosen is None else item.choices[chosen],
            reference=item.reference,
            metadata={
                "log_likelihoods": [
                    ll.total if math.isfinite(ll.total) else None for ll in likelihoods
                ],
                "chosen": chosen,
                "answer": item.answer,
            },
        )

    def _normalised(self, likelihood: LogLikelihood, text: str) -> float:
        if self.config.scoring == "letters" or self.config.normalise == "none":
            return likelihood.total
        by_tokens = self.config.normalise == "tokens"
        return likelihood.total / (likelihood.tokens if by_tokens else len(text))

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """`macro_f1` over the places of the choices, from the items that could be scored."""
        # Imported here because it brings scipy, and this module is imported to list the plugins.
        from byeori.statistics import macro_f1

        known = [score.metadata for score in scores if score.value is not None]
        if not known:
            return {}
        chosen, right = ([places[name] for places in known] for name in ("chosen", "answer"))
        return {"macro_f1": macro_f1(chosen, right)}


def _permuted(item: Item, context: Context, name: str) -> Item:
    """The item with its choices in an order that depends on the seed and `name` alone."""
    order = list(range(len(item.choices)))
    context.random("order", name).shuffle(order)
    choices = tuple(item.choices[index] for index in order)
    return replace(item, choices=choices, answer=order.index(item.answer or 0))


def _letters(item: Item) -> list[str]:
    return list(string.ascii_uppercase[: len(item.choices)])


def _lettered(item: Item) -> Item:
    """The item as it is put to the model: its choices under the question, each with its letter."""
    pairs = zip(_letters(item), item.choices, strict=True)
    shown = "\n".join(f"{letter}. {text}" for letter, text in pairs)
    return replace(item, input="\n\n".join(part for part in (item.input, shown) if part))
