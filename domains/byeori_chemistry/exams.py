"""The evaluators `chemistry/exam` and `chemistry/exam-answers`: F1 by difficulty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from byeori import Config, Context, DataError, EvaluationData, Item, Score
from byeori_chemistry.figures import Answered, exam_figures
from byeori_plugins.evaluators import (
    GeneratedAnswers,
    GeneratedAnswersConfig,
    Measure,
    MultipleChoice,
    MultipleChoiceConfig,
    Outcome,
    parsed_value,
    unscored,
)
from byeori_plugins.text import Template, named_choice, render

MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

INSTRUCTION = """\
{% if language == "ko" %}문제 질문에 해당하는 답을 질문의 “보기”에서 찾고 정답과 해설을 \
{'Answer': your answer, 'Explanation': your answer} 형태로 출력하시오.{% else %}\
Find the answer to the question among its choices, and output the answer and its explanation in \
the form {'Answer': your answer, 'Explanation': your answer}.{% endif %}"""
"""The paper's Table 5, and the same in English."""

QUESTION = """\
{{ question }} {% if language == "ko" %}보기:{% else %}Choices:{% endif %}\
{% for choice in choices %} {{ choice.mark }}{{ choice.text }}{% endfor %}"""

Levels = dict[str, tuple[str, ...]]


class Difficulty(Config):
    """How difficult an exam's subjects are."""

    levels: Levels = Field(
        {},
        description="Subjects of each level, such as `{college: [college_chemistry]}`: the paper "
        "sorted thirty examinations into three. Subjects of no level stand for themselves.",
    )

    @field_validator("levels")
    @classmethod
    def _once(cls, value: Levels) -> Levels:
        subjects = [subject for named in value.values() for subject in named]
        if twice := sorted({one for one in subjects if subjects.count(one) > 1}):
            raise ValueError(f"{', '.join(twice)} stands at two levels; a subject has one")
        return value

    def by_level(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, their task the level.

        Raises:
            DataError: a subject that is named does not occur.
        """
        of = {subject: level for level, named in self.levels.items() for subject in named}
        met = set()
        for item in items:
            met.add(item.task)
            yield replace(item, task=of.get(item.task, item.task))
        if missing := sorted(of.keys() - met):
            raise DataError(
                f"levels: the exam has no subject {', '.join(map(repr, missing))}; it has "
                f"{', '.join(map(repr, sorted(met)))}"
            )


class ExamConfig(Difficulty, MultipleChoiceConfig):
    """Settings of `chemistry/exam`."""

    languages: tuple[str, ...] = Field(
        (), description="Languages of the items; others are not asked. Empty is all."
    )


class Exam(MultipleChoice):
    """Multiple choice by likelihood, with the paper's F1 by difficulty.

    As `multiple-choice`; summaries are `micro_f1` and `macro_f1` of each level and of all.
    """

    name = "exam"
    version = 1
    config_model = ExamConfig
    config: ExamConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The exam's questions, their task the difficulty."""
        wanted = self.config.languages
        found = super().items(data, context)
        chosen = (item for item in found if not wanted or item.language in wanted)
        return list(self.config.by_level(chosen))

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """What `multiple-choice` has, and F1 by level."""
        own = [score for score in scores if score.metric == "accuracy"]
        return {**super().summarise(scores), **exam_figures([_choice(score) for score in own])}


def _choice(score: Score) -> Answered | None:
    if score.value is None:
        return None
    about = score.metadata
    return Answered(about.get("task", ""), about["answer"], about["chosen"])


class ExamAnswersConfig(Difficulty, GeneratedAnswersConfig):
    """Settings of `chemistry/exam-answers`."""

    metrics: tuple[Literal["accuracy"], ...] = Field(  # type: ignore[assignment]
        ("accuracy",), min_length=1, description="Whether the right choice is named, 0 or 1."
    )
    path: Path = Field(
        description="Exam: a file of JSON lines, CSV, TSV or Parquet, or a folder of them, as "
        "`multiple-choice` reads it."
    )
    language: str = Field("", description="Language of the exam's rows that name none.")
    shuffle: bool = Field(
        True, description="Permute an exam's choices by the seed, so that no place is favoured."
    )
    instruction: Template = Field(
        INSTRUCTION,
        description="Instruction (Jinja over `language`), by default as the paper's Table 5.",
    )
    question: Template = Field(
        QUESTION,
        description="How a question is written with its choices (Jinja over `question`, `choices` "
        "with `mark` and `text`, `language`).",
    )
    answer_key: str = Field("Answer", description="Key of the answer in an answer that has keys.")
    max_new_tokens: int = Field(128, ge=1, description="Longest answer, in tokens.")


class ExamAnswers(GeneratedAnswers):
    """What a model writes to an exam's questions, in the paper's form, and F1 by difficulty.

    The choice is the one whose mark the answer begins with, or whose text it is; an answer that
    names none is wrong, and counted.
    """

    name = "exam-answers"
    version = 1
    config_model = ExamAnswersConfig  # type: ignore[assignment]  # here `path` is required
    config: ExamAnswersConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The exam's questions with marked choices, their task the difficulty."""
        config = self.config
        exam = MultipleChoiceConfig(
            path=config.path, language=config.language, shuffle=config.shuffle, limit=config.limit
        )
        asked = self.config.by_level(MultipleChoice(exam).items(data, context))
        return [self._written(item) for item in asked]

    def _written(self, item: Item) -> Item:
        pairs = zip(MARKS, item.choices, strict=False)
        choices = [{"mark": mark, "text": text} for mark, text in pairs]
        about = {"language": item.language.partition("-")[0]}
        stem = "\n".join(filter(None, (item.input, item.instruction)))
        slots = {**about, "question": stem, "choices": choices}
        return replace(
            item,
            instruction=render(self.config.instruction, about),
            input=render(self.config.question, slots),
        )

    def measures(self) -> Mapping[str, Measure]:
        """One: `accuracy`."""
        return {"accuracy": self._right}

    def _right(self, answer: str, item: Item) -> Outcome:
        if item.answer is None:
            return unscored("the item has no right choice")
        chosen = chosen_place(answer, item.choices, self.config.answer_key)
        about = {"task": item.task, "answer": item.answer, "chosen": chosen}
        return Outcome(float(chosen == item.answer), about)

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """`micro_f1` and `macro_f1` of each level and of all, and the share of answers read."""
        found = [_choice(score) for score in scores]
        known = [one for one in found if one is not None]
        read = sum(one.chosen is not None for one in known)
        return {**exam_figures(found), **({"named_a_choice": read / len(known)} if known else {})}


def chosen_place(answer: str, choices: Sequence[str], key: str) -> int | None:
    """The place of the choice that an answer names; None where it names none.

    Args:
        answer: `{'Answer': '② 0.01', 'Explanation': ...}`, JSON with that key, or plain text.
        choices: by place; their marks are ①, ②, ...
        key: of the answer, where it has keys.
    """
    try:
        value = parsed_value(answer)
    except (ValueError, RecursionError):
        value = answer
    text = str(value.get(key, "") if isinstance(value, Mapping) else value).strip()
    listed = dict(zip(MARKS, choices, strict=False))
    for spelled in (text, text.lstrip(MARKS + " ")):
        if (mark := named_choice(spelled, listed)) is not None:
            return MARKS.index(mark)
    return None
