"""Tasks: the seeds of an instruction set, and those a model made."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from byeori import DataError, Document
from byeori.text import folded
from byeori_plugins.sources.instructions import instructions_of


@dataclass(frozen=True, slots=True)
class Instance:
    """One input of a task, and its output."""

    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Task:
    """An instruction, with what is known about it; prompts see these fields.

    Attributes:
        instruction: the task in words.
        document_id: the seed document; of a grown task, the first seed that its prompt showed.
        language: BCP-47 tag, or empty.
        classification: whether its answers are labels; None where nobody said.
        instances: inputs and outputs.
        metadata: what examples of it carry.
    """

    instruction: str
    document_id: str
    language: str = ""
    classification: bool | None = None
    instances: tuple[Instance, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


_KINDS = {"classification": True, "generation": False}


def seeds_of(documents: Iterable[Document], stage: str) -> list[Task]:
    """The tasks of instruction sets, in their order; a task that comes again is one.

    Raises:
        DataError: no document holds an instruction.
    """
    tasks: dict[str, Task] = {}
    for document in documents:
        for one in instructions_of(document):
            if one.history or not one.instruction.strip():
                continue  # what follows a conversation is no task by itself
            key = folded(one.instruction)
            task = tasks.get(key) or Task(
                one.instruction.strip(), document.id, document.language, _KINDS.get(one.task)
            )
            known = (Instance(one.input, one.output),) if one.output else ()
            tasks[key] = replace(task, instances=(*task.instances, *known))
    if not tasks:
        raise DataError(
            f"{stage}: no document holds instructions to grow; read seed tasks with "
            "`use: instruction-set` under `documents:`"
        )
    return list(tasks.values())
