"""Examples of instruction sets, as they are."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from byeori import Config, Context, DataError, Document, Example, InstructionGenerator
from byeori_plugins.sources.instructions import Instruction, Turns, instructions_of

NO_ANSWER = "the set gives no answer"


class InstructionsConfig(Config):
    """Settings of `instructions`."""

    turns: Turns = Field(
        "all",
        description="Of a conversation: each answer, with the turns before it as history, or the "
        "first answer alone, or the last.",
    )
    tasks: tuple[str, ...] | None = Field(
        None, description="Take only instructions of these tasks, such as Dolly's categories."
    )


class Instructions(InstructionGenerator[InstructionsConfig]):
    """The instructions that the source `instruction-set` read, one example an answer.

    Documents that hold none are passed over: a recipe may mix instruction sets with others.
    """

    name = "instructions"
    version = 1
    config_model = InstructionsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the examples of each document, in its order.

        Raises:
            DataError: no document holds instructions, or none is of `tasks`.
        """
        seen: set[str] = set()
        count = 0
        for document in documents:
            for one in instructions_of(document, self.config.turns):
                seen.add(one.task)
                if self.config.tasks is not None and one.task not in self.config.tasks:
                    context.reject(document.id, f"task `{one.task}` is none of `tasks`")
                elif not one.output:
                    context.reject(document.id, NO_ANSWER, one.instruction)
                else:
                    count += 1
                    yield _example(one, document)
        if not count:
            raise DataError(f"{context.stage}: {_nothing(seen, self.config.tasks)}")


def _example(one: Instruction, document: Document) -> Example:
    more = {"alternatives": [*one.alternatives]} if one.alternatives else {}
    return one.example(document, document.language, **more)


def _nothing(seen: set[str], tasks: tuple[str, ...] | None) -> str:
    if not seen:
        return (
            "no document holds instructions; read an instruction set with `use: instruction-set` "
            "under `documents:` (annotated sets are for the generator `phrasings`)"
        )
    if tasks is not None and not seen & {*tasks}:
        known = ", ".join(f"`{task}`" for task in sorted(seen))
        return f"no instruction is of a task in `tasks`; there is {known}"
    return "the instruction sets give no answers: a model can write them"
