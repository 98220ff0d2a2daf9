"""A short summary and a list of what a text mentions, such as chemical compounds."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from byeori import Example
from byeori.generation import Part, Unusable, find_span
from byeori.text import folded
from byeori_plugins.generators.schemas import AnswerField, Answers, answer_model
from byeori_plugins.generators.tasks.common import TaskConfig, TextTask

INSTRUCTION = """\
Write a very short summary of the text and a list of the {{ settings.extract }} that it mentions. \
Answer with JSON that has the keys {{ settings.summary_key }} and {{ settings.items_key }}."""


class SummaryExtractionConfig(TaskConfig):
    """Settings of `summary-extraction`."""

    extract: str = Field(
        default="key terms", description="What is listed, in the plural: `chemical compounds`."
    )
    summary_key: str = Field(default="Summary", description="Key of the summary in the answer.")
    items_key: str = Field(default="Terms", description="Key of the list in the answer.")
    numbered: bool = Field(
        default=False,
        description="Write the list as the chemistry paper does: `{0: '...', 1: '...'}` in a "
        'dictionary, `{"0": "...", "1": "..."}` in JSON.',
    )
    in_text: bool = Field(
        default=True,
        description="Reject an answer that lists what does not stand in the text, word for word.",
    )
    instruction: str = Field(
        default=INSTRUCTION,
        description="Instruction of this model and of every example (Jinja over `settings` and "
        "what every prompt sees); the text is the input.",
    )


class SummaryExtraction(TextTask[SummaryExtractionConfig, Answers]):
    """Asks a model for a short summary of each document and a list of what it mentions."""

    name: ClassVar[str] = "summary-extraction"
    version: ClassVar[int] = 1
    config_model = SummaryExtractionConfig
    answer = Answers
    task = "summary-extraction"
    note = "{% if settings.in_text %}List words as they stand in the text.{% endif %}"

    def schema(self, part: Part) -> type[BaseModel]:
        """A text and a list of texts, under the keys of the settings."""
        return self._schema

    @cached_property
    def _schema(self) -> type[BaseModel]:
        config = self.config
        items = AnswerField(type="texts", description=f"All {config.extract} of the text.")
        return answer_model(
            "SummaryAndList", {config.summary_key: AnswerField(), config.items_key: items}
        )

    def read(self, answer: Answers, part: Part) -> Iterator[Example | Unusable]:
        """One example, if the summary is one and what is listed stands in the text."""
        values = answer.plain()
        summary = values[self.config.summary_key].strip()
        items = _distinct(values[self.config.items_key])
        if not summary or len(summary) >= len(part.text):
            yield Unusable("the summary is empty or not shorter than the text", summary)
            return
        missing = [item for item in items if find_span(part.text, item) is None]
        if missing and self.config.in_text:
            yield Unusable("the list has what is not in the text", missing[0])
            return
        as_key = int if self.config.answer_format == "dictionary" else str
        numbered = {as_key(number): item for number, item in enumerate(items)}
        listed: Any = numbered if self.config.numbered else items
        output = self.written({self.config.summary_key: summary, self.config.items_key: listed})
        yield self.example(part, output, items=len(items))


def _distinct(items: list[str]) -> list[str]:
    """Items without repetitions and empty ones, in order."""
    kept: dict[str, str] = {}
    for item in items:
        if item.strip():
            kept.setdefault(folded(item), item.strip())
    return list(kept.values())
