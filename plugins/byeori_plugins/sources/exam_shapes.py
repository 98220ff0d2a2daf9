"""The shapes in which benchmarks of multiple choice are published, one table.

A shape is recognised by the names of its columns. It turns a row into that of an exam (`question`,
`choices`, `answer`; `exam_files` reads those), and says how lm-evaluation-harness writes it.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Answers = Literal["auto", "letters", "numbers-from-0", "numbers-from-1", "texts"]

Row = Mapping[str, Any]
"""Column (lower case) to value."""

KOREAN_LETTERS = (
    "{{ question }}\n{% for choice in choices %}{{ letters[loop.index0] }}. {{ choice }}\n"
    "{% endfor %}정답："
)
CLICK_LETTERS = (
    "{% if context %}주어진 맥락을 천천히 읽고, 질문에 대한 적절한 정답을 "
    "{% else %}주어진 질문을 천천히 읽고, 적절한 정답을 {% endif %}"
    "A, B, C, D 중에 골라 알파벳 하나로 답하시오.\n\n"
    "{% if context %}맥락: {{ context }}\n{% endif %}질문: {{ question }}\n보기:\n"
    "{% for choice in choices[:4] %}{{ letters[loop.index0] }}:{{ choice }}"
    "{% if not loop.last %}, {% endif %}{% endfor %}\n정답:"
)
NO_YES, NEGATIVE_POSITIVE = ("아니오", "예"), ("부정", "긍정")


@dataclass(frozen=True)
class ExamShape:
    """One published shape.

    Attributes:
        name: what messages and `metadata.shape` call it.
        columns: by which it is recognised, in lower case; all must be there.
        exam: the row as an exam's, with `question`, `choices`, `answer`, and optionally `context`,
            `task` and `plain`: the text before a choice, as lm-evaluation-harness writes it. None
            where the row is one already.
        without: columns that tell it from other shapes by not being there.
        answers: how the row that `exam` gives names the right choice.
        lettered: Jinja source over `question`, `context`, `choices` and `letters`, as
            lm-evaluation-harness shows the choices; empty for MMLU's way.
        letter: how a letter is written as an answer.
        classes: the choices are the classes of a classification, the same for every row.
        language: of the benchmark.
    """

    name: str
    columns: frozenset[str]
    exam: Callable[[Row], Row] | None = None
    without: frozenset[str] = frozenset()
    answers: Answers = "numbers-from-0"
    lettered: str = ""
    letter: str = "{}"
    classes: bool = False
    language: str = ""

    def fits(self, names: frozenset[str]) -> bool:
        """Whether a row has these columns."""
        return self.columns <= names and not self.without & names


def shape_of(names: Sequence[str]) -> ExamShape | None:
    """The shape of a row by its columns' names in lower case; None where it is none of these."""
    found = frozenset(names)
    return next((shape for shape in SHAPES if shape.fits(found)), None)


def _arc(row: Row) -> Row:
    question, choices = row["question"], row.get("choices")
    if isinstance(question, Mapping):  # as the files of AI2 have it
        question, listed = question["stem"], question["choices"]
        choices = {name: [choice[name] for choice in listed] for name in ("text", "label")}
    if not isinstance(choices, Mapping) or not {"text", "label"} <= choices.keys():
        return row  # an exam that calls its answer so
    right = choices["label"].index(row["answerkey"])
    return {"question": question, "choices": choices["text"], "answer": right}


def _hellaswag(row: Row) -> Row:
    context = _without_brackets(
        f"{row['activity_label']}: {row['ctx_a']} {row['ctx_b'].capitalize()}"
    )
    return {
        "question": "Which sentence comes next?",
        "context": context,
        "choices": [_without_brackets(ending) for ending in row["endings"]],
        "answer": row["label"],
        "plain": context,
        "task": "hellaswag",
    }


def _without_brackets(text: str) -> str:
    """What WikiHow's marks leave, as lm-evaluation-harness takes them out."""
    plain = re.sub(r"\[.*?\]", "", text.strip().replace(" [title]", ". "))
    return plain.replace("  ", " ")


def _hae_rae(row: Row) -> Row:
    options = row["options"]
    texts = ast.literal_eval(options) if isinstance(options, str) else options
    return {
        "question": row["query"],
        "choices": [re.sub(r"^\([A-E]\)\s*", "", str(text)) for text in texts],
        "answer": str(row["answer"]).strip().strip("()"),
        "plain": row["query"],
        "task": row.get("category") or "",
    }


def _click(row: Row) -> Row:
    return {
        "question": row["question"],
        "context": row["paragraph"],
        "choices": row["choices"],
        "answer": row["answer"],
        "task": str(row["id"]).rsplit("_", 1)[0],
    }


def _boolq(row: Row) -> Row:
    passage = row.get("paragraph", row.get("text"))
    return {
        "question": row["question"],
        "context": passage,
        "choices": NO_YES,
        "answer": _truth(row.get("label", row.get("answer"))),
        "plain": f"{passage} 질문: {row['question']} 답변: ",
    }


def _copa(row: Row) -> Row:
    premise = row.get("premise", row.get("sentence"))
    asked = row["question"].strip()
    connector = {"원인": " 왜냐하면", "결과": " 그래서"}[asked]
    released = "answer" in row  # the release counts from 1, the hub from 0
    names = ("1", "2") if released else ("alternative_1", "alternative_2")
    return {
        "question": f"다음 문장의 {asked}{'으' if asked == '원인' else ''}로 알맞은 것은?",
        "context": premise,
        "choices": [row[name] for name in names],
        "answer": int(row["answer"]) - 1 if released else row["label"],
        "plain": f"{premise} {connector}",
    }


def _wic(row: Row) -> Row:
    word = row.get("word", row.get("target"))
    first, second = (row.get(f"context_{n}", row.get(f"sentence{n}")) for n in (1, 2))
    asked = f"문장1: {first} 문장2: {second} 두 문장에서 {word}가 같은 뜻으로 쓰였나?"
    truth = _truth(row.get("label", row.get("answer")))
    return {"question": asked, "choices": NO_YES, "answer": truth, "plain": asked}


def _korean_hellaswag(row: Row) -> Row:
    name = "ending_{}" if "ending_1" in row else "choice{}"
    return {
        "question": "다음에 이어질 문장은?",
        "context": row["context"],
        "choices": [row[name.format(number)] for number in range(1, 5)],
        "answer": row["label"],
        "plain": f"문장: {row['context']}",
    }


def _sentineg(row: Row) -> Row:
    sentence = row.get("sentence", row.get("text"))
    return {
        "question": "다음 문장은 긍정인가, 부정인가?",
        "context": sentence,
        "choices": NEGATIVE_POSITIVE,
        "answer": row["label"],
        "plain": f"문장: {sentence} 긍부정:",
    }


def _truth(value: Any) -> Any:
    """0 or 1 for what the release writes as False or True; anything else as it is."""
    return {"false": 0, "true": 1}.get(str(value).strip().lower(), value)


def _shape(
    name: str, columns: str, exam: Callable[[Row], Row] | None = None, **settings: Any
) -> ExamShape:
    without = frozenset(settings.pop("without", "").split())
    return ExamShape(name, frozenset(columns.split(", ")), exam, without, **settings)


_CHOICES = "choices options a 1 option1 choice1 option_1 choice_1 option_a choice_a"
_KO: dict[str, Any] = {"language": "ko"}
_CLASSES: dict[str, Any] = {"classes": True, "language": "ko"}
_FROM_1: dict[str, Any] = {"answers": "numbers-from-1", "lettered": KOREAN_LETTERS, **_KO}

SHAPES = (
    _shape("arc", "question, answerkey", _arc, answers="auto"),
    _shape("hellaswag", "activity_label, ctx_a, ctx_b, endings, label", _hellaswag, language="en"),
    _shape("kmmlu", "question, answer, a, b, c, d, human accuracy", **_FROM_1),
    _shape("kormedmcqa", "question, answer, a, b, c, d, e, q_number", **_FROM_1),
    _shape("hae-rae", "query, options, answer", _hae_rae, answers="letters", letter="({})", **_KO),
    _shape("click", "id, paragraph, question, choices, answer", _click,
           answers="texts", lettered=CLICK_LETTERS, **_KO),
    _shape("kobest-boolq", "paragraph, question, label", _boolq, without=_CHOICES, **_CLASSES),
    _shape("kobest-boolq", "text, question, answer", _boolq, without=_CHOICES, **_CLASSES),
    _shape("kobest-copa", "premise, question, alternative_1, alternative_2, label", _copa, **_KO),
    _shape("kobest-copa", "sentence, question, 1, 2, answer", _copa, **_KO),
    _shape("kobest-wic", "word, context_1, context_2, label", _wic, **_CLASSES),
    _shape("kobest-wic", "target, sentence1, sentence2, answer", _wic, **_CLASSES),
    _shape("kobest-hellaswag", "context, ending_1, ending_2, ending_3, ending_4, label",
           _korean_hellaswag, **_KO),
    _shape("kobest-hellaswag", "context, choice1, choice2, choice3, choice4, label",
           _korean_hellaswag, without="question", **_KO),
    _shape("kobest-sentineg", "sentence, label", _sentineg,
           without=f"question {_CHOICES}", **_CLASSES),
    _shape("kobest-sentineg", "text, label", _sentineg, without=f"question {_CHOICES}", **_CLASSES),
)  # fmt: skip
"""MMLU, Korean exams and any other with `question`, choices and `answer` need no entry."""
