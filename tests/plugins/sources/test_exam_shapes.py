"""Benchmarks in their published shapes, written by hand after their descriptions."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import DataError
from byeori_plugins.sources.exam_files import Question, read_exam, subject_of

FOUR = {"A": "w", "B": "x", "C": "y", "D": "z"}
ROWS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # name: row, right text, context, plain text
    "mmlu": (
        {"question": "Q?", "subject": "s", "choices": ["w", "x", "y", "z"], "answer": 2},
        "y", "", "",
    ),
    "arc": (
        {"id": "1", "question": "Q?", "answerKey": "3",
         "choices": {"text": ["w", "x", "y"], "label": ["1", "2", "3"]}},
        "y", "", "",
    ),
    "arc-ai2": (
        {"id": "1", "answerKey": "B", "question": {"stem": "Q?", "choices": [
            {"text": "w", "label": "A"}, {"text": "x", "label": "B"}]}},
        "x", "", "",
    ),
    "hellaswag": (
        {"ind": 4, "activity_label": "Roof", "ctx_a": "A man sits. [step] He", "ctx_b": "then he",
         "ctx": "...", "endings": ["falls.", "rips [title] tiles."], "label": "1"},
        "rips. tiles.", "Roof: A man sits. He Then he", "Roof: A man sits. He Then he",
    ),
    "kmmlu": (
        {"question": "Q?", "answer": 3, **FOUR, "Category": "c", "Human Accuracy": 0.5},
        "y", "", "",
    ),
    "kormedmcqa": (
        {"subject": "doctor", "year": 2020, "period": 1, "q_number": 7, "question": "Q?",
         **FOUR, "E": "v", "answer": 5, "cot": ""},
        "v", "", "",
    ),
    "hae-rae": (
        {"query": "무엇?\n(A) w\n(B) x", "options": "['w', 'x']", "answer": "(B)"},
        "x", "", "무엇?\n(A) w\n(B) x",
    ),
    "click": (
        {"id": "Kedu_economy_3", "paragraph": "P.", "question": "Q?", "choices": ["w", "x"],
         "answer": "x"},
        "x", "P.", "",
    ),
    "kobest-boolq": (
        {"paragraph": "P.", "question": "Q?", "label": 1}, "예", "P.", "P. 질문: Q? 답변: ",
    ),
    "kobest-boolq-released": (
        {"Text": "P.", "Question": "Q?", "Answer": "False"}, "아니오", "P.", "P. 질문: Q? 답변: ",
    ),
    "kobest-copa": (
        {"premise": "P.", "question": "원인", "alternative_1": "w", "alternative_2": "x",
         "label": 1},
        "x", "P.", "P.  왜냐하면",
    ),
    "kobest-wic": (
        {"word": "배", "context_1": "a", "context_2": "b", "label": 0},
        "아니오", "", "문장1: a 문장2: b 두 문장에서 배가 같은 뜻으로 쓰였나?",
    ),
    "kobest-wic-released": (
        {"Target": "배", "SENTENCE1": "a", "SENTENCE2": "b", "ANSWER": "True"},
        "예", "", "문장1: a 문장2: b 두 문장에서 배가 같은 뜻으로 쓰였나?",
    ),
    "kobest-hellaswag": (
        {"context": "P.", "ending_1": "w", "ending_2": "x", "ending_3": "y", "ending_4": "z",
         "label": 3},
        "z", "P.", "문장: P.",
    ),
    "kobest-sentineg": ({"sentence": "S.", "label": 1}, "긍정", "S.", "문장: S. 긍부정:"),
    "kobest-sentineg-released": ({"Text": "S.", "Label": 0}, "부정", "S.", "문장: S. 긍부정:"),
}  # fmt: skip


def read_row(folder: Path, row: dict[str, Any]) -> Question:
    path = folder / "exam_test.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    (question,) = read_exam(path, "auto")
    return question


@pytest.mark.parametrize("name", ROWS)
def test_published_shapes_are_recognised(tmp_path: Path, name: str) -> None:
    row, right, context, plain = ROWS[name]
    question = read_row(tmp_path, row)
    assert question.choices[question.answer] == right
    assert (question.context, question.plain) == (context, plain)
    if name not in ("mmlu", "arc-ai2"):
        assert name.removesuffix("-released") == question.shape


def test_what_lm_eval_writes_is_what_its_own_functions_write(tmp_path: Path) -> None:
    pytest.importorskip("lm_eval", reason="lm-eval is not installed")
    from lm_eval.tasks.hellaswag.utils import preprocess
    from lm_eval.tasks.kobest.utils import (
        copa_doc_to_text,
        sentineg_doc_to_text,
        wic_doc_to_text,
    )

    writers = {
        "kobest-copa": copa_doc_to_text,
        "kobest-wic": wic_doc_to_text,
        "kobest-sentineg": sentineg_doc_to_text,
    }
    for name, write in writers.items():
        assert read_row(tmp_path, ROWS[name][0]).plain == write(ROWS[name][0])
    row = ROWS["hellaswag"][0]
    whole = f"{row['activity_label']}: {row['ctx_a']} {row['ctx_b'].capitalize()}"
    assert read_row(tmp_path, row).plain == preprocess(whole)
    assert list(read_row(tmp_path, row).choices) == [preprocess(e) for e in row["endings"]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**ROWS["hae-rae"][0], "answer": "(F)"}, "`answer` 'F' fits none of the 2 choices"),
        ({**ROWS["hae-rae"][0], "options": "['w'"}, "columns are those of hae-rae .* SyntaxError"),
        ({**ROWS["kobest-copa"][0], "question": "무엇"}, "columns are those of kobest-copa"),
        ({**ROWS["kmmlu"][0], "answer": 0}, "`answer` 0 fits none of the 4 choices"),
        ({**ROWS["kobest-wic"][0], "label": 2}, "`answer` 2 fits none of the 2 choices"),
        ({"prompt": "Q?", "right": 1}, "`question` is missing; .*columns found: prompt, right"),
    ],
)
def test_a_row_that_is_not_of_its_shape_is_refused(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_row(tmp_path, row)


def test_a_folder_is_all_its_files_each_a_subject(tmp_path: Path) -> None:
    for name in ("b_test", "a_test"):
        (tmp_path / f"{name}.csv").write_text(f"{name}?,w,x,A\n")
    (tmp_path / "README.md").write_text("no exam")
    questions = list(read_exam(tmp_path, "auto"))
    assert [(q.task, q.where) for q in questions] == [("a", "a_test.csv:1"), ("b", "b_test.csv:1")]


@pytest.mark.parametrize(
    ("name", "subject"),
    [("astronomy_dev", "astronomy"), ("law-test", "law"), ("test", "test"), ("latest", "latest")],
)
def test_a_split_is_no_part_of_a_subject(name: str, subject: str) -> None:
    assert subject_of(name) == subject


@pytest.mark.parametrize(
    ("file", "count", "places"),
    [
        ("COPA_dev.tsv", 500, {0: 248, 1: 252}),
        ("HellaSwag_dev.tsv", 500, {0: 111, 1: 125, 2: 145, 3: 119}),
    ],
)
def test_kobest_as_released(
    shared_data: Callable[..., Path], file: str, count: int, places: dict[int, int]
) -> None:
    questions = list(read_exam(shared_data("kobest", file), "auto"))
    assert len(questions) == count
    assert Counter(question.answer for question in questions) == places
    assert {question.language for question in questions} == {"ko"}


def test_a_parquet_file_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = {"question": "Q?", "subject": "s", "choices": ["w", "x"], "answer": 1}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "mmlu.parquet")
    (question,) = read_exam(tmp_path / "mmlu.parquet", "auto")
    assert (question.choices[question.answer], question.task) == ("x", "s")
