"""Items of an exam: its questions, with the solved examples that stand before each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from byeori import Context, DataError, Item, Turn
from byeori_plugins.evaluators.choices.config import MultipleChoiceConfig
from byeori_plugins.evaluators.choices.orders import permuted
from byeori_plugins.evaluators.choices.writing import Writer, shape_named
from byeori_plugins.sources.exam_files import (
    Question,
    read_exam,
    read_exam_rows,
    subject_of,
)
from byeori_plugins.sources.exam_shapes import Answers
from byeori_plugins.sources.huggingface import DataSetPlace, DataSetRows

# Choices that speak of the others by their place or letter must keep theirs.
_PLACED = re.compile(
    r"(?i:\b(all|none|both|neither|any|two) of (the (above|below|other|preceding)|these\b))"
    r"|\b[A-E],? (and|or|및|와|과) [A-E]\b"
    r"|위의 |위 (모두|보기)|모두 (정답|해당|옳|맞)|(정답|답) ?없음"
)

REPEATED = "same question and choices as an earlier row"
TWO_RIGHT = "its right answer is offered more than once"
SHOWN = "a solved example before other questions"


def movable(choices: Iterable[str], shape: str = "") -> bool:
    """Whether choices may be shown in another order."""
    known = shape_named(shape)
    fixed = known.classes or known.letter != "{}"
    return not fixed and not any(_PLACED.search(choice) for choice in choices)


def exam_items(config: MultipleChoiceConfig, context: Context) -> Iterator[Item]:
    """The questions that are asked, in the exam's order."""
    asked = list(
        _distinct(_questions(config.path, config.data_set, config.answers, context), context)
    )
    writer = Writer(config)
    shots = _shots(config, asked, context)
    taken = {id(shot) for group in shots.values() for shot in group}
    turns = {
        subject: tuple(turn for shot in group for turn in _turns(writer, shot))
        for subject, group in shots.items()
    }
    for question in asked:
        if id(question) in taken:
            context.reject(question.where, SHOWN, question.question)
            continue
        item = Item(
            instruction=question.question,
            input=question.context,
            system=writer.description(question.task),
            history=turns.get(question.task, ()),
            choices=question.choices,
            answer=question.answer,
            reference=question.choices[question.answer],
            task=question.task,
            language=question.language or config.language,
            metadata=_metadata(question, plain=writer.plain),
        )
        moved = config.shuffle and movable(item.choices, question.shape)
        yield permuted(item, context, question.where) if moved else item


def _questions(
    path: Path | None, place: DataSetPlace | None, answers: Answers, context: Context
) -> Iterator[Question]:
    if path is not None:
        yield from read_exam(path, answers)
    elif place is not None:
        name = subject_of(place.subset or place.label.rpartition("/")[2])
        yield from read_exam_rows(DataSetRows(place).rows(context), name, answers)


def _distinct(questions: Iterable[Question], context: Context) -> Iterator[Question]:
    seen: dict[tuple[str, str, frozenset[str]], str] = {}
    for question in questions:
        key = (question.question, question.context, frozenset(question.choices))
        if seen.setdefault(key, question.where) != question.where:
            context.reject(question.where, REPEATED, question.question)
        elif question.choices.count(question.choices[question.answer]) > 1:
            context.reject(question.where, TWO_RIGHT, question.question)
        else:
            yield question


def _metadata(question: Question, *, plain: bool) -> dict[str, str]:
    text = question.plain if plain else ""
    found = {"origin": question.where, "shape": question.shape, "plain": text}
    return {name: value for name, value in found.items() if value}


def _turns(writer: Writer, shot: Question) -> tuple[Turn, Turn]:
    asked, answer = writer.shot(shot)
    return Turn("user", asked), Turn("assistant", answer)


def _shots(
    config: MultipleChoiceConfig, asked: Sequence[Question], context: Context
) -> dict[str, list[Question]]:
    """By subject of the questions, the solved examples before them.

    Raises:
        DataError: a subject has too few.
    """
    if not config.shots:
        return {}
    place = config.shots_path, config.shots_data_set
    elsewhere = any(place)
    offered = list(_questions(*place, config.answers, context)) if elsewhere else asked
    by_subject: dict[str, list[Question]] = {}
    for question in offered:
        by_subject.setdefault(question.task, []).append(question)
    found = {}
    for subject in dict.fromkeys(question.task for question in asked):
        # One file of examples without subjects serves every question.
        alone = next(iter(by_subject.values())) if len(by_subject) == 1 else []
        group = by_subject.get(subject, alone)
        if len(group) < config.shots + (not elsewhere):
            raise DataError(
                f"multiple-choice: {len(group)} examples of the subject {subject!r} to take "
                f"{config.shots} from{' and ask another' if not elsewhere else ''}; there are "
                f"examples of {', '.join(map(repr, by_subject)) or 'none'}"
            )
        if config.shots_order == "drawn":
            found[subject] = context.random("shots", subject).sample(group, config.shots)
        else:
            found[subject] = group[: config.shots]
    return found
