"""The benchmark of duplicates: its rows, and loops that decide as ours does."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ABSTRACT = {"abstract": "One rocket flies. Two rockets\u2028are flown. One rocket flies."}


@pytest.fixture
def parts(modules: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return modules("deduplication.rows", "deduplication.loops", "deduplicate")


def test_rows_are_the_same_every_time_and_about_a_third_are_near_copies(
    parts: dict[str, Any],
) -> None:
    rows = parts["rows"].make_rows(600)
    assert parts["rows"].make_rows(200) == rows[:200]
    kept = sum(parts["loops"].ours(rows)[0].values())
    assert 350 < kept < 550
    assert all(4 <= len(row.split()) <= 45 for row in rows)


def test_every_loop_decides_every_row_alike(parts: dict[str, Any]) -> None:
    loops, rows = parts["loops"], parts["rows"].make_rows(150)
    ours, taken = loops.ours(rows, repeats=2)
    assert len(taken) == 2
    assert list(ours.values()).count(False) > 10
    for loop in loops.LOOPS:
        assert loops.whole(loop, rows).decisions == ours
        part = loops.sampled(loop, rows, ours, asked=20)
        assert len(part.decisions) == 20
        assert part.extrapolated
        assert part.decisions.items() <= ours.items()


def test_the_numbers_are_written(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    benchmark = parts["deduplicate"]
    monkeypatch.setattr(benchmark, "SIZES", (100, 300))
    monkeypatch.setattr(benchmark, "WHOLE", 100)
    monkeypatch.setattr(benchmark, "QUICK_PAIRS", 1000)
    for folder, row in {
        "self_instruct": {"instruction": "Say A b."},
        "nasa_sbir": ABSTRACT,
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rows.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n")
    arguments = ["deduplicate.py", "--quick", "--rows", "300", "--json", str(tmp_path / "n.json")]
    arguments += ["--data", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)
    assert benchmark.main() == 0
    numbers = json.loads((tmp_path / "n.json").read_text())
    assert numbers["same_result"] is True
    assert numbers["kept_real"] == 3
    assert {"alpaca_real", "alpaca_0k", "self_instruct_0k", "seconds_0k"} <= numbers.keys()
