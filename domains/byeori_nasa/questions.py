"""The generator `nasa/field-questions`: questions and answers about the fields of an award."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any, Literal

from pydantic import Field

from byeori import Config, Context, DataError, Document, Example, InstructionGenerator
from byeori_nasa.sentences import (
    first_sentences,
    nasa_applications,
    non_nasa_applications,
    objective,
)
from byeori_nasa.wordings import FIELDS, ROLE

FieldName = Literal[
    "abstract",
    "objective",
    "nasa_applications",
    "non_nasa_applications",
    "keywords",
    "program",
    "phase",
    "firm",
    "year",
    "research_institution",
]
_FOUND_IN_ABSTRACT = {
    "objective": objective,
    "nasa_applications": nasa_applications,
    "non_nasa_applications": non_nasa_applications,
}


class FieldQuestionsConfig(Config):
    """Settings of `nasa/field-questions`."""

    fields: tuple[FieldName, ...] = Field(
        tuple(FIELDS),  # type: ignore[arg-type]
        min_length=1,
        description="Fields to ask about.",
    )
    per_document: int | None = Field(
        3,
        ge=1,
        description="Fields asked about in each document, drawn by the seed; null for all. The "
        "paper has 2.5 examples a document.",
    )
    max_characters: int = Field(
        400,
        ge=40,
        description="Longest answer: an abstract is quoted by as many whole sentences as fit, and "
        "another field that does not fit is not asked about, so that no answer is cut at the "
        "model's maximum length (256 tokens in the paper).",
    )
    held_out_wordings: bool = Field(
        True, description="Ask each question once more in the test, in a wording not trained on."
    )
    role: str = Field(ROLE, min_length=1, description="Instruction of every example.")


class FieldQuestions(InstructionGenerator[FieldQuestionsConfig]):
    """Asks about the fields of awards in the words of the paper.

    The instruction is the role, the input the question, the output a full sentence. A field that a
    record lacks is no dropped row: such fields are counted and said once. A document that no
    question can be asked about is dropped. Documents need the metadata of `nasa/sbir`.
    """

    name = "field-questions"
    version = 2
    config_model = FieldQuestionsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the questions of each document: first for all splits, then held out for the test.

        Raises:
            DataError: no document has a field that can be asked about.
        """
        count = 0
        unasked: Counter[str] = Counter()
        for document in documents:
            answers = self._answers(document.metadata, unasked)
            if not answers:
                context.reject(document.id, _why_nothing(document.metadata), document.title)
            random = context.random(self.name, document.id)
            names = self._choose(list(answers), random)
            for name in names:
                question = random.choice(FIELDS[name].questions)
                yield self._example(document, name, question, answers[name], {})
                count += 1
                if self.config.held_out_wordings:
                    question = random.choice(FIELDS[name].held_out)
                    split = {"split": "test"}
                    yield self._example(document, name, question, answers[name], split)
        if not count:
            raise DataError(
                f"{context.stage}: no document has the fields of an award (title, abstract, "
                "firm, ...); read the records with `use: nasa/sbir`"
            )
        if unasked:
            parts = (f"{reason} ({number} documents)" for reason, number in sorted(unasked.items()))
            context.message(f"fields not asked about: {', '.join(parts)}")

    def _choose(self, names: list[str], random: Random) -> list[str]:
        wanted = self.config.per_document
        if wanted is None or wanted >= len(names):
            return names
        chosen = random.sample(names, wanted)
        return [name for name in names if name in chosen]

    def _answers(self, metadata: Mapping[str, Any], unasked: Counter[str]) -> dict[str, str]:
        """Answers by field; a field without one is counted in `unasked` with the reason."""
        answers: dict[str, str] = {}
        title = metadata.get("title", "")
        for name in self.config.fields if title else ():
            value, reason = self._value(name, metadata)
            if value:
                answers[name] = FIELDS[name].answer.format_map({"title": title, "value": value})
            else:
                unasked[reason] += 1
        return answers

    def _value(self, name: str, metadata: Mapping[str, Any]) -> tuple[str, str]:
        """What to say about a field; or nothing, and why."""
        room = self.config.max_characters - len(
            FIELDS[name].answer.format_map({"title": metadata["title"], "value": ""})
        )
        value = _field_text(name, metadata)
        if not value:
            return "", f"no {name}"
        if name == "abstract":
            value = first_sentences(value, room)
        if not value or len(value) > room:
            return "", f"{name} longer than max_characters"
        return value, ""

    def _example(
        self,
        document: Document,
        name: str,
        question: str,
        answer: str,
        split: Mapping[str, str],
    ) -> Example:
        title = document.metadata["title"]
        return Example(
            instruction=self.config.role,
            input=question.format_map({"title": title}),
            output=answer,
            task=name.replace("_", "-"),
            language="en",
            document_id=document.id,
            metadata={"field": name, "wording": "held out" if split else "trained", **split},
        )


def _why_nothing(metadata: Mapping[str, Any]) -> str:
    return "no field that can be asked about" if metadata.get("title") else "no title to ask by"


def _field_text(name: str, metadata: Mapping[str, Any]) -> str:
    """A field's value as its answer quotes it."""
    value = metadata.get(name)
    if not value and name in _FOUND_IN_ABSTRACT:
        value = _FOUND_IN_ABSTRACT[name](metadata.get("abstract", ""))
    text = _enumeration(value) if isinstance(value, list) else str(value or "").strip()
    # The answers end in a full stop of their own, "Inc." or not; an abstract keeps its sentences'.
    return text if name == "abstract" else text.removesuffix(".")


def _enumeration(items: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""
