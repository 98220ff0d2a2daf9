"""The generator `science/questions`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from byeori import Context, Document, Example
from byeori_plugins.generators import QuestionAnswer, QuestionAnswerConfig
from byeori_science.asking.shipped import prompt


class QuestionsConfig(QuestionAnswerConfig):
    """Settings of `science/questions`: those of `question-answer`, with other defaults."""

    per_document: int = Field(
        default=2, ge=1, description="Pairs to ask for per document, or per part of a long one."
    )
    grounded: bool = Field(
        default=True,
        description="Ask for the words each answer comes from, and drop pairs whose quotation is "
        "not in the text.",
    )
    system: str = Field(default="", description="System message (Jinja); empty for none.")
    prompt: str = Field(
        default=prompt("questions"),
        description="User message: Jinja over `document`, `text` (the part), `field` (its name, or "
        "empty), `number`, `language`, `settings` and the document's fields.",
    )


class Questions(QuestionAnswer):
    """Asks a model for questions and answers about each paper, in Korean or English."""

    name: ClassVar[str] = "questions"
    version: ClassVar[int] = 1
    config_model = QuestionsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """As `question-answer`, under the task's name in the paper."""
        for example in super().examples(documents, context):
            yield replace(example, task="question-answering")
