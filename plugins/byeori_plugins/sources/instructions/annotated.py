"""Formats of annotated sets: SQuAD and KorQuAD, language inference, classification.

They hold no instructions. A document keeps what was annotated in its metadata, and the generator
`phrasings` writes instructions for it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.instructions.rows import ANNOTATIONS
from byeori_plugins.sources.instructions.shape import (
    Content,
    Filled,
    Options,
    Shape,
    Text,
    UnusableError,
    kind_of,
    named,
    shortened,
)

READING, INFERENCE, CLASSIFICATION, EXAM = "reading", "inference", "classification", "exam"
"""Kinds of annotation."""


def annotations(kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """What a document's metadata hold: the kind, and one entry an annotated item."""
    return {ANNOTATIONS: {"kind": kind, "items": items}}


class Answer(BaseModel):
    """A span of the context."""

    model_config = ConfigDict(frozen=True, strict=True)
    text: Text


class Question(BaseModel):
    """A question about a context; SQuAD 2 has some that it does not answer."""

    model_config = ConfigDict(frozen=True, strict=True)
    question: Filled
    id: str | int = ""
    answers: list[Answer] = []
    is_impossible: bool = False


class Paragraph(BaseModel):
    """A context and its questions."""

    model_config = ConfigDict(frozen=True, strict=True)
    context: Filled
    qas: list[Question]


class SquadArticle(Shape):
    """SQuAD (Rajpurkar et al. 2016, 2018) and KorQuAD (Lim et al. 2019): one row a paragraph."""

    expected = "`data`: articles with `paragraphs`, each of `context` and `qas`"
    kept = ("title",)
    paragraph: Paragraph = named("paragraphs")
    title: Text = ""

    @classmethod
    def parts(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """One row a paragraph."""
        if not isinstance(values["paragraphs"], list):
            raise FieldError("field `paragraphs` is no list")
        for number, paragraph in enumerate(values["paragraphs"]):
            yield f"paragraphs[{number}]", {**values, "paragraphs": paragraph}

    def content(self, options: Options) -> Content:
        """The paragraph, and its questions."""
        return reading(self.paragraph.context, self.paragraph.qas, self.title, self.other())


def reading(
    context: str, questions: list[Question], title: str, other: Mapping[str, Any]
) -> Content:
    """A paragraph with its questions; an answer that does not stand in it is left out."""
    items, left_out = [], []
    for question in questions:
        answers = list(dict.fromkeys(a.text for a in question.answers if a.text))
        inside = [answer for answer in answers if answer in context]
        if not inside and not question.is_impossible:
            left_out.append("a question whose answer does not stand in its context")
            continue
        told = {} if question.is_impossible else {"answer": inside[0], "alternatives": inside[1:]}
        items.append({"question": question.question, "id": str(question.id)} | told)
    if not items:
        raise UnusableError(left_out[0] if left_out else "a context without questions")
    return Content(
        text=context,
        title=title,
        metadata={**other} | annotations(READING, items),
        left_out=tuple(left_out),
    )


class FlatAnswers(BaseModel):
    """Answers as the copies on the hub have them: a list of texts."""

    model_config = ConfigDict(frozen=True, strict=True)
    text: list[Text]


class SquadRow(Shape):
    """A question a row, as copies of SQuAD on the hub have them; a context stands in several."""

    expected = "`context`, `question`, `answers` with a list `text`"
    kept = ("title",)
    context: Filled
    question: Filled
    answers: FlatAnswers
    id: str | int = ""
    title: Text = ""

    def content(self, options: Options) -> Content:
        """The context and its question; rows with one context belong together."""
        answers = [Answer(text=text) for text in self.answers.text]
        asked = Question(
            question=self.question, id=self.id, answers=answers, is_impossible=not answers
        )
        made = reading(self.context, [asked], self.title, self.other())
        group = hashlib.sha256(self.context.encode()).hexdigest()[:16]
        return Content(text=made.text, title=made.title, metadata=made.metadata, group=group)


_INFERENCES = ("entailment", "neutral", "contradiction")
"""Their order is that of the numbers in copies of SNLI, MNLI and KLUE on the hub."""
_UNDECIDED = ("-", "-1", "")


class Inference(Shape):
    """SNLI, MNLI, KLUE-NLI, KorNLI: does a premise entail a hypothesis?"""

    expected = (
        "`premise` and `hypothesis` (or `sentence1`, `sentence2`), and `gold_label` or `label`: "
        "entailment, neutral or contradiction, or 0, 1, 2"
    )
    premise: Filled = named("premise", "sentence1")
    hypothesis: Filled = named("hypothesis", "sentence2")
    label: str | int = named("gold_label", "label")

    def content(self, options: Options) -> Content:
        """Both sentences; rows with one premise belong together."""
        label = str(self.label).strip().lower()
        if label in _UNDECIDED:
            raise UnusableError("the annotators agreed on no label")
        numbers = dict(zip("012", _INFERENCES, strict=True))
        label = numbers.get(label, label)
        if label not in _INFERENCES:
            raise FieldError(
                f"field `label` is {kind_of(self.label)}; expected {', '.join(_INFERENCES)}, or "
                "0, 1, 2 in that order"
            )
        item = {"premise": self.premise, "hypothesis": self.hypothesis, "label": label}
        return Content(
            text=f"{self.premise}\n{self.hypothesis}",
            title=shortened(self.premise),
            metadata=self.other() | annotations(INFERENCE, [item]),
            group=hashlib.sha256(self.premise.encode()).hexdigest()[:16],
        )


class Classification(Shape):
    """A text and its class: NSMC, KLUE-TC, AG News, SST-2 and the like."""

    expected = "`text` (or `sentence`, `document`, `review`, `content`, `title`) and `label`"
    text: Filled = named("text", "sentence", "document", "review", "content", "title")
    label: str | int = named("label", "category", "class")

    def content(self, options: Options) -> Content:
        """The text; its label by the name that `labels` gives it."""
        if not options.labels:
            raise FieldError(
                f"the label is {kind_of(self.label)}: say with `labels` which there are, as a list "
                "of names, or as numbers and names"
            )
        label = str(self.label).strip()
        if label not in options.labels:
            known = ", ".join(options.labels)
            raise FieldError(f"the label {kind_of(self.label)} is none of `labels`: {known}")
        choices = list(dict.fromkeys(options.labels.values()))
        item = {"text": self.text, "label": options.labels[label], "labels": choices}
        return Content(
            text=self.text,
            title=shortened(self.text),
            metadata=self.other() | annotations(CLASSIFICATION, [item]),
        )
