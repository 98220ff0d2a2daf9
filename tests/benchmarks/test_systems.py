"""The table of all systems: what is measured, how it is shown, and that the pages show it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori.plan import plan_recipe
from byeori.plugins import discover
from byeori.store.files import hashing_once

DOCS = Path(__file__).parents[2] / "docs"
ROW: dict[str, Any] = {
    "command": "byeori run nasa/lora --tiny",
    "plan": "0",
    "cpu_seconds": 95.0,
    "figures": [
        {
            "model": "lora",
            "against": "base",
            "evaluator": "exam",
            "metric": "accuracy",
            "items": 340,
            "p_adjusted": 0.001,
            "baseline": [0.86, 0.8, 0.9],
            "tuned": [0.97, 0.95, 0.99],
            "difference": [0.11, 0.07, 0.15],
        }
    ],
}
PAPER = {
    "title": "A | B",
    "tables": [
        {
            "table": "Table 5",
            "shows": "A t-test.",
            "mark": "reproduced",
            "says": "reproduced to every printed digit (14 of 14 cells)",
            "recipes": ["nasa/lora"],
        }
    ],
}
MEASURED: dict[str, Any] = {"recipes": {"nasa/lora": ROW}, "papers": {"nasa/lora": PAPER}}


@pytest.fixture
def parts(modules: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return modules("systems_table.measure", "systems_table.table", "systems_table.rows", "systems")


def test_a_recipe_is_shown_with_its_figures_and_what_of_the_paper_it_gave(
    parts: dict[str, Any],
) -> None:
    row = next(line for line in parts["table"].parts(MEASURED, "en")["systems"] if "tiny" in line)
    assert "| 1.6 min | exam accuracy, 340 | 0.860 -> 0.970 (+0.110 [+0.070, +0.150]) |" in row
    assert "Table 5: reproduced to every printed digit |" in row


def test_models_that_are_set_against_another_one_than_the_base_say_so(
    parts: dict[str, Any],
) -> None:
    other = {**ROW["figures"][0], "against": "all"}
    measured = {"recipes": {"nasa/lora": {**ROW, "figures": [other]}}, "papers": {}}
    rows = parts["table"].parts(measured, "en")["systems"]
    assert any("| 0.970, against all 0.860 (+0.110 [+0.070, +0.150]) |" in row for row in rows)


def test_a_recipe_that_was_not_run_is_said_to_be_unmeasured(parts: dict[str, Any]) -> None:
    empty: dict[str, Any] = {"recipes": {}, "papers": {}}
    lines = parts["table"].parts(empty, "ko")["systems"]
    assert "재지 않음" in lines[-1]


def test_only_what_stands_between_the_marks_of_a_page_is_replaced(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    page = tmp_path / "systems.md"
    page.write_text((DOCS / "systems.md").read_text(encoding="utf-8"), encoding="utf-8")
    for _ in range(2):
        parts["table"].write_page(page, MEASURED, "en")
    text = page.read_text(encoding="utf-8")
    assert text.count("| system | recipe |") == 1
    assert text.startswith("# Every system of the papers")


def test_figures_are_read_from_reports_of_runs_and_of_sweeps(parts: dict[str, Any]) -> None:
    side = {"value": 0.51239, "low": None, "high": None, "standard_deviation": None}
    row = {
        "model": "lora",
        "baseline_model": "base",
        "evaluator": "exam",
        "metric": "accuracy",
        "items": 9,
        "test": None,
        **dict.fromkeys(("baseline", "tuned", "difference"), side),
    }
    read = parts["measure"]._figures
    (run,) = read({"comparisons": [row, {**row, "metric": "f1"}]})
    (variant,) = read({"contests": [], "rows": [{"name": "r=8", "comparison": row}]})
    assert run["baseline"] == [0.5124, None, None]
    assert (run["model"], variant["model"]) == ("lora", "r=8")


def test_a_recipes_time_is_its_own_what_another_plan_left_is_not_used(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    unfinished: dict[str, Any] = {}
    of = parts["measure"]._own_workspace
    own = of("nasa/lora", "first", unfinished, tmp_path)
    (own / "artifacts").mkdir(parents=True)
    unfinished["nasa/lora"]["cpu_seconds"] = 7.0
    assert of("nasa/lora", "first", unfinished, tmp_path) == own
    assert (own / "artifacts").is_dir()
    assert unfinished["nasa/lora"]["cpu_seconds"] == 7.0
    of("nasa/lora", "second", unfinished, tmp_path)
    assert not own.exists()
    assert unfinished["nasa/lora"] == {"plan": "second", "cpu_seconds": 0.0}


def test_papers_use_the_finished_stages_of_the_recipes(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    for name, files in (("whole", ("manifest.json", "rows")), ("half", ("rows",))):
        (tmp_path / "a" / name).mkdir(parents=True)
        for file in files:
            (tmp_path / "a" / name / file).write_text(name)
    lend = parts["measure"]._lend
    assert lend(tmp_path / "a", tmp_path / "b", {"another"}) == 0
    assert [lend(tmp_path / "a", tmp_path / "b") for _ in range(2)] == [1, 0]
    assert lend(tmp_path / "none", tmp_path / "b") == 0
    assert [folder.name for folder in (tmp_path / "b").iterdir()] == ["whole"]
    assert (tmp_path / "b/whole/rows").read_text() == "whole"


def test_the_pages_show_what_is_kept_as_measured(parts: dict[str, Any]) -> None:
    systems = parts["systems"]
    measured = json.loads(systems.MEASURED.read_text(encoding="utf-8"))
    for language, page in systems.PAGES.items():
        text = page.read_text(encoding="utf-8")
        for part, lines in parts["table"].parts(measured, language).items():
            assert "\n".join(lines) in text, f"{page.name}, {part}: run systems.py --docs"


def test_every_system_names_shipped_recipes_and_every_shipped_recipe_stands_in_the_table(
    parts: dict[str, Any],
) -> None:
    rows = parts["rows"]
    named = {*rows.OTHERS, *(name for system in rows.SYSTEMS for name in system.recipes)}
    assert named == set(discover().recipes())


def test_every_shipped_recipe_validates_in_the_form_that_the_table_runs(
    parts: dict[str, Any],
) -> None:
    sources, registry = parts["measure"].tiny_recipes(), discover()
    assert set(sources) == set(registry.recipes())
    with hashing_once():
        for source in sources.values():
            assert plan_recipe(source, registry).fingerprint
