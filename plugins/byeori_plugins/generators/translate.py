"""Instruction sets in another language."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from byeori import Context, DataError, Document, Example, InstructionGenerator
from byeori.estimates import Estimate
from byeori_plugins.generators.instructions import NO_ANSWER, InstructionsConfig
from byeori_plugins.sources.instructions import Instruction, instructions_of
from byeori_plugins.translation import TranslationConfig
from byeori_plugins.translation.translation import (
    TranslatedInstruction,
    Translation,
    same_language,
)


class TranslateConfig(InstructionsConfig, TranslationConfig):
    """Settings of `translate`."""


class Translate(InstructionGenerator[TranslateConfig]):
    """The instructions that the source `instruction-set` read, in another language.

    Instruction, input, output, system message and earlier turns are translated; each text of a
    document once. Documents that hold no instructions are passed over.
    """

    name = "translate"
    version = 1
    config_model = TranslateConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the examples in the documents' order.

        Raises:
            DataError: no document holds instructions with answers.
            StoppedError: whoever translates cannot be used; answers so far are kept.
        """
        found = 0
        read = self._read(documents, context)
        for document, made in Translation(self.config).run(read, context):
            found += 1
            for one in made:
                yield _example(one, document, self.config.to)
        if not found:
            raise DataError(
                f"{context.stage}: no document holds instructions with answers to translate; read "
                "an instruction set with `use: instruction-set` under `documents:`"
            )

    def _read(
        self, documents: Iterable[Document], context: Context
    ) -> Iterator[tuple[Document, list[Instruction]]]:
        for document in documents:
            wanted = [one for one in self._instructions(document, context) if one.output]
            source = self.config.source or document.language
            if wanted and same_language(source, self.config.to):
                context.reject(document.id, f"it is in `{source}` already", document.text)
                continue
            if wanted:
                yield document, wanted

    def _instructions(self, document: Document, context: Context) -> Iterator[Instruction]:
        for one in instructions_of(document, self.config.turns):
            if self.config.tasks is not None and one.task not in self.config.tasks:
                context.reject(document.id, f"task `{one.task}` is none of `tasks`")
                continue
            if not one.output:
                context.reject(document.id, NO_ANSWER, one.instruction)
            yield one

    def estimate(
        self, documents: Sequence[Document] | None, context: Context
    ) -> Iterable[Estimate]:
        """Requests and the characters to translate; nothing is sent."""
        if documents is None:
            return
        read = [(each, list(instructions_of(each, self.config.turns))) for each in documents]
        yield from Translation(self.config).estimate(read)


def _example(one: TranslatedInstruction, document: Document, language: str) -> Example:
    metadata: dict[str, Any] = {"translated_from": document.language, **one.answers}
    if "output_answer" in metadata:
        metadata["answer"] = metadata["output_answer"]
    if one.chrf is not None:
        metadata["back_chrf"] = one.chrf
    return one.instruction.example(document, language, **metadata)
