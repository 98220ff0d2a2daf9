"""Several benchmarks as one evaluation, each with its row, and their average."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from byeori import DataError, EvaluationData, Score
from byeori.testing import RecordingContext, check_evaluator
from byeori_science.suite import BENCHMARKS, Suite, SuiteConfig

NOTHING = EvaluationData(test=(), documents=())
Make = Callable[..., Suite]


def exam(path: Path, questions: int, subject: str = "") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "A", "B", "answer", "subject"])
        for n in range(questions):
            writer.writerow([f"{path.stem} {n} + 1?", n + 1, n + 2, "A", subject or path.stem])


@pytest.fixture
def make(tmp_path: Path) -> Make:
    exam(tmp_path / "mmlu.csv", 6)
    (tmp_path / "kobest").mkdir()
    exam(tmp_path / "kobest/copa.csv", 3)
    exam(tmp_path / "kobest/wic.csv", 3)

    def suite(**settings: Any) -> Suite:
        return Suite(SuiteConfig.model_validate({"folder": tmp_path, **settings}))

    return suite


def test_each_benchmark_is_asked_from_its_file_or_folder(
    make: Make, context: RecordingContext
) -> None:
    items = list(make(benchmarks=["kobest", "mmlu"]).items(NOTHING, context))
    assert [item.metadata["benchmark"] for item in items] == ["kobest"] * 6 + ["mmlu"] * 6
    assert {item.task for item in items} == {"copa", "wic", "mmlu"}
    assert {item.language for item in items} == {"ko", "en"}


def test_missing_benchmarks_are_named_and_stop_the_run(
    make: Make, context: RecordingContext
) -> None:
    with pytest.raises(DataError) as error:
        list(make().items(NOTHING, context))
    assert "kmmlu, haerae, kormedmcqa, arc, hellaswag, scholar, aidabench" in str(error.value)
    assert "scholar and aidabench are not public" in str(error.value)
    with pytest.raises(DataError, match="no file or folder for arc"):
        list(make(benchmarks=["arc"], missing="name").items(NOTHING, context))


def test_missing_benchmarks_are_in_the_averages_name_and_in_the_report(
    make: Make, tmp_path: Path
) -> None:
    suite = make(missing="name")
    scores = check_evaluator(Suite, {"folder": tmp_path, "missing": "name"})
    assert {(score.metric, score.metadata["benchmark"]) for score in scores} == {
        ("kobest", "kobest"),
        ("mmlu", "mmlu"),
    }
    assert list(suite.summarise(scores)) == ["average of 2 of 9"]
    (note,) = suite.diagnose({"base": scores, "tuned": scores})
    assert note.value == 2
    assert "kmmlu, haerae, kormedmcqa, arc, hellaswag, scholar, aidabench" in note.note


def test_in_the_average_every_benchmark_counts_the_same() -> None:
    about = {"suite_asked": 2, "suite_missing": []}
    scores = [
        Score(item_id=str(n), metric=metric, value=value, metadata=about)
        for n, (metric, value) in enumerate([("a", 1.0)] * 8 + [("a", None), ("b", 0.0)])
    ]
    suite = Suite(SuiteConfig(folder=Path()))
    assert suite.summarise(scores) == {"average": 0.5}
    assert suite.summarise(scores[8:9]) == {}
    assert not list(suite.diagnose({"base": scores}))


def test_settings_of_a_benchmark_are_those_of_multiple_choice_and_checked(make: Make) -> None:
    with pytest.raises(ValidationError, match="shotz"):
        make(settings={"mmlu": {"shotz": 5}})
    with pytest.raises(ValidationError, match="settings of 'mmul'"):
        make(settings={"mmul": {"shots": 5}})
    with pytest.raises(ValidationError, match="twice"):
        make(benchmarks=["mmlu", "mmlu"])
    asked = make(settings={"mmlu": {"shots": 2}}).config.settings["mmlu"]
    assert (asked.shots, asked.scoring, asked.prompt) == (2, "letters", "plain")  # type: ignore[attr-defined]


def test_the_suite_keeps_the_contract(make: Make, tmp_path: Path) -> None:
    settings = {"folder": tmp_path, "benchmarks": ["mmlu", "kobest"], "limit": 4}
    make()
    scores = check_evaluator(Suite, settings)
    assert len(scores) == 8


def test_real_files_are_read_as_their_benchmarks(
    shared: Path, tmp_path: Path, context: RecordingContext
) -> None:
    for name in ("mmlu", "kobest"):
        (tmp_path / "suite" / name).mkdir(parents=True)
    for file in ("astronomy_test.csv", "high_school_chemistry_test.csv"):
        shutil.copy(shared / "mmlu" / file, tmp_path / "suite/mmlu")
    for file in ("COPA_dev.tsv", "HellaSwag_dev.tsv"):
        shutil.copy(shared / "kobest" / file, tmp_path / "suite/kobest")
    settings = {
        "mmlu": {"shots": 5, "shots_path": shared / "mmlu" / "astronomy_dev.csv"},
    }
    suite = Suite(
        SuiteConfig(folder=tmp_path / "suite", missing="name", limit=20, settings=settings)
    )
    items = list(suite.items(NOTHING, context))
    assert len(items) == 40
    assert {item.metadata["shape"] for item in items if item.language == "ko"} == {
        "kobest-copa",
        "kobest-hellaswag",
    }
    assert all(len(item.history) == 10 for item in items if item.language == "en")


def test_the_nine_are_the_papers() -> None:
    korean = ["kmmlu", "kobest", "haerae", "kormedmcqa"]
    assert list(BENCHMARKS) == [*korean, "mmlu", "arc", "hellaswag", "scholar", "aidabench"]
    assert [name for name, one in BENCHMARKS.items() if not one.public] == ["scholar", "aidabench"]
