"""Finished runs compared with each other, and asked for their power, through the command line."""

import json
import sys
from dataclasses import replace
from typing import Any

import pytest
from tests.core.run.conftest import RECIPE

from byeori import DataError
from byeori.cli.main import run as command_line
from byeori.finished import read_run
from byeori.finished.common import entries


@pytest.fixture
def byeori(runner: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys.modules["byeori.cli.main"], "discover", lambda block: runner.registry)
    monkeypatch.chdir(runner.folder)
    (runner.folder / "recipe.yaml").write_text(RECIPE)
    workspace = str(runner.workspace.folder)
    return lambda *arguments: command_line([*arguments, "--workspace", workspace])


def test_runs_are_compared_on_common_items_and_what_differs_is_named(
    byeori: Any, runner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, count in (("a", 60), ("b", 60)):
        options = ["--set", f"name={name}", "--set", f"documents.0.count={count}", "-q"]
        if name == "b":
            options += ["--set", "evaluators.0.count=7"]
        assert byeori("run", "recipe.yaml", *options) == 0
    capsys.readouterr()
    assert byeori("compare", "a", "b") == 0
    out = capsys.readouterr().out
    assert "Not made alike: evaluator test-recall, count is 20 in a, 7 in b" in out
    folder = runner.workspace.folder / "comparisons" / "a+b"
    report = json.loads((folder / "report.json").read_text())
    (contest,) = report["contests"]
    names = ["a one", "a two", "b one", "b two"]
    assert [one["name"] for one in contest["contenders"]] == names
    assert [row["name"] for row in report["rows"]] == names
    assert "finished runs" in (folder / "report.html").read_text()
    assert "## Runs" in (folder / "report.md").read_text()
    path = str(runner.workspace.run_folder("b"))
    assert byeori("compare", "a", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "runs"


def test_runs_that_share_no_items_are_refused_and_so_is_one_run_alone(
    byeori: Any, runner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert byeori("run", "recipe.yaml", "--set", "name=a", "-q") == 0
    assert byeori("compare", "a", "a") == 2
    assert byeori("compare", "a", "c") == 4
    assert "no run is named 'c'" in capsys.readouterr().err
    one = read_run(runner.workspace.folder / "runs", "a")
    other = replace(one, name="b", scores=tuple(replace(s, item_id="x" + s.item_id)
                                                for s in one.scores))  # fmt: skip
    with pytest.raises(DataError, match=r"share no items: .* 0 items in common"):
        entries([one, other])


def test_power_of_a_run_and_of_numbers_alone(
    byeori: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert byeori("power", "--changed", "0.18", "--difference", "0.06", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["test"], told["design_effect"]) == ("McNemar, exact", 1.0)
    assert told["items_needed"] > 300
    shared = ["--per-document", "5", "--correlation", "0.25"]
    assert byeori("power", "--sd", "1", "--items", "200", "--difference", "0.2", *shared) == 0
    out = capsys.readouterr().out
    assert "a difference of 0.2 needs 398 items" in out  # statsmodels: 199 independent ones, twice
    assert byeori("power", "--changed", "0.1") == 2
    assert byeori("power", "--sd", "1", "--changed", "0.1", "--items", "9") == 2
