"""Question-answer pairs written by a model behind an OpenAI-compatible endpoint.

A recipe uses it as

    examples:
      - use: question-answer
        model: {name: komt, base_url: "http://127.0.0.1:8000/v1", api_key_env: BYEORI_API_KEY}
        per_document: 3
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field, model_validator

from byeori import Context, Document, Example
from byeori.endpoint import Request
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable, find_span
from byeori.text import folded
from byeori_plugins.generators.asked_fields import WantedFields, field_text

SYSTEM = (
    "You are an API that converts text provided by a user role a single question and answer in "
    "perfect JSON format"
)
"""The system message of the NASA R&D paper (section on instruction data), word for word."""

PROMPT = """\
Write {{ number }} question-answer pair{{ "s" if number > 1 }} about the \
{% if field %}{{ field }}{% else %}text{% endif %} below\
{% if language %}, in {{ language }}{% else %}, in the language of the text{% endif %}. \
Each question must make sense without the text, and the text must answer it.\
{% if settings.grounded %} With each pair give `quote`: the words of the text that the answer \
comes from, copied exactly as they stand there.{% endif %}

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


class GroundedPair(Pair):
    """One question, its answer, and where that stands."""

    quote: str = Field(
        description="The words of the text that the answer comes from, copied exactly."
    )


class GroundedPairs(Pairs):
    """What a model is asked for, with quotations."""

    pairs: list[GroundedPair]  # type: ignore[assignment]


class QuestionAnswerConfig(GenerationConfig):
    """Settings of `question-answer`."""

    per_document: int = Field(
        default=1, ge=1, description="Pairs to ask for per document, or per part of a long one."
    )
    fields: tuple[str, ...] = Field(
        default=(),
        description="Fields to ask about, one request each: names of the document's metadata, "
        "`title`, or `text`. Empty: its text alone.",
    )
    grounded: bool = Field(
        default=False,
        description="Ask for the words each answer comes from, and drop pairs whose quotation is "
        "not in the text.",
    )
    role: str = Field(
        default="",
        description="Instruction of every example, whose input is then the question, as in the "
        "NASA R&D paper; empty: the question is the instruction.",
    )
    include_text: bool = Field(
        default=False,
        description="Put the text that was asked about into the example's input, so that reading "
        "it is learnt and not knowing it.",
    )
    system: str = Field(default=SYSTEM, description="System message (Jinja); empty for none.")
    prompt: str = Field(
        default=PROMPT,
        description="User message: Jinja over `document`, `text` (the part), `field` (its name, or "
        "empty), `number`, `language`, `settings` and the document's fields.",
    )


class QuestionAnswer(ModelGenerator[QuestionAnswerConfig, Pairs]):
    """Asks a model for question-answer pairs about each document."""

    name: ClassVar[str] = "question-answer"
    version: ClassVar[int] = 1
    config_model = QuestionAnswerConfig
    answer = Pairs

    def parts(self, document: Document) -> Iterable[Part | Unusable]:
        """The document's text, or each of its fields."""
        if not self.config.fields:
            yield from super().parts(document)
        for name in self.config.fields:
            text = field_text(document, name)
            if not text:
                yield Unusable(f"the field `{name}` is missing or empty")
            shown = {"field": name.replace("_", " ")}
            yield from self.cut(document, text, values=shown, metadata={"field": name})

    def requests(self, documents: Iterable[Document], context: Context) -> Iterator[Request[Any]]:
        """One request for each part of each document.

        Raises:
            DataError: a field that is asked about is in no document.
        """
        wanted = WantedFields(self.config.fields)
        if isinstance(documents, Sequence):  # known before anything is paid for
            wanted.look(documents)
            wanted.check(context.stage)
        yield from super().requests(wanted.noting(documents), context)
        wanted.check(context.stage)

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the templates; `number` is that of the pairs to write."""
        return {"field": "", **super().values(part), "number": self.config.per_document}

    def schema(self, part: Part) -> type[BaseModel]:
        """Pairs, with quotations where answers are grounded."""
        return GroundedPairs if self.config.grounded else Pairs

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
            elif isinstance(pair, GroundedPair):
                yield self._grounded(pair, part)
            else:
                yield self._example(pair, part)

    def _grounded(self, pair: GroundedPair, part: Part) -> Example | Unusable:
        name = part.metadata.get("field", "text")
        if name == "text":
            text, span = part.document.text, part.find(pair.quote)
        else:
            text = field_text(part.document, name)
            span = find_span(text, pair.quote)
        if span is None:
            return Unusable("not grounded: the quotation is not in the text", pair.quote)
        return self._example(pair, part, span=list(span), quote=text[slice(*span)])

    def _example(self, pair: Pair, part: Part, **metadata: Any) -> Example:
        question = pair.question.strip()
        inputs = [part.text] if self.config.include_text else []
        if self.config.role and question:
            inputs.append(question)
        return Example(
            instruction=self.config.role if self.config.role and question else question,
            input="\n\n".join(inputs),
            output=pair.answer,
            task="qa",
            metadata=metadata,
        )
