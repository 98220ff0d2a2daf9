"""The generator `science/summaries`."""

from typing import ClassVar

from pydantic import Field

from byeori_plugins.generators import Summary, SummaryConfig, SummaryQuestion
from byeori_science.asking.shipped import prompt

ONE: dict[str, str | SummaryQuestion] = {
    "summary": SummaryQuestion(ask="Summarise the text in {language}.")
}


class SummariesConfig(SummaryConfig):
    """Settings of `science/summaries`: those of `summary`, for one plain text."""

    questions: dict[str, str | SummaryQuestion] = Field(
        default_factory=lambda: dict(ONE),
        min_length=1,
        description="What each key of the answer is to say; with `plain` the one key is not seen.",
    )
    plain: bool = Field(
        default=True, description="There is one question, and the answer is its text, not JSON."
    )
    instruction: str = Field(
        default=prompt("summaries"),
        description="Instruction of this model and of every example (Jinja over `questions`, each "
        "with `key` and `ask`, `keys`, and what every prompt sees); the text is the input.",
    )


class Summaries(Summary):
    """Asks a model for a summary of each paper, in Korean or English."""

    name: ClassVar[str] = "summaries"
    version: ClassVar[int] = 1
    config_model = SummariesConfig
    task = "document-summary"
