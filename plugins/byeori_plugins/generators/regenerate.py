"""Instruction sets answered anew: the instructions stay, a model writes the answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from byeori import Context, DataError, Document, Example
from byeori.endpoint import Request
from byeori.estimates import Estimate
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable, language_name
from byeori_plugins.generators.instructions import InstructionsConfig
from byeori_plugins.sources.instructions import Instruction, Turns, instructions_of
from byeori_plugins.sources.instructions.rows import INSTRUCTIONS, MESSAGES
from byeori_plugins.translation import TranslationConfig
from byeori_plugins.translation.translation import Translation

PROMPT = "{{ instruction }}{% if input %}\n\n{{ input }}{% endif %}"


class RegenerateConfig(InstructionsConfig, GenerationConfig):
    """Settings of `regenerate`."""

    turns: Turns = Field(
        "first",
        description="Of a conversation: its first question alone, its last, or each. Of all but "
        "the first the model sees the turns before it, with the answers that the set has for them.",
    )
    system: str = Field(
        default="{{ system }}",
        description="System message (Jinja, as `prompt`); by default the instruction's own.",
    )
    prompt: str = Field(
        default=PROMPT,
        description="User message: Jinja over `instruction`, `input`, `system` (the "
        "instruction's own), `task`, `language` and `settings`; nothing else of the document.",
    )
    translate: TranslationConfig | None = Field(
        default=None,
        description="Translate instruction and input first (KoAlpaca), and ask in that language.",
    )


class Regenerate(ModelGenerator[RegenerateConfig, str]):
    """Asks a model the instructions of a set; the answers the set has are never shown to it."""

    name = "regenerate"
    version = 1
    config_model = RegenerateConfig
    answer = None

    def requests(self, documents: Iterable[Document], context: Context) -> Iterator[Request[Any]]:
        """One request an instruction, in the documents' order, translated first where asked.

        Raises:
            DataError: no document holds instructions, or none is of `tasks`.
        """
        asked = 0
        for request in super().requests(self._prepared(documents, context), context):
            asked += 1
            yield request
        if not asked:
            raise DataError(
                f"{context.stage}: no document holds an instruction to answer (of `tasks`, where "
                "given); read an instruction set with `use: instruction-set` under `documents:`"
            )

    def _prepared(self, documents: Iterable[Document], context: Context) -> Iterator[Document]:
        """The documents with the instructions that are asked about, and no answers."""
        read = ((document, self._questions(document)) for document in documents)
        if self.config.translate is None:
            yield from (_holding(document, questions) for document, questions in read)
            return
        for document, made in Translation(self.config.translate).run(read, context):
            questions = [one.instruction for one in made]
            language = self.config.translate.to
            yield replace(_holding(document, questions), language=language)

    def _questions(self, document: Document) -> list[Instruction]:
        wanted = self.config.tasks
        return [
            replace(one, output="", alternatives=())
            for one in instructions_of(document, self.config.turns)
            if wanted is None or one.task in wanted
        ]

    def parts(self, document: Document) -> Iterator[Part | Unusable]:
        """One part an instruction."""
        language = self.config.language or document.language
        for one in document.metadata[_QUESTIONS]:
            where = {"format": document.metadata.get("format", "")}
            yield Part(document, one.text, language, values={_QUESTION: one}, metadata=where)

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the templates; nothing that could hold the old answer is among them."""
        one: Instruction = part.values[_QUESTION]
        return {
            "instruction": one.instruction,
            "input": one.input,
            "system": one.system,
            "task": one.task,
            "language": language_name(part.language),
            "settings": self.config,
        }

    def request(self, part: Part) -> Request[Any]:
        """The question as it is asked, with the turns before it."""
        return replace(super().request(part), history=part.values[_QUESTION].history)

    def read(self, answer: str, part: Part) -> Iterator[Example | Unusable]:
        """One example an answer."""
        one: Instruction = part.values[_QUESTION]
        yield Example(
            instruction=one.instruction,
            input=one.input,
            output=answer,
            system=one.system,
            history=one.history,
            task=one.task,
        )

    def estimate(
        self, documents: Sequence[Document] | None, context: Context
    ) -> Iterable[Estimate]:
        """That of the answers, and of the translation before; nothing is sent."""
        if self.config.translate is None or documents is None:
            yield from super().estimate(documents, context)
            return
        untranslated = self.config.model_copy(update={"translate": None})
        yield from Regenerate(untranslated).estimate(documents, context)
        read = [(document, self._questions(document)) for document in documents]
        yield from Translation(self.config.translate).estimate(read)


_QUESTIONS, _QUESTION = "questions", "question"


def _holding(document: Document, questions: list[Instruction]) -> Document:
    """The document with these questions, without the metadata that hold the set's answers."""
    kept = {k: v for k, v in document.metadata.items() if k not in (INSTRUCTIONS, MESSAGES)}
    return replace(document, metadata={**kept, _QUESTIONS: questions})
