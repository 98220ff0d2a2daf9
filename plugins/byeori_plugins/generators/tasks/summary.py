"""Summaries in a language of choice, under the keys of a JSON object."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, Field, field_validator, model_validator

from byeori import Config, Example
from byeori.generation import Part, Unusable, language_name
from byeori_plugins.generators.schemas import AnswerField, Answers, answer_model
from byeori_plugins.generators.tasks.common import TaskConfig, TextTask
from byeori_plugins.text.scripts import script_share

INSTRUCTION = """\
{% if settings.plain %}{{ questions[0].ask }}{% else %}\
Read the text and answer with JSON that has the keys {{ keys }}.
{% for question in questions %}
{{ question.key }}) {{ question.ask }}{% endfor %}{% endif %}"""


class SummaryQuestion(Config):
    """What one key of the answer is to say."""

    ask: str = Field(min_length=1, description="What is asked; `{language}` is filled in.")
    max_words: int | None = Field(
        None, ge=1, description="Longest answer, in words; a longer one is rejected."
    )


QUESTIONS: Mapping[str, str | SummaryQuestion] = {
    "Q1": SummaryQuestion(ask="Summarise the text in three sentences in {language}."),
    "Q2": SummaryQuestion(
        ask="Say in {language}, in at most 20 words, what the text was written for.", max_words=20
    ),
    "Q3": SummaryQuestion(
        ask="Say in {language}, in at most 20 words, what its result is.", max_words=20
    ),
}
"""Summary, purpose and result, as in the chemistry paper's Table 2."""


class SummaryConfig(TaskConfig):
    """Settings of `summary`."""

    questions: dict[str, str | SummaryQuestion] = Field(
        default_factory=lambda: dict(QUESTIONS),
        min_length=1,
        description="What each key of the answer is to say.",
    )
    plain: bool = Field(
        default=False, description="There is one question, and the answer is its text, not JSON."
    )
    script_share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Least share of letters in the script of the language (Hangul for Korean) "
        "that each answer must have.",
    )
    instruction: str = Field(
        default=INSTRUCTION,
        description="Instruction of this model and of every example (Jinja over `questions`, each "
        "with `key` and `ask`, `keys`, and what every prompt sees); the text is the input.",
    )

    @field_validator("questions")
    @classmethod
    def _whole(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {k: SummaryQuestion(ask=q) if isinstance(q, str) else q for k, q in value.items()}

    @model_validator(mode="after")
    def _one_if_plain(self) -> "SummaryConfig":
        if self.plain and len(self.questions) != 1:
            raise ValueError(f"`plain` is for one question, and there are {len(self.questions)}")
        return self


class Summary(TextTask[SummaryConfig, Answers]):
    """Asks a model for summaries of each document, in the language of choice."""

    name: ClassVar[str] = "summary"
    version: ClassVar[int] = 1
    config_model = SummaryConfig
    answer = Answers
    task = "summary"

    def slots(self, part: Part) -> Mapping[str, Any]:
        """The questions, in the language of the answer."""
        language = language_name(part.language) or "the language of the text"
        asked = [
            {"key": key, "ask": question.ask.replace("{language}", language)}
            for key, question in self._questions.items()
        ]
        return {"questions": asked, "keys": ", ".join(self._questions)}

    def schema(self, part: Part) -> type[BaseModel]:
        """One text a question."""
        return self._schema

    @cached_property
    def _schema(self) -> type[BaseModel]:
        return answer_model("Summaries", {key: AnswerField() for key in self._questions})

    @property
    def _questions(self) -> Mapping[str, SummaryQuestion]:
        return self.config.questions  # type: ignore[return-value]  # after validation

    def read(self, answer: Answers, part: Part) -> Iterator[Example | Unusable]:
        """One example with all the answers, if each is right."""
        texts = {key: text.strip() for key, text in answer.plain().items()}
        for key, text in texts.items():
            if problem := self._problem(text, self._questions[key], part):
                yield Unusable(f"{key} {problem}", text)
                return
        output = next(iter(texts.values())) if self.config.plain else self.written(texts)
        yield self.example(part, output)

    def _problem(self, text: str, question: SummaryQuestion, part: Part) -> str:
        if not text:
            return "is empty"
        if len(text) >= len(part.text):
            return "is not shorter than the text"
        if question.max_words is not None and len(text.split()) > question.max_words:
            return f"has more than {question.max_words} words"
        if part.language and script_share(text, part.language) < self.config.script_share:
            return f"is not written in {language_name(part.language)}"
        return ""
