"""Question-answer pairs written by a model behind an OpenAI-compatible endpoint.

A recipe uses it as

    examples:
      - use: question-answer
        model: {name: komt, base_url: "http://127.0.0.1:8000/v1", api_key_env: BYEORI_API_KEY}
        per_document: 3
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field, model_validator

from byeori import Example
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable
from byeori.text import folded

SYSTEM = (
    "You are an API that converts text provided by a user role a single question and answer in "
    "perfect JSON format"
)
"""The system message of the NASA R&D paper (section on instruction data), word for word."""

PROMPT = """\
Write {{ number }} question-answer pair{{ "s" if number > 1 }} about the text below\
{% if language %}, in {{ language }}{% else %}, in the language of the text{% endif %}. \
Each question must make sense without the text, and the text must answer it.

{% if document.title %}Title: {{ document.title }}

{% endif %}{{ text }}"""


class Pair(BaseModel):
    """One question and its answer."""

    question: str
    answer: str


class Pairs(BaseModel):
    """What a model is asked for."""

    pairs: list[Pair]

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        """Small models leave the outer object away: a list of pairs, or a single pair."""
        if isinstance(data, list):
            return {"pairs": data}
        if isinstance(data, dict) and "pairs" not in data and "question" in data:
            return {"pairs": [data]}
        return data


class QuestionAnswerConfig(GenerationConfig):
    """Settings of `question-answer`."""

    per_document: int = Field(
        default=1, ge=1, description="Pairs to ask for per document, or per part of a long one."
    )
    system: str = Field(default=SYSTEM, description="System message (Jinja); empty for none.")
    prompt: str = Field(
        default=PROMPT,
        description="User message: Jinja over `document`, `text` (the part), `number`, `language`, "
        "`settings` and the document's fields.",
    )


class QuestionAnswer(ModelGenerator[QuestionAnswerConfig, Pairs]):
    """Asks a model for question-answer pairs about each document."""

    name: ClassVar[str] = "question-answer"
    version: ClassVar[int] = 1
    config_model = QuestionAnswerConfig
    answer = Pairs

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the templates; `number` is that of the pairs to write."""
        return {**super().values(part), "number": self.config.per_document}

    def read(self, answer: Pairs, part: Part) -> Iterator[Example | Unusable]:
        """One example a pair."""
        if not answer.pairs:
            yield Unusable("the answer held no pairs")
        for position, pair in enumerate(answer.pairs):
            question = pair.question.strip()
            if position >= self.config.per_document:
                yield Unusable("more pairs than asked for", question)
            elif question and folded(question) == folded(pair.answer):
                yield Unusable("the answer repeats the question", question)
            else:
                yield Example(instruction=question, output=pair.answer, task="qa")
