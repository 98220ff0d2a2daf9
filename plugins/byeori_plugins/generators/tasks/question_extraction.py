"""Given questions answered from a text, with a mark where it says nothing."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from byeori import Example
from byeori.generation import Part, Unusable
from byeori.text import folded
from byeori_plugins.generators.tasks.common import TaskConfig, TextTask

INSTRUCTION = """\
Answer the questions from the text, with JSON that has the keys {{ keys }}. Where the text does \
not say it, answer "{{ settings.absent }}".
{% for key, question in settings.questions.items() %}
{{ key }}) {{ question }}{% endfor %}"""

_ABSENT = frozenset({"", "-", "n/a", "na", "none", "null", "not mentioned", "not available"})
"""What models write where there is nothing, folded."""


class QuestionExtractionConfig(TaskConfig):
    """Settings of `question-extraction`."""

    questions: dict[str, str] = Field(
        min_length=1, description="The questions by the keys of the answer: `{Q1: Which ...?}`."
    )
    absent: str = Field(
        default="N/A", min_length=1, description="The answer where the text does not say it."
    )
    grounded: bool = Field(
        default=True,
        description="Ask for the words each answer comes from; an answer whose quotation is not in "
        "the text rejects the example.",
    )
    keep_absent: bool = Field(
        default=True, description="Keep examples in which nothing is answered."
    )
    instruction: str = Field(
        default=INSTRUCTION,
        description="Instruction of this model and of every example (Jinja over `keys`, "
        "`settings` and what every prompt sees); the text is the input.",
    )


class Said(BaseModel):
    """An answer, and where it stands."""

    answer: str
    quote: str = Field(
        description="The words of the text that the answer comes from, copied exactly; empty "
        "where the text does not say it."
    )


class QuestionExtraction(TextTask[QuestionExtractionConfig, Any]):
    """Asks a model the same questions about each document, to be answered from it or not at all."""

    name: ClassVar[str] = "question-extraction"
    version: ClassVar[int] = 1
    config_model = QuestionExtractionConfig
    answer = BaseModel
    task = "question-extraction"
    note = """\
{% if settings.grounded %}With each answer give `quote`: the words of the text that it comes from, \
copied exactly, or nothing where the answer is "{{ settings.absent }}".{% endif %}"""

    def slots(self, part: Part) -> Mapping[str, Any]:
        """The keys, for the instruction."""
        return {"keys": ", ".join(self.config.questions)}

    def schema(self, part: Part) -> type[BaseModel]:
        """An answer a question, with a quotation where it is grounded."""
        return self._schema

    @cached_property
    def _schema(self) -> type[BaseModel]:
        kind: Any = Said if self.config.grounded else str
        members: dict[str, Any] = {
            f"field_{number}": (kind, Field(alias=key, title=key))
            for number, key in enumerate(self.config.questions)
        }
        return create_model("Extracted", **members)

    def read(self, answer: BaseModel, part: Part) -> Iterator[Example | Unusable]:
        """One example with all the answers, if each stands in the text or is absent."""
        said = dict(zip(self.config.questions, dict(answer).values(), strict=True))
        answers, quotes = {}, {}
        for key, one in said.items():
            text = (one.answer if isinstance(one, Said) else one).strip()
            answers[key] = self.config.absent if self._absent(text) else text
            if answers[key] == self.config.absent or not isinstance(one, Said):
                continue
            if (span := part.find(one.quote)) is None:
                yield Unusable(
                    f"{key} is not grounded: its quotation is not in the text", one.quote
                )
                return
            quotes[key] = list(span)
        if set(answers.values()) == {self.config.absent} and not self.config.keep_absent:
            yield Unusable("nothing is answered")
            return
        yield self.example(part, self.written(answers), **({"spans": quotes} if quotes else {}))

    def _absent(self, text: str) -> bool:
        return folded(text).rstrip(".") in _ABSENT or folded(text) == folded(self.config.absent)
