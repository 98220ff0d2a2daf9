"""Files of a report: whole or not there, and the same bytes for the same figures."""

import dataclasses
import json
import math
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from byeori import DataError, Item, Score
from byeori.report import LossPoint, Report, from_json, to_json, write_report, write_scores
from byeori.store.files import replace_atomically


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_figures_give_the_same_bytes_whatever_time_they_took(
    report: Report, tmp_path: Path
) -> None:
    write_report(report, tmp_path / "a")
    write_report(dataclasses.replace(report, timings=()), tmp_path / "b")
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    top = {name for name in first if "/" not in name}
    assert top == {"report.html", "report.json", "report.md"}
    assert {"cards/lora.md", "figures/loss-lora.svg", "tables/comparisons.csv"} <= set(first)
    timed = {"report.html", "tables/time.csv"}
    assert set(first) - set(second) == {"tables/time.csv"}
    assert all(first[name] == second[name] for name in set(first) - timed)
    write_report(report, tmp_path / "b")
    assert contents(tmp_path / "b") == first


def test_files_of_models_that_are_gone_go_too(report: Report, tmp_path: Path) -> None:
    write_report(report, tmp_path)
    (tmp_path / "figures" / "notes.txt").write_text("mine")
    write_report(dataclasses.replace(report, tunings=report.tunings[:1]), tmp_path)
    left = contents(tmp_path)
    assert "cards/lora.md" in left and "figures/loss-lora.svg" in left
    assert "cards/ia3.md" not in left and "figures/loss-ia3.svg" not in left
    assert left["figures/notes.txt"] == b"mine"


def test_a_report_comes_back_from_its_json_but_for_timings(report: Report) -> None:
    back = from_json(to_json(report))
    assert back == dataclasses.replace(report, timings=())
    assert to_json(back) == to_json(report)


def test_half_a_surrogate_pair_survives_json(report: Report) -> None:
    odd = dataclasses.replace(report, description="\ud83d and \x00")
    assert from_json(to_json(odd)).description == "\ud83d and \x00"


def test_text_that_is_no_report_is_refused() -> None:
    for text in ("{", "[]", '{"name": "x"}'):
        with pytest.raises(DataError, match="not a byeori report"):
            from_json(text)


def test_a_figure_that_is_not_a_number_stops_before_any_file(
    report: Report, tmp_path: Path
) -> None:
    tuning = dataclasses.replace(report.tunings[0], losses=(LossPoint(1, math.nan),))
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report(dataclasses.replace(report, tunings=(tuning,)), tmp_path)
    assert contents(tmp_path) == {}


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        replace_atomically(path, fail)
    assert contents(tmp_path) == {"report.html": b"old"}


def test_markdown_is_a_summary_in_which_texts_are_inert(report: Report, tmp_path: Path) -> None:
    evil = "a | b\n# <img src=x onerror=1> [x](javascript:1) `"
    comparison = dataclasses.replace(report.comparisons[0], evaluator=evil)
    odd = dataclasses.replace(
        report, name=evil, comparisons=(comparison,), recipe="a: b\n```\n<b>\n"
    )
    write_report(odd, tmp_path)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert text.startswith("# a \\| b \\# &lt;img src=x onerror=1&gt; \\[x\\](javascript:1) \\`\n")
    assert "````yaml\na: b\n```\n<b>\n````" in text
    row = next(line for line in text.splitlines() if line.startswith("| a \\| b"))
    assert row.replace("\\|", "").count("|") == 10


def test_scores_are_written_sorted_with_their_questions(
    items: list[Item], scores: list[Score], tmp_path: Path
) -> None:
    write_scores(scores, items, tmp_path / "a")
    write_scores(scores[::-1], items[::-1], tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    table = pq.read_table(tmp_path / "a" / "scores.parquet").to_pylist()
    rows = json.loads((tmp_path / "a" / "scores.json").read_text(encoding="utf-8"))
    assert len(table) == len(rows) == len(scores)
    for column, row in zip(table, rows, strict=True):
        assert {**column, "metadata": json.loads(column["metadata"])} == row
    lost = next(row for row in rows if row["value"] is None)
    assert lost["evaluator"] == "judge"
    assert lost["instruction"]


def test_no_scores_are_an_empty_table(tmp_path: Path) -> None:
    write_scores([], [], tmp_path)
    assert json.loads((tmp_path / "scores.json").read_text()) == []
    assert pq.read_table(tmp_path / "scores.parquet").num_rows == 0


def test_a_score_without_its_item_is_not_written(scores: list[Score], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not among the items"):
        write_scores(scores, [], tmp_path)
    assert contents(tmp_path) == {}
