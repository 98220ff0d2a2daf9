"""What the tasks have in common: the instruction that is asked is the one that is learnt."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field

from byeori import Example
from byeori.generation import GenerationConfig, ModelGenerator, Part
from byeori.prompts import render

PROMPT = "{{ instruction }}{% if note %}\n\n{{ note }}{% endif %}\n\n{{ text }}"


class TaskConfig(GenerationConfig):
    """Settings of a task over a text; a task gives `instruction` a default of its own."""

    prompt: str = Field(
        default=PROMPT,
        description="User message (Jinja): `instruction`, `note` (what only this model is told), "
        "`text` (the part) and what every prompt sees.",
    )
    instruction: str = Field(
        description="Instruction of this model and of every example (Jinja over `document`, "
        "`language`, `settings` and the document's fields); the text is the input."
    )
    system_in_examples: bool = Field(
        default=False, description="Give the system message to the examples too."
    )
    answer_format: Literal["json", "dictionary"] = Field(
        default="json",
        description="How answers are written: `json`, or `dictionary`, Python's way with single "
        "quotation marks, as the chemistry paper has it. The model that is asked answers in JSON.",
    )


T = TypeVar("T", bound=TaskConfig)
A = TypeVar("A")


class TextTask(ModelGenerator[T, A]):
    """A task over a text: its instruction is filled in once, for the request and the example.

    Attributes:
        task: what examples say they are.
        note: what only the model that is asked is told (Jinja), such as to quote the text.
    """

    task: ClassVar[str]
    note: ClassVar[str] = ""

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the templates, with the instruction and the note filled in."""
        values = {**super().values(part), **self.slots(part)}
        instruction = render(self.config.instruction, values).strip()
        return {**values, "instruction": instruction, "note": render(self.note, values).strip()}

    def slots(self, part: Part) -> Mapping[str, Any]:
        """Further slots of the instruction."""
        return {}

    def example(self, part: Part, output: str, **metadata: Any) -> Example:
        """An example of the task: the instruction, the part's text, and the answer."""
        values = self.values(part)
        in_examples = self.config.system_in_examples
        return Example(
            instruction=values["instruction"],
            input=part.text,
            output=output,
            system=render(self.config.system, values).strip() if in_examples else "",
            task=self.task,
            metadata=metadata,
        )

    def written(self, value: object) -> str:
        """A value in one line, in the format of the settings, its letters as they are."""
        if self.config.answer_format == "dictionary":
            return repr(value)
        return as_json(value)


def as_json(value: object) -> str:
    """A value as JSON in one line, its letters as they are."""
    return json.dumps(value, ensure_ascii=False)
