"""Multiple-choice questions as exams write them: in JSON lines, tables, Parquet, or a data set."""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from byeori import DataError
from byeori_plugins.sources.checked_rows import (
    Values,
    good_rows,
    json_rows,
    lowered,
    missing,
    text_field,
)
from byeori_plugins.sources.csv_files import csv_records, read_csv
from byeori_plugins.sources.exam_shapes import SHAPES, Answers, ExamShape, shape_of
from byeori_plugins.sources.opening import plain_name
from byeori_plugins.sources.parquet_files import read_parquet
from byeori_plugins.sources.reading import BadRow, Row

_SUFFIXES = (".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".parquet")
_ANSWER = ("answer", "answerkey", "label")
_QUESTION = ("question",)
_CHOICE_PREFIXES = ("", "option", "choice", "option_", "choice_")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an exam.

    Attributes:
        where: `file:line` of the file's name, without its folder.
        answer: index of the right choice.
        plain: what lm-evaluation-harness writes before a choice, for the shapes that it has a
            special text for; else empty.
        shape: name of the published shape, or empty.
    """

    where: str
    question: str
    choices: tuple[str, ...]
    answer: int
    context: str = ""
    task: str = ""
    language: str = ""
    plain: str = ""
    shape: str = ""


def read_exam(path: Path, answers: Answers) -> Iterator[Question]:
    """Questions of a file, in its order; of a folder, those of its files by their names.

    JSON lines (`.jsonl`, `.json`): `question`, `choices` or `options` (a list, or letters to
    texts), and `answer` as an index from 0, a letter or the text; optional `context` or `input`,
    `task` or `subject`, `language`. CSV and TSV: with a header of the same names and the choices
    in columns A, B, C... or choice1, option_1...; or without one, as MMLU (Hendrycks et al. 2021)
    has it: question, choices, letter. Parquet as JSON lines. And the shapes of `exam_shapes`.

    Raises:
        DataError: naming file and line, what was found and what was expected.
    """
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if plain_name(p).suffix.lower() in _SUFFIXES)
        if not files:
            raise DataError(f"{path}: no {', '.join(_SUFFIXES)} file in this folder")
        for file in files:
            yield from read_exam(file, answers)
        return
    count = 0
    for line, row in _rows(path):
        count += 1
        question = exam_question(row, f"{path}:{line}", answers)
        task = question.task or subject_of(plain_name(path).stem)
        yield replace(question, where=f"{path.name}:{line}", task=task)
    if not count:
        raise DataError(f"{path}: no questions; expected one a line")


def subject_of(name: str) -> str:
    """A file's or data set's name without its split: `astronomy` for `astronomy_test`."""
    return re.sub(r"[_-](train|dev|val|valid|validation|test)$", "", name) or name


def read_exam_rows(rows: Iterable[Row | BadRow], name: str, answers: Answers) -> Iterator[Question]:
    """Questions of a data set's rows, as `read_exam`; `name` is their task where they have none."""
    for row in rows:
        if isinstance(row, BadRow):
            raise DataError(f"{row.origin}: {row.reason}")
        question = exam_question(lowered(row.values, row.origin), row.origin, answers)
        yield replace(question, task=question.task or name)


def _rows(path: Path) -> Iterator[tuple[int, Values]]:
    suffix = plain_name(path).suffix.lower()
    if suffix in (".jsonl", ".json", ".ndjson"):
        return json_rows(path)
    if suffix in (".csv", ".tsv"):
        return _table(path)
    if suffix == ".parquet":
        return good_rows(path, read_parquet(path))
    raise DataError(f"{path}: expected a {', '.join(_SUFFIXES)} file, found {suffix!r}")


def _table(path: Path) -> Iterator[tuple[int, Values]]:
    """Rows of a CSV file by column; without a header the columns are those of MMLU."""
    delimiter = "\t" if plain_name(path).suffix.lower() == ".tsv" else ","
    rows = read_csv(path, delimiter, _columns(path, delimiter))
    for line, values in good_rows(path, rows):
        # Spreadsheets leave such rows behind.
        if any(value.strip() for value in values.values()):
            yield line, values


def _columns(path: Path, delimiter: str) -> list[str] | None:
    """The names of MMLU's columns, as many as the first row has; None where it is a header."""
    for line, cells in csv_records(path, delimiter):
        if isinstance(cells, str):
            break  # the reader of rows says what is wrong
        if not any(cell.strip() for cell in cells):
            continue
        names = {cell.strip().lower() for cell in cells}
        if (names & set(_QUESTION) and names & set(_ANSWER)) or shape_of([*names]):
            break
        if not 4 <= len(cells) <= 2 + len(string.ascii_uppercase):
            raise DataError(
                f"{path}:{line}: expected a header with `question` and `answer`, or question, "
                f"at least two choices and the answer; found {len(cells)} columns"
            )
        return exam_columns(len(cells))
    return None


def exam_columns(number: int) -> list[str]:
    """Names for the columns of a file without a header, as MMLU has them."""
    return ["question", *string.ascii_lowercase[: number - 2], "answer"]


def exam_question(row: Values, where: str, answers: Answers) -> Question:
    """The question of one row.

    Args:
        row: by its columns' names in lower case.
        where: for messages and for `Question.where`.
        answers: how the right choice is named.

    Raises:
        DataError: something is missing or cannot be read.
    """
    shape = shape_of(list(row))
    if shape is not None and shape.exam is not None:
        row = {**_converted(shape, row, where), "language": row.get("language")}
    if shape is not None and answers == "auto":
        answers = shape.answers
    if not set(_QUESTION) & row.keys():
        known = ", ".join(dict.fromkeys(one.name for one in SHAPES))
        raise DataError(
            f"{missing(row, _QUESTION, where)}; expected `question`, choices and `answer`, or the "
            f"columns of one of {known}; columns found: {', '.join(row)}"
        )
    choices = _choices(row, where)
    return Question(
        where=where,
        question=text_field(row, _QUESTION, where, required=True),
        choices=choices,
        answer=_answer(row, choices, answers, where),
        context=text_field(row, ("context", "input"), where, required=False),
        task=text_field(row, ("task", "subject", "category"), where, required=False),
        language=text_field(row, ("language",), where, required=False)
        or (shape.language if shape else ""),
        plain=str(row.get("plain") or ""),
        shape=shape.name if shape else "",
    )


def _converted(shape: ExamShape, row: Values, where: str) -> Values:
    try:
        return shape.exam(row) if shape.exam else row
    except (KeyError, TypeError, ValueError, AttributeError, SyntaxError) as error:
        raise DataError(
            f"{where}: the columns are those of {shape.name} ({', '.join(sorted(shape.columns))}), "
            f"and the row is not: {type(error).__name__}: {error}"
        ) from error


def _choices(row: Values, where: str) -> tuple[str, ...]:
    value = row.get("choices", row.get("options"))
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    elif value is None:
        value = _choice_columns(row)
    if not isinstance(value, list | tuple):
        raise DataError(f"{where}: `choices` must be a list, found {type(value).__name__}")
    texts = [str(v).strip() if isinstance(v, str | int | float) else "" for v in value]
    if len(texts) < 2 or not all(texts):
        raise DataError(
            f"{where}: expected at least two choices, none empty, in `choices`, `options` or "
            f"columns A, B, ...; found {value}"
        )
    if len(texts) > len(string.ascii_uppercase):
        raise DataError(f"{where}: {len(texts)} choices; at most 26 can have letters")
    return tuple(texts)


def _choice_columns(row: Values) -> list[Any]:
    """Choices in columns of their own: A, B, ...; option_a, ...; choice1, ..."""
    for prefix in _CHOICE_PREFIXES:
        for names in (string.ascii_lowercase, [str(n) for n in range(1, 27)]):
            values = [row.get(prefix + name) for name in names]
            present = [value for value in values if value not in (None, "")]
            if present:
                return present
    return []


def _answer(row: Values, choices: tuple[str, ...], answers: Answers, where: str) -> int:
    name = next((name for name in _ANSWER if row.get(name) not in (None, "")), None)
    if name is None:
        raise missing(row, _ANSWER, where)
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise DataError(
            f"{where}: `{name}` must be an index, a letter or a text, found "
            f"{type(value).__name__} {value!r}"
        )
    found = {index for index in _readings(value, choices, answers) if 0 <= index < len(choices)}
    if len(found) == 1:
        return found.pop()
    problem = "fits none" if not found else "can be read as more than one"
    raise DataError(
        f"{where}: `{name}` {value!r} {problem} of the {len(choices)} choices {list(choices)}; "
        "expected an index from 0, a letter or a choice's text, or set `answers:` to letters, "
        "numbers-from-0, numbers-from-1 or texts"
    )


def _readings(value: int | str, choices: tuple[str, ...], answers: Answers) -> Iterator[int]:
    """Every index an answer can mean."""
    text = str(value).strip()
    if answers in ("auto", "letters") and len(text) == 1 and isinstance(value, str):
        yield string.ascii_uppercase.find(text.upper())
    if answers in ("auto", "texts") and isinstance(value, str) and text in choices:
        yield choices.index(text)
    if answers in ("auto", "numbers-from-0", "numbers-from-1") and text.isdecimal():
        yield int(text) - (answers == "numbers-from-1")
