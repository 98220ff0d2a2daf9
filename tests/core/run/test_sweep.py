"""Sweeps as they run: stages shared, failures kept apart, one table at the end."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from byeori import Score, StoppedError
from byeori.bulk import Rows
from byeori.context import Silent
from byeori.errors import ExitCode, VariantsFailedError
from byeori.plan import Sweep, plan_recipe
from byeori.recipe import read_recipe
from byeori.report import from_json
from byeori.report.serialise import sweep_from_json
from byeori.report.sweep import SweepReport
from byeori.run import SweepRun, execute_sweep
from byeori.stages.scores import SCORES
from byeori.store import Workspace

ONE = """\
name: numbers
base_model: {path: model}
documents:
  - {use: test/numbers, count: 100}
examples:
  - {use: test/questions}
split: {train: 0.4, validation: 0.1, test: 0.5}
tuning:
  - {use: test/remember}
evaluators:
  - {use: test/recall}
"""
GRID = "sweep:\n  tuning.0.count: [1, 2, 3]\n"


@pytest.fixture(autouse=True)
def scores_that_depend_on_the_training(runner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The more a model has counted, the more items it gets right; seeds decide which."""
    method = runner.registry.components("tuning")["test/remember"].cls
    tune = method.tune

    def counted(self: Any, model: Any, data: Any, context: Any) -> Any:
        ref = tune(self, model, data, context)
        if self.config.broken:
            raise ZeroDivisionError("cannot remember")
        (context.output / "adapter" / "luck.json").write_text(
            json.dumps([self.config.count, context.seed])
        )
        return ref

    def score(self: Any, model: Any, items: Any, context: Any) -> Any:
        for item in items:
            count, seed = 0, 0
            if model.ref.adapters:
                count, seed = json.loads((Path(model.ref.adapters[-1]) / "luck.json").read_text())
            lucky = (int(item.reference) * 7 + seed) % 12 < 2 + 4 * min(count, 2)
            yield Score(item_id=item.id, metric="recall", value=float(lucky))

    monkeypatch.setattr(method, "tune", counted)
    monkeypatch.setattr(runner.registry.components("evaluator")["test/recall"].cls, "score", score)


def sweep(runner: Any, text: str = ONE + GRID, *options: str) -> Sweep:
    (runner.folder / "recipe.yaml").write_text(text, encoding="utf-8")
    planned = plan_recipe(read_recipe(runner.folder / "recipe.yaml", options), runner.registry)
    assert isinstance(planned, Sweep)
    return planned


def run(runner: Any, text: str = ONE + GRID, *options: str) -> SweepRun:
    return execute_sweep(sweep(runner, text, *options), runner.workspace, Silent())


def table(folder: Path) -> SweepReport:
    return sweep_from_json((folder / "report.json").read_text())


def files(folder: Path) -> dict[str, bytes]:
    timed = {"events.jsonl", "report.html", "time.csv", "costs.csv"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (path.name not in timed)
    }


def test_what_variants_share_is_made_once_and_each_has_its_ordinary_report(runner: Any) -> None:
    done = run(runner)
    made = [variant.made for variant in done.runs.values()]
    assert len(made[0]) == len(done.sweep.members[0].plan.stages)
    assert made[1:] == [["test-remember", "scores.test-recall.test-remember"]] * 2
    for name in ("count=1", "count=2", "count=3"):
        report = from_json((done.folder / name / "report.json").read_text())
        assert len(report.comparisons) == 1
        assert report.recipe.startswith(f"# --variant {name}\n")
        plan = json.loads((done.folder / name / "plan.json").read_text())
        assert (plan["variant"], plan["swept"]) == (name, {"count": name[-1]})


def test_a_second_run_makes_nothing_and_ends_with_the_same_bytes(runner: Any) -> None:
    before = files(run(runner).folder)
    again = run(runner)
    assert [variant.made for variant in again.runs.values()] == [[], [], []]
    assert files(again.folder) == before


def mcnemar(a: list[float], b: list[float]) -> float:
    gained = sum(x > y for x, y in zip(a, b, strict=True))
    changed = sum(x != y for x, y in zip(a, b, strict=True))
    return float(stats.binomtest(gained, changed).pvalue) if changed else 1.0


def test_the_table_pays_for_every_test_of_the_sweep(runner: Any) -> None:
    done = run(runner)
    report = table(done.folder)
    values = {name: variant_scores(done, name) for name in done.runs}
    base = variant_scores(done, "count=1", "base")
    against_base = [mcnemar(v, base) for v in values.values()]
    tests = [row.comparison.test for row in report.rows]
    assert [t.p_adjusted for t in tests if t] == pytest.approx(
        list(multipletests(against_base, method="holm")[1])
    )
    assert {t.family for t in tests if t} == {3}
    (contest,) = report.contests
    assert contest.best == "count=2"
    assert [c.standing for c in contest.contenders] == ["apart", "best", "tied"]
    own = from_json((done.folder / "count=1" / "report.json").read_text()).comparisons[0].test
    assert own is not None
    assert own.family == 1


def variant_scores(done: SweepRun, variant: str, model: str = "test-remember") -> list[float]:
    artifact = done.runs[variant].artifacts[f"scores.test-recall.{model}"]
    rows = sorted(Rows(artifact.path(SCORES), Score), key=lambda score: score.item_id)
    return [score.value for score in rows if score.value is not None]


def test_another_seed_of_the_recipe_is_another_split_and_not_compared_item_by_item(
    runner: Any,
) -> None:
    report = table(run(runner, ONE + "sweep:\n  seed: [1, 2]\n").folder)
    assert [len(contest.contenders) for contest in report.contests] == [1, 1]
    assert "2 different sets of items" in " ".join(report.lines)
    (repeated,) = report.repetitions
    assert repeated.variants == ("seed=1", "seed=2")
    if repeated.values[0] != repeated.values[1]:
        assert repeated.value.low is not None  # two runs say little, but never nothing


def test_another_seed_of_a_training_is_a_repetition_on_the_same_items(runner: Any) -> None:
    fields = "sweep:\n  tuning.0.count: [1, 2]\n  tuning.0.seed: [1, 2, 3]\n"
    done = run(runner, ONE + fields)
    report = table(done.folder)
    assert [len(contest.contenders) for contest in report.contests] == [6]
    assert [(r.name, len(r.variants)) for r in report.repetitions] == [
        ("count=1", 3),
        ("count=2", 3),
    ]
    first = report.repetitions[0]
    means = [sum(v) / len(v) for n in first.variants for v in [variant_scores(done, n)]]
    assert first.values == pytest.approx(means)
    assert first.value.value == pytest.approx(stats.describe(means).mean)
    assert first.value.standard_deviation == pytest.approx(stats.describe(means).variance ** 0.5)


def test_a_model_that_no_swept_field_touches_is_one_row(runner: Any) -> None:
    text = ONE.replace(
        "  - {use: test/remember}\n",
        "  - {use: test/remember, id: one}\n  - {use: test/remember, id: two, count: 5}\n",
    )
    report = table(run(runner, text + "sweep:\n  tuning.two.count: [1, 2]\n").folder)
    rows = [(row.name, row.variants) for row in report.rows]
    assert rows == [
        ("count=1 one", ("count=1", "count=2")),
        ("count=1 two", ("count=1",)),
        ("count=2 two", ("count=2",)),
    ]
    assert {row.comparison.test.family for row in report.rows if row.comparison.test} == {3}


def test_a_variant_that_fails_does_not_keep_the_others_and_is_named(runner: Any) -> None:
    fields = (
        "sweep:\n  tuning.0:\n    - {label: good, value: {use: test/remember}}\n"
        "    - {label: bad, value: {use: test/remember, broken: true}}\n"
        "    - {label: better, value: {use: test/remember, count: 2}}\n"
    )
    with pytest.raises(VariantsFailedError) as raised:
        run(runner, ONE + fields)
    assert raised.value.exit_code == ExitCode.PLUGIN
    assert "1 of 3 variants failed" in str(raised.value)
    assert "bad: test-remember (test/remember) failed: ZeroDivisionError" in str(raised.value)
    report = table(runner.workspace.run_folder("numbers"))
    assert [row.name for row in report.rows] == ["good", "better"]
    assert [bool(variant.problem) for variant in report.variants] == [False, True, False]
    assert any("1 of 3 variants failed" in line for line in report.lines)


def test_a_stage_that_failed_is_not_tried_again_for_the_next_variant(runner: Any) -> None:
    with pytest.raises(VariantsFailedError, match="3 of 3 variants failed") as raised:
        run(runner, ONE + GRID, "documents.0.broken=true")
    assert "report.html" not in str(raised.value)
    assert [event for event in runner.events if event[0] == "before"] == [("before", "documents.0")]
    assert not (runner.workspace.run_folder("numbers") / "report.json").exists()


def test_a_full_disk_stops_the_sweep_and_the_same_command_goes_on_to_the_same_bytes(
    runner: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = files(run(runner).folder)
    artifacts = files(runner.workspace.artifacts.folder)
    runner.workspace = Workspace(tmp_path / "again")
    count = 0

    def full(*arguments: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        if count == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*arguments, **more)

    from byeori.stages import scores

    write = scores.write
    with monkeypatch.context() as patch:
        patch.setattr("byeori.stages.scores.write", full)
        with pytest.raises(StoppedError, match="free some space and run again"):
            run(runner)
    assert not (runner.workspace.run_folder("numbers") / "report.json").exists()
    assert files(run(runner).folder) == wanted
    assert files(runner.workspace.artifacts.folder) == artifacts


def test_a_sweep_that_is_stopped_keeps_what_its_variants_finished(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = runner.registry.components("evaluator")["test/recall"].cls
    whole = evaluator.score

    def stopped(self: Any, model: Any, items: Any, context: Any) -> Any:
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(model.name)
        return whole(self, model, items, context)

    asked: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(evaluator, "score", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(runner)
    done = run(runner)
    assert [variant.made for variant in done.runs.values()] == [
        [],
        ["scores.test-recall.test-remember"],
        ["test-remember", "scores.test-recall.test-remember"],
    ]


def test_one_variant_alone_lies_where_the_sweep_will_find_it(runner: Any) -> None:
    from byeori.run import execute

    plan = sweep(runner).members[2].plan
    alone = execute(plan, runner.workspace, Silent())
    assert alone.folder == runner.workspace.run_folder("numbers") / "count=3"
    assert run(runner).runs["count=3"].made == []


def test_what_a_kill_left_half_written_is_cleared_away(runner: Any) -> None:
    folder = run(runner).folder
    for part in (folder / ".plan.json.1.part", folder / "count=2" / ".report.md.1.part"):
        part.write_text("half")
    run(runner)
    assert not list(folder.rglob("*.part"))
