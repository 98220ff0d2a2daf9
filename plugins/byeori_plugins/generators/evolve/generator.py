"""Evolves the instructions of a set: harder and broader, as WizardLM does.

Source: Xu et al. 2023, "WizardLM: Empowering Large Language Models to Follow Complex Instructions"
(Evol-Instruct), section 3.
"""

from collections.abc import Iterable, Iterator, Sequence

from byeori import Context, DataError, Document, Example, InstructionGenerator
from byeori.estimates import Estimate
from byeori_plugins.generators.evolve.config import EvolveConfig
from byeori_plugins.generators.evolve.rounds import Line, Rounds
from byeori_plugins.sources.instructions import instructions_of


class Evolve(InstructionGenerator[EvolveConfig]):
    """Makes instructions harder or broader, round by round, and answers them."""

    name = "evolve"
    version = 1
    config_model = EvolveConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the evolved instructions with their answers, in the documents' order.

        Raises:
            DataError: no document holds instructions.
            StoppedError: the endpoint cannot be used, or fails too often; answers so far are kept.
        """
        lines = list(self._lines(documents, context))
        if not lines:
            raise DataError(
                f"{context.stage}: no document holds instructions to evolve; read some with "
                "`use: instruction-set` under `documents:`"
            )
        made: dict[tuple[str, int], list[Line]] = {(x.document_id, x.number): [] for x in lines}
        rounds = Rounds(self.config, lines, context)
        for number in range(1, self.config.rounds + 1):
            evolved = rounds.next(number)
            context.message(f"round {number}: {len(evolved)} of {len(lines)} instructions evolved")
            for line in evolved:
                made[line.document_id, line.number].append(line)
        for several in made.values():
            kept = several if self.config.keep == "all" else several[-1:]
            yield from map(_example, kept)

    def _lines(self, documents: Iterable[Document], context: Context) -> Iterator[Line]:
        for document in documents:
            for number, one in enumerate(instructions_of(document)):
                text = "\n\n".join(filter(None, (one.instruction.strip(), one.input.strip())))
                if one.history:
                    context.reject(document.id, "a later turn of a conversation", text)
                    continue
                language = self.config.language or document.language
                yield Line(document.id, number, language, text, one.task, one.system)

    def estimate(
        self, documents: Sequence[Document] | None, context: Context
    ) -> Iterable[Estimate]:
        """Requests: one a round for each instruction, and two more for what is not eliminated."""
        if documents is None:
            return
        count = sum(not one.history for document in documents for one in instructions_of(document))
        fewest = count * self.config.rounds
        each = 5 if self.config.ask_for_gain else 3  # corrections of JSON among them
        text = (
            f"{fewest} to {fewest * each} requests: {self.config.rounds} rounds of {count} "
            "instructions, and the answers to what has evolved"
        )
        yield Estimate("requests", fewest, fewest * each, text)


def _example(line: Line) -> Example:
    return Example(
        instruction=line.text,
        output=line.output,
        system=line.system,
        task=line.task,
        language=line.language,
        document_id=line.document_id,
        metadata={**line.metadata, "seed": line.number, "evolutions": line.evolutions},
    )
