"""Formats of one instruction a row: Alpaca, Dolly, question-answer pairs, FLAN, P3."""

import re
from typing import Annotated, Any

from annotated_types import Len
from pydantic import AliasChoices, BeforeValidator, Field

from byeori_plugins.sources.instructions.rows import MESSAGES, Instruction, as_messages
from byeori_plugins.sources.instructions.shape import (
    Content,
    Filled,
    Options,
    Shape,
    Text,
    UnusableError,
    named,
)

_NO_INPUT = re.compile(r"<?\s*no\s*input\s*>?\.?", re.IGNORECASE)
"""What text-davinci-003 wrote where it wanted no input; Alpaca and Self-Instruct have some left."""


def without_placeholder(text: str) -> str:
    """An input, or nothing where it only says that there is none."""
    return "" if _NO_INPUT.fullmatch(text) else text


def _listed(value: object) -> object:
    """P3's targets are lists in some copies, mostly of one; further ones are right too."""
    return [value] if isinstance(value, str | None) else value


def _separated(value: object) -> object:
    """Choices as promptsource writes them in its templates: `yes ||| no`."""
    return [text.strip() for text in value.split("|||")] if isinstance(value, str) else value


Targets = Annotated[list[Text], BeforeValidator(_listed), Len(1)]
"""Right answers, at least one, which may be empty."""


def right(answers: list[str]) -> dict[str, Any]:
    """The first right answer is learnt, the others are kept."""
    return {"output": answers[0], "alternatives": tuple(answers[1:])}


class Alpaca(Shape):
    """Stanford Alpaca (Taori et al. 2023), GPT-4-LLM (Peng et al. 2023), KoAlpaca, KULLM."""

    expected = "`instruction`, `output`, optional `input`, `system`, `history`"
    instruction: Filled
    output: Text
    input: Text = ""
    system: Text = ""
    history: list[Annotated[list[Filled], Len(2, 2)]] = Field(default=[])

    def instructions(self, options: Options) -> list[Instruction]:
        """One."""
        return [
            Instruction(
                instruction=self.instruction,
                input=without_placeholder(self.input),
                output=self.output,
                system=self.system,
            )
        ]

    def content(self, options: Options) -> Content:
        """With a history (pairs of question and answer) the row is a conversation."""
        whole = super().content(options)
        if not self.history:
            return whole
        said = [text for pair in self.history for text in pair]
        (one,) = self.instructions(options)
        asked = "\n\n".join(filter(None, (one.instruction, one.input)))
        messages = as_messages([*said, asked, *filter(None, [one.output])], self.system)
        text = "\n\n".join([*said, whole.text])
        metadata = self.other() | {MESSAGES: messages}
        return Content(text=text, title=whole.title, metadata=metadata)


class Dolly(Shape):
    """databricks-dolly-15k (Conover et al. 2023): written by people, in eight categories."""

    expected = "`instruction`, `response`, `category`, optional `context`"
    kept = ("category",)
    instruction: Filled
    response: Text
    category: Filled
    context: Text = ""

    def instructions(self, options: Options) -> list[Instruction]:
        """One; its task is the category."""
        return [
            Instruction(
                instruction=self.instruction,
                input=self.context,
                output=self.response,
                task=self.category,
            )
        ]


class Pairs(Shape):
    """A question and its answer, or OpenAI's older `prompt` and `completion`."""

    expected = "`question` and `answer`, `Q` and `A`, or `prompt` and `completion`"
    question: Filled = named("question", "Question", "Q", "prompt", "query")
    answer: Text = named("answer", "Answer", "A", "completion", "response")
    system: Text = ""

    def instructions(self, options: Options) -> list[Instruction]:
        """One."""
        return [Instruction(instruction=self.question, output=self.answer, system=self.system)]


class Flan(Shape):
    """FLAN (Wei et al. 2021; Longpre et al. 2023), xP3, flat copies of Natural Instructions."""

    expected = "`inputs` and `targets` (texts), optional `definition` and `task_name` or `task`"
    kept = ("task",)
    inputs: Filled
    targets: Targets
    definition: Text = ""
    task: Text = Field(default="", validation_alias=AliasChoices("task_name", "task"))

    def instructions(self, options: Options) -> list[Instruction]:
        """One: the inputs are the instruction, or its input where the task is defined apart."""
        asked, given = (self.definition, self.inputs) if self.definition else (self.inputs, "")
        return [Instruction(instruction=asked, input=given, task=self.task, **right(self.targets))]


class P3(Shape):
    """P3 (Sanh et al. 2021; Bach et al. 2022): input, answer choices, targets."""

    expected = (
        "`inputs_pretokenized` and `targets_pretokenized`, or `input`, `answer_choices` or "
        "`choices`, `targets`"
    )
    kept = ("answer_choices", "task")
    inputs: Filled = named("inputs_pretokenized", "inputs", "input")
    targets: Targets = named("targets_pretokenized", "targets", "target")
    answer_choices: Annotated[list[str] | None, BeforeValidator(_separated)] = Field(
        default=None, validation_alias=AliasChoices("answer_choices", "choices")
    )
    is_correct: bool = True
    task: Text = Field(
        default="", validation_alias=AliasChoices("task_name", "task", "dataset_name")
    )

    @classmethod
    def fits(cls, values: Any) -> bool:
        """FLAN has the same two fields, without choices and as they were before tokenising."""
        marks = {"answer_choices", "choices", "inputs_pretokenized"}
        return bool(marks & values.keys()) and super().fits(values)

    def instructions(self, options: Options) -> list[Instruction]:
        """One; a wrong choice of the sets for ranking (`is_correct: false`) is none."""
        if not self.is_correct:
            raise UnusableError("a wrong answer choice (`is_correct` is false)")
        return [Instruction(instruction=self.inputs, task=self.task, **right(self.targets))]

    def other(self) -> dict[str, Any]:
        """Without the token ids that published copies carry."""
        ids = ("inputs", "targets", "idx", "weight")
        return {name: value for name, value in super().other().items() if name not in ids}
