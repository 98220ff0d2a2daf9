"""Exam questions as an instruction set: JSON with choices, tables, MMLU's CSV without a header."""

import string
from collections.abc import Mapping, Sequence
from typing import Any

from byeori import DataError
from byeori_plugins.sources.checked_rows import lowered
from byeori_plugins.sources.exam_files import exam_question
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.instructions.annotated import EXAM, annotations
from byeori_plugins.sources.instructions.shape import Content, Options, Shape, Text, shortened

_QUESTION, _ANSWERS = {"question"}, {"answer", "answerkey", "label"}
_CHOICES = {"choices", "options", "a", "1", "option_a", "option1", "choice1", "choice_a"}


class ExamQuestion(Shape):
    """Multiple choice, in every shape that the evaluator `multiple-choice` reads."""

    expected = "`question`, `choices` or `options` (or columns A, B, ...), and `answer`"
    explanation: Text = ""

    @classmethod
    def fits(cls, values: Mapping[str, Any]) -> bool:
        """A question, choices and an answer, whatever the case of the letters."""
        names = {name.strip().lower() for name in values}
        return all(names & wanted for wanted in (_QUESTION, _ANSWERS, _CHOICES))

    def content(self, options: Options) -> Content:
        """The question and its choices; the answer is the index of one of them."""
        values = self.model_extra or {}
        try:
            question = exam_question(lowered(values, "row"), "row", options.exam_answers)
        except DataError as error:
            said = str(error).removeprefix("row: ").replace("`answers:`", "`exam_answers:`")
            raise FieldError(said) from error
        item = {
            "question": question.question,
            "choices": [*question.choices],
            "answer": question.answer,
            "context": question.context,
            "explanation": self.explanation,
        }
        kept = {name: value for name, value in values.items() if name.lower() in _KEPT}
        return Content(
            text="\n".join(filter(None, (question.context, question.question, *question.choices))),
            title=shortened(question.question),
            metadata=kept | annotations(EXAM, [item]),
            language=question.language,
        )


_KEPT = ("id", "subject", "task", "category", "difficulty", "year")


def is_headless(cells: Sequence[str]) -> bool:
    """Whether a table's first row is one of MMLU's: question, choices, letter of the right one."""
    choices = len(cells) - 2
    return choices >= 2 and cells[-1].strip() in tuple(string.ascii_uppercase[:choices])
