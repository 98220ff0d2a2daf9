"""Multiple-choice questions with explanations, the right choices spread evenly."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, create_model, field_validator

from byeori import Context, Document, Example
from byeori.generation import Part, Unusable
from byeori.prompts import compile_template, render
from byeori.text import folded
from byeori_plugins.generators.tasks.common import TaskConfig, TextTask
from byeori_plugins.generators.tasks.positions import Positions

LABELS = {
    "circled": [*"①②③④⑤⑥⑦⑧"],
    "letters": [f"{letter}." for letter in "ABCDEFGH"],
    "numbers": [f"{number}." for number in range(1, 9)],
}

PROMPT = """\
Write {{ number }} multiple-choice exam question{{ "s" if number > 1 }} about the text below\
{% if language %}, in {{ language }}{% else %}, in the language of the text{% endif %}. Each must \
make sense without the text and have one right answer, {{ settings.choices - 1 }} wrong ones that \
are plausible, and an explanation. Never say where a choice stands, and write no choice such as \
"all of the above".{% if settings.grounded %} With each question give `quote`: the words of the \
text that the right answer comes from, copied exactly.{% endif %}

{{ text }}"""

INSTRUCTION = """\
{% if language == "Korean" %}보기에서 문제의 정답을 찾아\
{% if settings.explanation %} 정답과 해설을 {"Answer": 정답, "Explanation": 해설}\
{% else %} 정답을 {"Answer": 정답}{% endif %} 형태의 JSON으로 답하시오.\
{% else %}Find the right answer to the question among the choices. Answer with JSON in the form \
{% if settings.explanation %}{"Answer": the choice, "Explanation": why}\
{% else %}{"Answer": the choice}{% endif %}.{% endif %}"""

QUESTION = """\
{{ question }}{% for choice in choices %}
{{ choice.mark }} {{ choice.text }}{% endfor %}"""

_POINTS = re.compile(
    r"[①-⑧]|\b(?i:option|choice|answer)s? \(?[A-H1-8]\b|\([A-H]\)|\b[1-8]\s?번(?!째)"
    r"|보기\s?[1-8A-H가-바]\b|^\s*[A-H1-8][.)]\s",
    re.MULTILINE,
)
"""What says where a choice stands, which is not yet decided."""
_ABOUT_OTHERS = re.compile(
    r"\b(?i:all|none|both|neither|any) of (?:the above|the (?:other )?choices|these|those|them)\b"
    r"|^(?:(?i:only|both) )?[A-H] and [A-H](?: only)?\W*$"
    r"|위의? ?(?:모두|보기)|모두 (?:맞|옳|정답|해당)|(?:정답|해당) ?없음|모두 아니",
)
_LABEL = re.compile(r"^\s*(?:[①-⑧]|\(?[A-Ha-h1-8][.)])\s+(?=\S)")


class ExamQuestion(BaseModel):
    """One question as the model writes it: the right answer apart, so that we place it."""

    question: str
    answer: str = Field(description="The right answer, as a choice.")
    wrong: list[str] = Field(description="The wrong choices.")
    explanation: str = Field(description="Why the answer is right; says no choice's place.")


class GroundedExamQuestion(ExamQuestion):
    """One question, and where its answer stands."""

    quote: str = Field(description="The words of the text that the answer comes from.")


class ExamQuestionsConfig(TaskConfig):
    """Settings of `exam-questions`."""

    prompt: str = Field(
        default=PROMPT,
        description="User message (Jinja): `number`, `text` (the part) and what every prompt sees.",
    )
    per_document: int = Field(
        default=1, ge=1, description="Questions to ask for per document, or per part of a long one."
    )
    choices: int = Field(default=4, ge=2, le=8, description="Choices of a question.")
    labels: Literal["circled", "letters", "numbers"] = Field(
        default="letters", description="What choices are marked with: ①②③, A B C, 1 2 3."
    )
    explanation: bool = Field(
        default=True, description="The answer that is learnt has the explanation too."
    )
    grounded: bool = Field(
        default=False,
        description="Ask for the words each right answer comes from, and drop questions whose "
        "quotation is not in the text.",
    )
    instruction: str = Field(
        default=INSTRUCTION,
        description="Instruction of every example (Jinja over `settings`, `language` and what "
        "every prompt sees); the question and its choices are the input.",
    )
    question: str = Field(
        default=QUESTION,
        description="How a question is written with its choices (Jinja over `question` and "
        "`choices`, each with `mark` and `text`).",
    )

    @field_validator("question")
    @classmethod
    def _is_jinja(cls, source: str) -> str:
        from jinja2 import TemplateError

        try:
            compile_template(source)
        except TemplateError as error:
            raise ValueError(f"not a Jinja template: {error}") from error
        return source


class ExamQuestions(TextTask[ExamQuestionsConfig, Any]):
    """Asks a model for multiple-choice questions about each document, with explanations."""

    name: ClassVar[str] = "exam-questions"
    version: ClassVar[int] = 1
    config_model = ExamQuestionsConfig
    answer = ExamQuestion
    task = "exam-questions"

    def slots(self, part: Part) -> dict[str, Any]:
        """How many questions to write."""
        return {"number": self.config.per_document}

    def schema(self, part: Part) -> type[BaseModel]:
        """A list of questions, with quotations where they are grounded."""
        return self._schema

    @cached_property
    def _schema(self) -> type[BaseModel]:
        one = GroundedExamQuestion if self.config.grounded else ExamQuestion
        return create_model("Exam", questions=(list[one], ...))  # type: ignore[valid-type]

    def read(self, answer: Any, part: Part) -> Iterator[Example | Unusable]:
        """One example a question, its right answer the first choice."""
        if not answer.questions:
            yield Unusable("the answer held no questions")
        for number, question in enumerate(answer.questions):
            if number >= self.config.per_document:
                yield Unusable("more questions than asked for", question.question)
            elif why := self._problem(question, part):
                yield Unusable(why, question.question)
            else:
                yield self._example(question, part)

    def _problem(self, one: ExamQuestion, part: Part) -> str:
        choices = _choices(one)
        if len(choices) != self.config.choices:
            return f"{len(choices)} choices instead of {self.config.choices}"
        if not all(text.strip() for text in (one.question, one.explanation, *choices)):
            return "the question, a choice or the explanation is empty"
        if len(set(map(folded, choices))) < len(choices):
            return "a choice stands there twice"
        if any(map(_ABOUT_OTHERS.search, choices)):
            return "a choice is about the others"
        if _POINTS.search(one.explanation) or _POINTS.search(one.question):
            return "it says where a choice stands"
        if isinstance(one, GroundedExamQuestion) and part.find(one.quote) is None:
            return "not grounded: the quotation is not in the text"
        return ""

    def _example(self, one: ExamQuestion, part: Part) -> Example:
        metadata: dict[str, Any] = {"choices": _choices(one)}
        if isinstance(one, GroundedExamQuestion):
            span = part.find(one.quote) or (0, 0)
            metadata |= {"span": list(span), "quote": part.document.text[slice(*span)]}
        # The input is the question alone until the choices are placed, over all examples.
        example = self.example(part, one.explanation, **metadata)
        return replace(example, input=one.question)

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the questions in the documents' order, their right answers in every place equally
        often: two places never differ by more than one question.

        Raises:
            StoppedError: the endpoint cannot be used, or fails too often; answers so far are kept.
        """
        positions = Positions(context.random(self.name, "positions"))
        for example in super().examples(documents, context):
            position = positions.next(self.config.choices)
            shuffled = context.random(self.name, example.document_id, example.input)
            yield self._placed(example, position, shuffled)

    def _placed(self, example: Example, position: int, random: Random) -> Example:
        """The example with its choices in order, the right one where it belongs."""
        right, *wrong = example.metadata["choices"]
        random.shuffle(wrong)
        choices = [*wrong[:position], right, *wrong[position:]]
        pairs = zip(LABELS[self.config.labels], choices, strict=False)
        listed = [{"mark": mark, "text": choice} for mark, choice in pairs]
        asked = {"question": example.input, "choices": listed}
        said = {"Answer": f"{listed[position]['mark']} {right}"}
        if self.config.explanation:
            said["Explanation"] = example.output
        return replace(
            example,
            input=render(self.config.question, asked).strip(),
            output=self.written(said),
            metadata={**example.metadata, "choices": choices, "position": position},
        )


def _choices(one: ExamQuestion) -> list[str]:
    """The choices, the right one first, without the labels that some models write before all."""
    choices = [choice.strip() for choice in (one.answer, *one.wrong)]
    if all(map(_LABEL.match, choices)):
        return [_LABEL.sub("", choice) for choice in choices]
    return choices
