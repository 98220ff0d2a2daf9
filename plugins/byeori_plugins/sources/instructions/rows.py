"""What a document of an instruction set holds, and how a generator reads it back.

A document's metadata carry its instructions in one shape, whatever file they came from:
`instructions`, a list of single ones (`instruction`, `input`, `output`, `system`, `task` and
`alternatives`, other right answers), or `messages`, a conversation stored once (`role`, `content`).
`instructions_of` reads both. An `output` is empty where the set gives no answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from byeori import Document, Example, Turn

INSTRUCTIONS, MESSAGES, ANNOTATIONS = "instructions", "messages", "annotations"
"""Keys of a document's metadata."""

Turns = Literal["all", "first", "last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction of a set, as a person or a model wrote it.

    Attributes:
        output: the answer; empty where the set has none.
        input, system, history, task: as for `Example`.
        alternatives: further answers that are right too.
    """

    instruction: str
    output: str = ""
    input: str = ""
    system: str = ""
    history: tuple[Turn, ...] = ()
    task: str = ""
    alternatives: tuple[str, ...] = ()

    def as_metadata(self) -> dict[str, Any]:
        """The fields that hold something, as JSON can hold them; `history` is no part of it."""
        names = [field.name for field in fields(self) if field.name != "history"]
        values = {name: getattr(self, name) for name in names}
        kept = {name: value for name, value in values.items() if value}
        return kept | ({"alternatives": [*self.alternatives]} if self.alternatives else {})

    @property
    def text(self) -> str:
        """Instruction, input and answer, as paragraphs."""
        return "\n\n".join(filter(None, (self.instruction, self.input, self.output)))

    def example(self, document: Document, language: str, **metadata: Any) -> Example:
        """The example it is, with the format of the document that holds it in its metadata."""
        return Example(
            instruction=self.instruction,
            input=self.input,
            output=self.output,
            system=self.system,
            history=self.history,
            task=self.task,
            language=language,
            document_id=document.id,
            metadata={"format": document.metadata.get("format", ""), **metadata},
        )


def instructions_of(document: Document, turns: Turns = "all") -> Iterator[Instruction]:
    """The instructions a document holds, in its order; none where it holds none.

    Args:
        document: of the source `instruction-set`, or any with the same metadata.
        turns: of a conversation, each answer with the turns before it as history, or the first
            (as KORani was trained, survey section 5.5), or the last.
    """
    for values in document.metadata.get(INSTRUCTIONS, ()):
        other = tuple(values.get("alternatives", ()))
        yield Instruction(**{**values, "alternatives": other})
    if messages := document.metadata.get(MESSAGES):
        task = str(document.metadata.get("task", ""))
        made = list(_of_conversation(messages, task))
        yield from {"all": made, "first": made[:1], "last": made[-1:]}[turns]


def _of_conversation(messages: Sequence[Mapping[str, Any]], task: str) -> Iterator[Instruction]:
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    said = [message for message in messages if message["role"] != "system"]
    history: list[Turn] = []
    for asked, answered in zip(said[::2], [*said[1::2], None], strict=False):
        answer = answered["content"] if answered is not None else ""
        # An answer of weight 0 is context and not learnt (OpenAI's format for fine-tuning).
        if answered is None or answered.get("weight", 1):
            yield Instruction(
                instruction=asked["content"],
                output=answer,
                system=system,
                history=tuple(history),
                task=task,
            )
        history += [Turn("user", asked["content"]), Turn("assistant", answer)]


def as_messages(said: Sequence[str], system: str = "") -> list[dict[str, Any]]:
    """Questions and answers in turn, as a conversation is stored."""
    first = [{"role": "system", "content": system}] if system else []
    roles = ("user", "assistant")
    return [*first, *({"role": roles[n % 2], "content": text} for n, text in enumerate(said))]
