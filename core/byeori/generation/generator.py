"""The base class of generators that ask a model about documents."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from byeori.components import InstructionGenerator
from byeori.context import Context, Silent
from byeori.endpoint.ask import Reply, ask
from byeori.endpoint.requests import Request
from byeori.estimates import Estimate
from byeori.generation.config import GenerationConfig
from byeori.generation.estimating import estimates
from byeori.generation.parts import Part, Unusable, language_name, split
from byeori.generation.sentences import SENTENCE_ENDS
from byeori.korean import is_korean
from byeori.prompts import TEMPLATE_ERRORS, render
from byeori.records import Document, Example
from byeori.text import folded

G = TypeVar("G", bound=GenerationConfig)
A = TypeVar("A")


class ModelGenerator(InstructionGenerator[G], Generic[G, A]):
    """Asks a model about each document, or each part of a long one, and maps the answers.

    A generator of its own says `answer` and `read`; the prompt is a setting with a default:

        class Answer(BaseModel):
            title: str

        class Titles(ModelGenerator[TitlesConfig, Answer]):
            name = "titles"
            config_model = TitlesConfig
            answer = Answer

            def read(self, answer: Answer, part: Part) -> Iterator[Example | Unusable]:
                yield Example(instruction="Give a title.", input=part.text, output=answer.title)

    It may also override `parts`, `choose`, `values`, `schema` and `request`. Texts of examples are
    stripped; `document_id`, `language` and `metadata["answer"]` (the journal's key) are filled in
    where the mapping leaves them empty. An example without an instruction or output, or that asks
    the same as an earlier one of its document, is rejected and counted.

    Attributes:
        answer: pydantic model of an answer; None where the answer is plain text, a `str`.
    """

    answer: ClassVar[type[BaseModel] | None]

    @abstractmethod
    def read(self, answer: A, part: Part) -> Iterable[Example | Unusable]:
        """The examples of one answer, in order; `Unusable` for what gives none."""

    def parts(self, document: Document) -> Iterable[Part | Unusable]:
        """What is asked about a document, one request each: its text, cut at `max_characters`.

        `Unusable` for what cannot be asked about, such as an empty field.
        """
        return self.cut(document, document.text)

    def choose(self, parts: Sequence[Part | Unusable], random: Random) -> Sequence[Part | Unusable]:
        """Which parts of one document are asked about, in order: all, here.

        Args:
            parts: what `parts` gave.
            random: depends on the recipe's seed and the document alone.
        """
        return parts

    def cut(self, document: Document, text: str, **more: Any) -> Iterator[Part]:
        """Parts of a text of at most `max_characters`; `more` are further attributes of each."""
        kind = self.config.sentences if is_korean(document.language, text) else "marks"
        texts = split(text, self.config.max_characters, SENTENCE_ENDS[kind])
        language = self.config.language or document.language
        for number, piece in enumerate(texts):
            yield Part(document, piece, language, number, len(texts), **more)

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the templates: fields of the document by name, then our own."""
        return {
            **part.document.metadata,
            "document": part.document,
            "text": part.text,
            "language": language_name(part.language),
            "settings": self.config,
            **part.values,
        }

    def schema(self, part: Part) -> type[BaseModel] | None:
        """The pydantic model of the answer about one part; None for plain text."""
        return self.answer

    def request(self, part: Part) -> Request[Any]:
        """What is sent for one part.

        Raises:
            one of `byeori.prompts.TEMPLATE_ERRORS`: a template cannot be filled; the document is
                rejected.
        """
        values = self.values(part)
        return Request(
            prompt=render(self.config.prompt, values),
            system=render(self.config.system, values),
            schema=self.schema(part),
            where=part.document.id,
            row=part,
        )

    def requests(self, documents: Iterable[Document], context: Context) -> Iterator[Request[Any]]:
        """The requests of all documents, in order; what cannot be asked goes to the rejects."""
        long, parts_of_long = 0, 0
        for document in documents:
            random = context.random(self.name, document.id)
            parts = list(self.choose(list(self.parts(document)), random))
            cut = sum(part.parts > 1 for part in parts if isinstance(part, Part))
            long, parts_of_long = long + bool(cut), parts_of_long + cut
            yield from self._requests_of(document, parts, context)
        if long:
            context.message(
                f"{long} documents had more than {self.config.max_characters} characters and went "
                f"out in {parts_of_long} parts"
            )

    def _requests_of(
        self, document: Document, parts: Iterable[Part | Unusable], context: Context
    ) -> Iterator[Request[Any]]:
        for part in parts:
            if isinstance(part, Unusable):
                context.reject(document.id, part.reason, part.text)
                continue
            try:
                request = self.request(part)
            except TEMPLATE_ERRORS as error:
                context.reject(document.id, f"the prompt cannot be filled: {error}")
                return
            yield request

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the examples in the documents' order; `metadata["answer"]` is the journal's key.

        Raises:
            StoppedError: the endpoint cannot be used, or fails too often; answers so far are kept.
        """
        current, seen = "", set[Any]()
        for reply in ask(self.config.model, self.requests(documents, context), context):
            part: Part = reply.row
            if part.document.id != current:
                current, seen = part.document.id, set()
            for made in self.read(reply.value, part):
                kept = _kept(made, reply, seen)
                if isinstance(kept, Unusable):
                    context.reject(current, kept.reason, kept.text)
                else:
                    yield kept

    def estimate(
        self, documents: Sequence[Document] | None, context: Context
    ) -> Iterable[Estimate]:
        """Requests, the text they send, the longest answers and the money; nothing is sent."""
        if documents is None:
            return
        silent = replace(context, on_reject=lambda reject: None, progress_display=Silent())
        yield from estimates(self.requests(documents, silent), self.config.model)


def _kept(made: Example | Unusable, reply: Reply[Any], seen: set[Any]) -> Example | Unusable:
    """An example with what the mapping left for us to fill in, or why there is none."""
    if isinstance(made, Unusable):
        return made
    example = _filled(made, reply.row, reply.key)
    if not example.instruction or not example.output:
        text = example.instruction or example.output
        return Unusable("the question or the answer is empty", text)
    asked = (folded(example.instruction), folded(example.input), example.history)
    if asked in seen:
        return Unusable("the same question twice in one document", example.instruction)
    seen.add(asked)
    return example


def _filled(example: Example, part: Part, key: str) -> Example:
    place = {} if part.parts == 1 else {"part": part.number, "parts": part.parts}
    return replace(
        example,
        instruction=example.instruction.strip(),
        input=example.input.strip(),
        output=example.output.strip(),
        language=example.language or part.language,
        document_id=part.document.id,
        metadata={"answer": key, **place, **part.metadata, **example.metadata},
    )
