"""Question-answer pairs written by a model behind an OpenAI-compatible endpoint.

A recipe uses it as

    examples:
      - use: question-answer
        model: {name: komt, base_url: "http://127.0.0.1:8000/v1", api_key_env: BYEORI_API_KEY}
        per_document: 3
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from jinja2 import TemplateError
from pydantic import BaseModel, Field, field_validator, model_validator

from byeori import Config, Context, Document, Example, InstructionGenerator
from byeori.endpoint import EndpointConfig, Reply, Request, ask_json
from byeori.prompts import compile_template, render

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

LANGUAGES = {"ko": "Korean", "en": "English"}


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


class QuestionAnswerConfig(Config):
    """Settings of `question-answer`."""

    model: EndpointConfig = Field(description="The model that writes the pairs.")
    per_document: int = Field(
        default=1, ge=1, description="Pairs to ask for per document, or per part of a long one."
    )
    language: str | None = Field(
        default=None, description="Language of the pairs (BCP-47 tag); null for the document's."
    )
    system: str = Field(default=SYSTEM, description="System message; empty for none.")
    prompt: str = Field(
        default=PROMPT,
        description="User message: Jinja over `document`, `text` (the part), `number`, `language`.",
    )
    max_characters: int = Field(
        default=8000,
        ge=200,
        description="Longest text in one request; a longer document goes out in several parts, "
        "cut between paragraphs.",
    )

    @field_validator("prompt")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            compile_template(value)
        except TemplateError as error:
            raise ValueError(f"is not a Jinja template: {error}") from error
        return value


@dataclass(frozen=True, slots=True)
class _Part:
    document: Document
    text: str
    number: int
    parts: int


class QuestionAnswer(InstructionGenerator[QuestionAnswerConfig]):
    """Asks a model for question-answer pairs about each document."""

    name: ClassVar[str] = "question-answer"
    version: ClassVar[int] = 1
    config_model = QuestionAnswerConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the pairs in the documents' order; `metadata["answer"]` is the journal's key."""
        current, seen = "", set[str]()
        requests = self._requests(documents, context)
        for reply in ask_json(self.config.model, requests, context):
            part: _Part = reply.row
            if part.document.id != current:
                current, seen = part.document.id, set()
            yield from self._from_reply(reply, part, seen, context)

    def _requests(
        self, documents: Iterable[Document], context: Context
    ) -> Iterator[Request[Pairs]]:
        long, parts_of_long = 0, 0
        for document in documents:
            texts = split(document.text, self.config.max_characters)
            if len(texts) > 1:
                long, parts_of_long = long + 1, parts_of_long + len(texts)
            for number, text in enumerate(texts):
                part = _Part(document, text, number, len(texts))
                try:
                    prompt = self._prompt(part)
                except TemplateError as error:
                    context.reject(document.id, f"the prompt cannot be filled: {error}")
                    break
                yield Request(
                    prompt=prompt,
                    system=self.config.system,
                    schema=Pairs,
                    where=document.id,
                    row=part,
                )
        if long:
            context.message(
                f"{long} documents had more than {self.config.max_characters} characters and went "
                f"out in {parts_of_long} parts"
            )

    def _prompt(self, part: _Part) -> str:
        language = self._language(part.document)
        values = {
            "document": part.document,
            "text": part.text,
            "number": self.config.per_document,
            "language": LANGUAGES.get(language, language),
        }
        return render(self.config.prompt, values)

    def _language(self, document: Document) -> str:
        return self.config.language or document.language

    def _from_reply(
        self, reply: Reply[Pairs], part: _Part, seen: set[str], context: Context
    ) -> Iterator[Example]:
        where = part.document.id
        if not reply.value.pairs:
            context.reject(where, "the answer held no pairs")
        for position, pair in enumerate(reply.value.pairs):
            question, answer = pair.question.strip(), pair.answer.strip()
            if position >= self.config.per_document:
                context.reject(where, "more pairs than asked for", question)
            elif problem := _problem(question, answer, seen):
                context.reject(where, problem, question)
            else:
                seen.add(_folded(question))
                yield Example(
                    instruction=question,
                    output=answer,
                    task="qa",
                    language=self._language(part.document),
                    document_id=where,
                    metadata=_metadata(reply.key, part),
                )


def _metadata(key: str, part: _Part) -> dict[str, Any]:
    if part.parts == 1:
        return {"answer": key}
    return {"answer": key, "part": part.number, "parts": part.parts}


def _problem(question: str, answer: str, seen: set[str]) -> str:
    if not question or not answer:
        return "the question or the answer is empty"
    if _folded(question) == _folded(answer):
        return "the answer repeats the question"
    return "the same question twice in one document" if _folded(question) in seen else ""


def _folded(text: str) -> str:
    """Letter case, width and spaces do not make another question."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def split(text: str, longest: int) -> list[str]:
    """Cut a text into parts of at most `longest` characters, losing only white space.

    Between paragraphs where possible; a paragraph that is too long by itself between sentences,
    then words, then anywhere.
    """
    parts: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for piece in _pieces(paragraph, longest):
            if parts and len(parts[-1]) + 2 + len(piece) <= longest:
                parts[-1] += "\n\n" + piece
            else:
                parts.append(piece)
    return parts


def _pieces(paragraph: str, longest: int) -> Iterator[str]:
    rest = paragraph.strip()
    while len(rest) > longest:
        head = rest[: longest + 1]
        ends = [match.end() for match in re.finditer(r"[.!?。]\s", head)]
        cut = ends[-1] if ends else head.rfind(" ")
        cut = cut if cut > 0 else longest
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
    if rest:
        yield rest
