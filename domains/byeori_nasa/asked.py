"""The generator `nasa/asked-questions`: a model turns an award's fields into questions."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from pydantic import BaseModel, Field, model_validator

from byeori import Document, Example
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable
from byeori.text import folded
from byeori_nasa.answers import FieldName, field_answers, why_nothing
from byeori_nasa.wordings import FIELDS, ROLE

SYSTEM = (
    "You are an API that converts text provided by a user role a single question and answer in "
    "perfect JSON format"
)
"""The system message, word for word (section 3.3)."""
PROMPT = """\
{% if language %}Write the question and the answer in {{ language }}.

{% endif %}{{ field_question }}
{{ text }}"""
PAPER_FIELDS = tuple(name for name in FIELDS if name not in ("year", "research_institution"))
"""The paper's fields (section 3.2) and those of Table 1; the title names the project in all."""
_NAMES = {
    "question": ("question", "q", "query", "prompt", "instruction", "질문"),
    "answer": ("answer", "a", "response", "output", "답변", "답"),
}
_THE_TEXT = re.compile(
    r"\b(?:the|this|given|provided|above|following)\s+(?:text|passage|paragraph|user|input)\b",
    re.IGNORECASE,
)


class QuestionAndAnswer(BaseModel):
    """A single question and its answer."""

    question: str
    answer: str

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        """Small models wrap the object, list it, or call its members something else."""
        return _renamed(_unwrapped(data))


def _unwrapped(data: Any) -> Any:
    """The one object inside lists and objects of one member.

    Raises:
        ValueError: there are several.
    """
    while True:
        if isinstance(data, list):
            if len(data) != 1:
                raise ValueError(f"one question and answer are needed, not {len(data)}")
            data = data[0]
        elif (
            isinstance(data, Mapping)
            and len(data) == 1
            and isinstance(inner := next(iter(data.values())), list | Mapping)
        ):
            data = inner
        else:
            return data


def _renamed(data: Any) -> Any:
    if not isinstance(data, Mapping):
        return data
    known = {str(name).strip().casefold(): value for name, value in data.items()}
    found = {
        name: next((known[other] for other in others if other in known), None)
        for name, others in _NAMES.items()
    }
    return {name: value for name, value in found.items() if value is not None}


class AskedQuestionsConfig(GenerationConfig):
    """Settings of `nasa/asked-questions`."""

    fields: tuple[FieldName, ...] = Field(
        PAPER_FIELDS,  # type: ignore[arg-type]
        min_length=1,
        description="Fields to ask about.",
    )
    per_document: float | None = Field(
        2.5,
        ge=1,
        allow_inf_nan=False,
        description="Fields asked about in each document, on average: with 2.5, two or three, "
        "drawn by the seed; null for all.",
    )
    max_characters: int = Field(
        2000,
        ge=200,
        description="Longest text of a field: an abstract is given by as many whole sentences as "
        "fit, and another field that does not fit is not asked about.",
    )
    role: str = Field(ROLE, min_length=1, description="Instruction of every example.")
    system: str = Field(default=SYSTEM, description="System message (Jinja); empty for none.")
    prompt: str = Field(
        default=PROMPT,
        description="User message: Jinja over `field_question` (of Table 1's kind), `text` (its "
        "answer from the record), `field` (its name), `language`, `document`, `settings` and the "
        "document's fields.",
    )


class AskedQuestions(ModelGenerator[AskedQuestionsConfig, QuestionAndAnswer]):
    """Gives a model questions and answers made of an award's fields; it writes one of its own.

    One request a field. The instruction of an example is the role, the input the model's question.
    Documents need the metadata of `nasa/sbir`.
    """

    name: ClassVar[str] = "asked-questions"
    version: ClassVar[int] = 1
    config_model = AskedQuestionsConfig
    answer = QuestionAndAnswer

    def parts(self, document: Document) -> Iterable[Part | Unusable]:
        """One part for each field that the record has."""
        config, metadata = self.config, document.metadata
        answers = field_answers(config.fields, config.max_characters, metadata, Counter())
        if not answers:
            yield Unusable(why_nothing(metadata), document.title)
        for name, text in answers.items():
            question = FIELDS[name].questions[0].format_map({"title": metadata["title"]})
            yield Part(
                document,
                text,
                config.language or document.language,
                values={"field": name.replace("_", " "), "field_question": question},
                metadata={"field": name},
            )

    def choose(self, parts: Sequence[Part | Unusable], random: Random) -> Sequence[Part | Unusable]:
        """As many fields as `per_document` says on average, in their order."""
        wanted = self.config.per_document
        if wanted is None:
            return parts
        number = math.floor(wanted) + (random.random() < wanted % 1)
        if number >= len(parts):
            return parts
        return [parts[place] for place in sorted(random.sample(range(len(parts)), number))]

    def read(self, answer: QuestionAndAnswer, part: Part) -> Iterator[Example | Unusable]:
        """One example, unless the question cannot stand alone."""
        question = answer.question.strip()
        if question and folded(question) == folded(answer.answer):
            yield Unusable("the answer repeats the question", question)
        elif _THE_TEXT.search(question):
            yield Unusable("the question asks about `the text`, which nobody will see", question)
        else:
            yield Example(
                instruction=self.config.role if question else "",
                input=question,
                output=answer.answer,
                task=part.metadata["field"].replace("_", "-"),
                metadata={"wording": "model"},
            )
