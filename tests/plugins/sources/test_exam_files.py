import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byeori import DataError
from byeori_plugins.sources.exam_files import Question, read_exam
from byeori_plugins.sources.exam_shapes import Answers

JSON = {"question": "Q?", "choices": ["w", "x", "y", "z"], "answer": 2}


def read(
    folder: Path, name: str, content: str | bytes, answers: Answers = "auto"
) -> list[Question]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_exam(path, answers))


@pytest.mark.parametrize(
    "row",
    [
        JSON,
        {"question": "Q?", "options": ["w", "x", "y", "z"], "answer": 2, "explanation": "..."},
        {**JSON, "answer": "C"},
        {**JSON, "answer": "c"},
        {**JSON, "answer": "y"},
        {**JSON, "answer": "2"},
        {"Question": "Q?", "choices": {"A": "w", "B": "x", "C": "y", "D": "z"}, "answerKey": "C"},
        {"question": "Q?", "A": "w", "B": "x", "C": "y", "D": "z", "answer": "C"},
        {"question": "Q?", "choice1": "w", "choice2": "x", "choice3": "y", "label": 2},
    ],
)
def test_json_lines_are_read_in_the_usual_shapes(tmp_path: Path, row: dict[str, Any]) -> None:
    (question,) = read(tmp_path, "exam.jsonl", json.dumps(row))
    assert (question.question, question.choices[question.answer]) == ("Q?", "y")
    assert (question.where, question.task) == ("exam.jsonl:1", "exam")


def test_optional_fields_are_kept_and_blank_lines_skipped(tmp_path: Path) -> None:
    row = {**JSON, "context": "Given.", "subject": "acids", "language": "ko"}
    text = "\ufeff\n" + json.dumps(row) + "\r\n\n" + json.dumps(JSON) + "\n"
    first, second = read(tmp_path, "exam.jsonl", text)
    assert (first.context, first.task, first.language) == ("Given.", "acids", "ko")
    assert (first.where, second.where) == ("exam.jsonl:2", "exam.jsonl:4")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mmlu.csv", 'Q?,w,x,"y, or so",z,C\nR?,1,2,3,4,A\n'),
        ("head.csv", 'question,A,B,C,D,answer\nQ?,w,x,"y, or so",z,C\nR?,1,2,3,4,A\n'),
        ("head.csv", 'Answer,Question,option_1,option_2\n"y, or so",Q?,w,"y, or so"\nA,R?,1,2\n'),
        ("tabs.tsv", "Q?\tw\tx\ty, or so\tz\tC\r\nR?\t1\t2\t3\t4\tA\r\n"),
    ],
)
def test_csv_is_read_with_and_without_a_header(tmp_path: Path, name: str, text: str) -> None:
    first, second = read(tmp_path, name, text)
    assert (first.question, first.choices[first.answer]) == ("Q?", "y, or so")
    assert (second.question, second.choices[second.answer]) == ("R?", "1")


def test_a_quoted_line_end_does_not_shift_the_line_that_is_named(tmp_path: Path) -> None:
    text = '"Q\nwith lines?",w,x,A\nR?,w,x,B\n'
    assert [q.where for q in read(tmp_path, "e.csv", text)] == ["e.csv:1", "e.csv:3"]
    with pytest.raises(DataError, match=r"e\.csv:3: `answer` 'Z' fits none"):
        read(tmp_path, "e.csv", text.replace("x,B", "x,Z"))


@pytest.mark.parametrize(
    ("answers", "value", "index"),
    [
        ("numbers-from-1", 3, 2),
        ("numbers-from-1", "3", 2),
        ("numbers-from-0", "3", 3),
        ("texts", "3", 1),
        ("letters", "D", 3),
    ],
)
def test_the_recipe_can_say_how_answers_are_named(
    tmp_path: Path, answers: Answers, value: object, index: int
) -> None:
    row = {"question": "Q?", "choices": ["1", "3", "5", "7"], "answer": value}
    (question,) = read(tmp_path, "exam.jsonl", json.dumps(row), answers)
    assert question.answer == index


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {**JSON, "answer": 4},
            r"`answer` 4 fits none of the 4 choices .*expected an index from 0",
        ),
        ({**JSON, "answer": -1}, "`answer` -1 fits none"),
        ({**JSON, "answer": "E"}, "`answer` 'E' fits none"),
        ({**JSON, "answer": True}, "`answer` must be an index, a letter or a text, found bool"),
        ({**JSON, "answer": 1.0}, "found float"),
        ({**JSON, "answer": [1]}, "found list"),
        ({**JSON, "answer": None}, "`answer` is empty"),
        (
            {"question": "Q?", "choices": ["a", "b"], "anser": 0},
            r"`answer` is missing; did you mean 'anser'\?",
        ),
        (
            {"question": "Q?", "choices": ["a", "b"], "right": 0},
            "`answer` is missing; there is choices, question, right",
        ),
        ({"question": "Q?", "choices": ["B", "A"], "answer": "A"}, "more than one"),
        ({"question": "Q?", "choices": ["1", "2", "3"], "answer": "2"}, "set `answers:`"),
        ({**JSON, "choices": ["w"]}, "expected at least two choices"),
        ({**JSON, "choices": ["w", " ", "x"]}, "none empty"),
        ({**JSON, "choices": ["w", None, "x"]}, "none empty"),
        ({**JSON, "choices": "wxyz"}, "`choices` must be a list, found str"),
        ({**JSON, "choices": [str(n) for n in range(27)]}, "at most 26"),
        ({"question": "Q?", "answer": 0}, "expected at least two choices"),
        ({**JSON, "question": " "}, "`question` is empty"),
        ({**JSON, "Answer": 1}, "`answer` and `Answer` are read as one column"),
        ({**JSON, "question": "Q\0?"}, "the row contains a NUL character"),
        ({**JSON, "question": "Q\ud800?"}, "the row is not valid Unicode: .* surrogate"),
        ({**JSON, "weight": float("nan")}, "NaN is not JSON; write null"),
        ({**JSON, "question": ["Q"]}, "`question` must be text, found list"),
    ],
)
def test_a_wrong_row_is_told_with_file_line_and_field(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    text = json.dumps(JSON) + "\n" + json.dumps(row)
    with pytest.raises(DataError, match=rf"exam\.jsonl:2: .*{message}"):
        read(tmp_path, "exam.jsonl", text)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("e.jsonl", b"", r"e\.jsonl: the file is empty"),
        ("e.jsonl", b"\n \n", r"e\.jsonl: no questions"),
        ("e.jsonl", b"[1]\n", r"e\.jsonl:1: this is a JSON array, not JSON lines"),
        ("e.jsonl", b"\n[1]\n", r"e\.jsonl:2: a JSON object is needed, not an array"),
        ("e.jsonl", b'\n{"question": "Q', r"e\.jsonl:2: the file ends in the middle of this line"),
        ("e.jsonl", b"x\n", r"e\.jsonl:1: not JSON: .*; found 'x'"),
        ("e.jsonl", b'{"answer": 1, "answer": 2}', r"e\.jsonl:1: field `answer` is given twice"),
        ("e.jsonl", b'{"question"\xff', r"e\.jsonl:1: not UTF-8 at byte 11"),
        ("e.jsonl", b'\n{"\0": 1}', r"e\.jsonl:2: NUL bytes"),
        ("e.jsonl", "{}".encode("utf-16"), r"e\.jsonl: this is UTF-16 text"),
        (
            "e.txt",
            b"Q",
            r"expected a .jsonl, .*, .parquet file, found '\.txt'",
        ),
        ("e.csv", b"Q?,w,x\n", r"e\.csv:1: expected a header .* found 3 columns"),
        ("e.csv", b"Q?,w,x,A\nR?,w,A\n", r"e\.csv:2: 3 fields where 4 are named; found .*'R\?'"),
        ("e.csv", b'Q?,w,x,A\n"R?,w,x,A\n', r"e\.csv:2: a quotation mark .* is never closed"),
        ("e.csv", b'"Q"?,w,x,A\n', r"e\.csv:1: not CSV"),
        ("e.csv", b"question,a,b,answer,answer\n", r"e\.csv:1: the header names `answer` twice"),
        (
            "e.csv",
            b"question,a,A,b,answer\nQ?,w,x,y,A\n",
            r"e\.csv:2: `a` and `A` are read as one column",
        ),
        ("e.csv", b"Q?,w\0,x,A\n", r"e\.csv:1: the row contains a NUL character"),
        ("e.csv", b"question,a,b,answer\n", r"e\.csv: no questions"),
    ],
)
def test_a_broken_file_is_told_with_its_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, name, content)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.jsonl: there is no such file"):
        list(read_exam(tmp_path / "gone.jsonl", "auto"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match=r"folder\.csv: no .jsonl, .* file in this folder"):
        list(read_exam(tmp_path / "folder.csv", "auto"))


@pytest.mark.parametrize("header", ["", "question,A,B,answer\n"])
def test_blank_lines_and_empty_rows_of_a_spreadsheet_are_skipped(
    tmp_path: Path, header: str
) -> None:
    text = header + "Q?,w,x,A\n\n  \n,,,\nR?,w,x,B\n,, ,\n"
    assert [q.question for q in read(tmp_path, "e.csv", text)] == ["Q?", "R?"]


def test_a_long_cell_is_read_and_the_limit_of_the_process_stays(tmp_path: Path) -> None:
    csv.field_size_limit(before := 131_072)  # Python's own
    path = tmp_path / "e.csv"
    path.write_text("Q" * 200_000 + ",w,x,A\nR?,w,x,B\n", encoding="utf-8")
    questions = read_exam(path, "auto")
    assert len(next(questions).question) == 200_000
    assert csv.field_size_limit() == before


# Cells as people write them: no control characters but line ends inside.
CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n,\"'\u2028"), min_size=1
).filter(lambda text: text == text.strip() and text)
ROWS = st.lists(
    st.tuples(CELL, st.lists(CELL, min_size=4, max_size=4, unique=True), st.integers(0, 3)),
    min_size=1,
    max_size=6,
).filter(lambda rows: rows[0][0].lower() != "question")


@given(ROWS)
@settings(deadline=None, max_examples=60)
def test_what_was_written_is_read_as_csv_and_as_json(
    rows: list[tuple[str, list[str], int]],
) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([q, *c, "ABCD"[a]] for q, c, a in rows)
    lines = "\n".join(
        json.dumps({"question": q, "choices": c, "answer": a}, ensure_ascii=a % 2 == 0)
        for q, c, a in rows
    )
    with tempfile.TemporaryDirectory() as folder:
        from_csv = read(Path(folder), "e.csv", table.getvalue(), "letters")
        from_json = read(Path(folder), "e.jsonl", lines)
    expected = [(q, tuple(c), a) for q, c, a in rows]
    assert [(q.question, q.choices, q.answer) for q in from_json] == expected
    assert [(q.question, q.choices, q.answer) for q in from_csv] == expected
