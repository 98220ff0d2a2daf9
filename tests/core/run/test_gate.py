"""A run whose model its own gate forbids: the report is there, and the exit code says no."""

import json
import sys
from typing import Any

import pytest
from tests.core.run.conftest import RECIPE

from byeori.cli.main import run as command_line
from byeori.report import from_json

BLOCKED = """\
compare:
  baseline: two
  fail_if:
    - {evaluator: test-recall, drops_by_more_than: 0.5, models: [MODEL]}
"""


@pytest.fixture
def byeori(runner: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys.modules["byeori.cli.main"], "discover", lambda block: runner.registry)
    monkeypatch.chdir(runner.folder)

    def run(*arguments: str, model: str = "one") -> int:
        (runner.folder / "recipe.yaml").write_text(RECIPE + BLOCKED.replace("MODEL", model))
        return command_line([*arguments, "--workspace", str(runner.workspace.folder)])

    return run


def test_a_blocked_run_ends_with_six_and_report_record_card_and_show_tell_why(
    byeori: Any, runner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    # The base model scores 0 and "two" 1: against "two" the base has lost everything.
    scored = byeori("run", "recipe.yaml", model="base")
    assert scored == 6
    out, err = capsys.readouterr()
    assert "byeori: blocked by compare.fail_if:" in err
    reason = "blocked: test-recall recall of base, drop of 1 on"
    assert f"Gate {reason}" in out
    assert reason in err
    folder = runner.workspace.run_folder("numbers")
    (gate,) = json.loads((folder / "report.json").read_text())["gates"]
    assert (gate["blocked"], gate["worse_by"], gate["model"]) == (True, 1.0, "base")
    for name in ("report.html", "report.md"):
        assert reason in (folder / name).read_text()
    assert byeori("show", "numbers", model="base") == 0
    assert reason in capsys.readouterr().out
    assert byeori("run", "recipe.yaml", model="base") == 6  # and again, though nothing is made anew


def test_a_run_that_passes_ends_with_zero_and_its_card_says_what_was_asked(
    byeori: Any, runner: Any
) -> None:
    assert byeori("run", "recipe.yaml", "--set", "compare.baseline=base") == 0
    folder = runner.workspace.run_folder("numbers")
    report = from_json((folder / "report.json").read_text())
    assert not report.gates[0].blocked
    assert "## What must not get worse" in (folder / "cards" / "one.md").read_text()
    assert "## What must not get worse" not in (folder / "cards" / "two.md").read_text()


def test_a_metric_that_there_is_not_is_told_before_anything_runs(
    byeori: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*settings: str) -> str:
        sets = [part for text in settings for part in ("--set", text)]
        assert byeori("plan", "recipe.yaml", *sets) == 2
        return capsys.readouterr().err

    choice = "evaluators=[{use: multiple-choice},{use: perplexity},{use: speed}]"
    rule = "compare.fail_if=[{evaluator: %s, metric: %s, %s: 0}]"
    told = refused(choice, rule % ("multiple-choice", "acuracy", "worsens_by_more_than"))
    assert "compare.fail_if.0.metric: multiple-choice has no metric 'acuracy'; did you" in told
    told = refused(choice, rule % ("perplexity", "macro_f1", "worsens_by_more_than"))
    assert "there is bits-per-byte (lower is better) (figures of all items together" in told
    told = refused(choice, rule % ("perplexity", "bits-per-byte", "drops_by_more_than"))
    assert "drops_by_more_than: bits-per-byte (lower is better): a drop is an improve" in told
    assert "speed measures this machine" in refused(
        choice, rule % ("speed", "''", "worsens_by_more_than")
    )
    told = refused(choice, "compare.average=[multiple-choice, perplexity]")
    assert "compare.average: there is no metric that all of them have: multiple-choice" in told
    assert "of two evaluators at least" in refused(choice, "compare.average=[perplexity]")
    told = refused(choice, rule % ("average", "accuracy", "worsens_by_more_than"))
    assert "fail_if.0.evaluator: no evaluator is named 'average'" in told


def test_names_in_a_rule_are_checked_before_anything_runs(
    byeori: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert byeori("plan", "recipe.yaml", model="tow") == 2
    assert "recipe.yaml:18:" in (err := capsys.readouterr().err)
    assert "compare.fail_if.0.models.0: no model is named 'tow'; did you mean 'two'?" in err
    assert byeori("plan", "recipe.yaml", "--set", "compare.fail_if.0.evaluator=recal") == 2
    assert "compare.fail_if.0.evaluator: no evaluator is named 'recal'" in capsys.readouterr().err
