"""Settings of `multiple-choice`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from byeori import Config
from byeori.identity import ASKING
from byeori.prompts import compile_template
from byeori_plugins.sources.exam_shapes import Answers
from byeori_plugins.sources.huggingface import DataSetPlace


class MultipleChoiceConfig(Config):
    """Settings of `multiple-choice`."""

    path: Path | None = Field(
        None,
        description="Exam: a file of JSON lines, CSV, TSV or Parquet, or a folder of them. Where "
        "there is neither this nor `data_set`, items are made of the test examples.",
    )
    data_set: DataSetPlace | None = Field(
        None, description="Exam from the hub or a saved data set, with the settings below."
    )
    choices: int = Field(
        4, ge=2, le=26, description="Choices of an item made of a test example. Not for exams."
    )
    limit: int | None = Field(
        None, ge=1, description="Most items; drawn by the seed. Scoring takes time by items."
    )
    scoring: Literal["text", "letters"] = Field(
        "text",
        description="text: the likelihood of each choice's text after the question alone. letters: "
        "the choices are shown with letters, and the likelihood is the letter's.",
        json_schema_extra=ASKING,
    )
    normalise: Literal["none", "tokens", "characters", "bytes"] = Field(
        "none",
        description="What a choice's log-likelihood is divided by; none favours short choices, "
        "the others long ones. characters is lm-eval's `acc_norm`, bytes its `acc_bytes`. Of no "
        "effect on letters.",
        json_schema_extra=ASKING,
    )
    prompt: Literal["template", "plain"] = Field(
        "template",
        description="template: the prompt the model was trained with. plain: raw text, written and "
        "split into tokens as lm-evaluation-harness does, so that figures can be compared.",
        json_schema_extra=ASKING,
    )
    plain_prompt: str | None = Field(
        None,
        description="Jinja source of a plain prompt over `question`, `context`, `choices`, "
        "`letters` and `subject`; by default that of lm-evaluation-harness for the exam's shape.",
        json_schema_extra=ASKING,
    )
    description: str = Field(
        "",
        description="Said before the examples and the question; Jinja, in which `subject` is the "
        "item's task. With `template` it is the system message.",
        json_schema_extra=ASKING,
    )
    shots: int = Field(
        0, ge=0, le=64, description="Solved examples before each question, of its own subject."
    )
    shots_path: Path | None = Field(
        None,
        description="Exam that the examples are taken from, such as MMLU's dev files. Where there "
        "is neither this nor `shots_data_set`, they are taken out of the exam and not asked.",
    )
    shots_data_set: DataSetPlace | None = Field(
        None, description="The same from the hub or a saved data set."
    )
    shots_order: Literal["first", "drawn"] = Field(
        "first",
        description="first: each subject's first ones, as MMLU has it. drawn: by the seed, the "
        "same for all items of a subject.",
    )
    permutations: int = Field(
        1,
        ge=1,
        le=120,
        description="In how many orders the choices of each item are shown; the score is the share "
        "of orders answered right. Needs `scoring: letters`.",
        json_schema_extra=ASKING,
    )
    shuffle: bool = Field(
        True,
        description="Permute an exam's choices by the seed, so that a favourite place wins "
        "nothing. Choices such as 'all of the above', and classes, stay as they are.",
    )
    answers: Answers = Field(
        "auto",
        description="How the exam names the right choice; auto recognises published shapes, "
        "letters, texts and numbers from 0, and stops where that is ambiguous.",
    )
    language: str = Field("", description="Language of the exam's rows that name none.")

    @field_validator("plain_prompt", "description")
    @classmethod
    def _is_jinja(cls, source: str | None) -> str | None:
        from jinja2 import TemplateError

        try:
            compile_template(source or "")
        except TemplateError as error:
            raise ValueError(f"not a Jinja template: {error}") from error
        return source

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        exam = self.path or self.data_set
        from_elsewhere = self.shots_path or self.shots_data_set
        wrong = {
            "give either `path` or `data_set`": self.path and self.data_set,
            "give either `shots_path` or `shots_data_set`": self.shots_path and self.shots_data_set,
            "`shots_path` and `shots_data_set` need `shots`": from_elsewhere and not self.shots,
            "`shots` needs `path` or `data_set`": self.shots and not exam,
            "`plain_prompt` needs `prompt: plain`": self.plain_prompt and self.prompt != "plain",
            "`permutations` needs `scoring: letters`; where no choices are shown, their order "
            "changes nothing": self.permutations > 1 and self.scoring != "letters",
        }
        for problem, found in wrong.items():
            if found:
                raise ValueError(problem)
        return self
