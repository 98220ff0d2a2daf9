"""Multiple-choice questions as exams write them: JSON lines, MMLU's CSV, CSV with a header."""

import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from byeori import DataError
from byeori_plugins.sources.checked_rows import Values, good_rows, json_rows, missing, text_field
from byeori_plugins.sources.csv_files import csv_records, read_csv
from byeori_plugins.sources.opening import plain_name

Answers = Literal["auto", "letters", "numbers-from-0", "numbers-from-1", "texts"]

_ANSWER = ("answer", "answerkey", "label")
_QUESTION = ("question",)
_CHOICE_PREFIXES = ("", "option", "choice", "option_", "choice_")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an exam.

    Attributes:
        where: `file:line` of the file's name, without its folder.
        answer: index of the right choice.
    """

    where: str
    question: str
    choices: tuple[str, ...]
    answer: int
    context: str = ""
    task: str = ""
    language: str = ""


def read_exam(path: Path, answers: Answers) -> Iterator[Question]:
    """Questions of a file, in its order.

    JSON lines (`.jsonl`, `.json`): `question`, `choices` or `options` (a list, or letters to
    texts), and `answer` as an index from 0, a letter or the text; optional `context` or `input`,
    `task` or `subject`, `language`. CSV and TSV: with a header of the same names and the choices
    in columns A, B, C... or choice1, option_1...; or without one, as MMLU (Hendrycks et al. 2021)
    has it: question, choices, letter.

    Raises:
        DataError: naming file and line, what was found and what was expected.
    """
    suffix = plain_name(path).suffix.lower()
    if suffix in (".jsonl", ".json", ".ndjson"):
        rows = json_rows(path)
    elif suffix in (".csv", ".tsv"):
        rows = _table(path)
    else:
        raise DataError(f"{path}: expected a .jsonl, .csv or .tsv file, found {suffix!r}")
    count = 0
    for line, row in rows:
        count += 1
        question = exam_question(row, f"{path}:{line}", answers)
        task = question.task or plain_name(path).stem
        yield replace(question, where=f"{path.name}:{line}", task=task)
    if not count:
        raise DataError(f"{path}: no questions; expected one a line")


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
        if names & set(_QUESTION) and names & set(_ANSWER):
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
    choices = _choices(row, where)
    return Question(
        where=where,
        question=text_field(row, _QUESTION, where, required=True),
        choices=choices,
        answer=_answer(row, choices, answers, where),
        context=text_field(row, ("context", "input"), where, required=False),
        task=text_field(row, ("task", "subject", "category"), where, required=False),
        language=text_field(row, ("language",), where, required=False),
    )


def _choices(row: Values, where: str) -> tuple[str, ...]:
    value = row.get("choices", row.get("options"))
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    elif value is None:
        value = _choice_columns(row)
    if not isinstance(value, list):
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
