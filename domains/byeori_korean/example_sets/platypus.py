"""A set in Open-Platypus's shape, and a bad translation of it for people to correct.

The mistakes are of a kind that machines make (a word taken in its other sense), and were written by
hand: `symbol` as 상징, `number` as 숫자.
"""

from collections.abc import Iterator
from typing import Any

from byeori_korean.example_sets.elements import elements
from byeori_korean.example_sets.filling import Said, Slots, said, wordings

_EVERY = 2
"""One known element in so many."""


def rows() -> list[dict[str, Any]]:
    """Open-Platypus's shape: instruction, input, output, data_source."""
    return [
        {"input": "", "output": answer.en, "instruction": question.en, "data_source": "byeori"}
        for question, answer, _ in _pairs()
    ]


def machine() -> Iterator[tuple[str, str]]:
    """English and what the machine made of it."""
    for question, answer, task in _pairs():
        yield question.en, _mistaken(question.ko, task)
        yield answer.en, _mistaken(answer.ko, task)


def corrected() -> dict[str, str]:
    """What people put in the place of each of the machine's texts."""
    return {
        _mistaken(text.ko, task): text.ko
        for question, answer, task in _pairs()
        for text in (question, answer)
    }


def _pairs() -> Iterator[tuple[Said, Said, str]]:
    known = [element.slots for element in elements() if not element.held_out]
    for place, slots in enumerate(known[::_EVERY]):
        for task in ("symbol", "number"):
            yield _said(task, place, slots), said(wordings()[task]["answer"], slots), task


def _said(task: str, place: int, slots: Slots) -> Said:
    questions = wordings()[task]["questions"]
    return said(questions[place % len(questions)], slots)


_MISTAKES = {
    "symbol": (
        ("원소 기호는", "화학적 상징은"),
        ("원소 기호를", "화학적 상징을"),
        ("어떤 기호로", "어떤 상징으로"),
        ("입니다", "이다"),
    ),
    "number": (("원자 번호", "원자 숫자"), ("번입니다", "이다")),
}


def _mistaken(text: str, task: str) -> str:
    for right, wrong in _MISTAKES[task]:
        text = text.replace(right, wrong)
    return text
