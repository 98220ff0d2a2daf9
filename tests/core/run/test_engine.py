import errno
import json
from pathlib import Path
from typing import Any

import pytest

from byeori import DataError, Document, Example, PluginError, StoppedError
from byeori.bulk import Rows
from byeori.report import from_json
from byeori.stages.documents import DOCUMENTS


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_run_makes_every_stage_once_and_a_second_run_none(runner: Any) -> None:
    first = runner.run()
    assert first.made == [stage.id for stage in first.plan.stages]
    before = files(runner.workspace.artifacts.folder)
    second = runner.run()
    assert second.made == []
    assert files(runner.workspace.artifacts.folder) == before


def test_two_workspaces_end_with_the_same_bytes(runner: Any, tmp_path: Path) -> None:
    from byeori.store import Workspace

    one = runner.run()
    figures = files(one.folder)
    artifacts = files(runner.workspace.artifacts.folder)
    runner.workspace = Workspace(tmp_path / "elsewhere")
    other = runner.run()
    assert files(runner.workspace.artifacts.folder) == artifacts
    for name in ("report.json", "report.md", "scores.json", "scores.parquet", "plan.json"):
        assert (other.folder / name).read_bytes() == figures[name], name


def test_rows_are_checked_counted_and_signed(runner: Any) -> None:
    run = runner.run()
    documents = Rows(run.artifacts["documents"].path(DOCUMENTS), Document)
    assert len(documents) == 18
    assert all(document.id for document in documents)
    counts = {name: artifact.manifest["rejects"] for name, artifact in run.artifacts.items()}
    assert counts["documents.0"] == {"documents.0": {"ends in nine": 2}}
    assert counts["examples.0"] == {"examples.0": {"exact duplicate of an earlier row": 1}}
    assert counts["examples"] == {"filters.0": {"dropped without a reason": 9, "zero": 1}}
    examples = Rows(run.artifacts["examples"].path("examples.arrow"), Example)
    assert {example.generator for example in examples} == {"test/questions"}


def test_no_document_is_in_two_splits(runner: Any) -> None:
    run = runner.run()
    ids = [
        set(Rows(run.artifacts["split"].path(f"{name}.arrow"), Example).column("document_id"))
        for name in ("train", "validation", "test")
    ]
    assert not (ids[0] & ids[1] or ids[0] & ids[2] or ids[1] & ids[2])
    assert sum(map(len, ids)) == 8


def test_the_report_compares_every_tuned_model_with_the_base_on_the_same_items(
    runner: Any,
) -> None:
    run = runner.run()
    report = from_json((run.folder / "report.json").read_text())
    assert [(c.model, c.baseline_model) for c in report.comparisons] == [
        ("one", "base"),
        ("two", "base"),
    ]
    assert report.comparisons[0].difference is not None
    assert report.comparisons[0].difference.value == 1
    assert report.provenance.licences == {"CC0-1.0": 18}
    assert [step.stage for step in report.steps][:2] == ["documents.0", "documents"]


def test_items_that_cannot_be_scored_are_counted_and_never_zero(runner: Any) -> None:
    run = runner.run("evaluators.0.broken=true")
    (one, _) = from_json((run.folder / "report.json").read_text()).comparisons
    assert one.items == 0
    assert one.unscored_tuned > 0
    assert one.difference is None


def test_a_later_stage_gets_the_model_the_earlier_one_made(runner: Any) -> None:
    run = runner.run()
    model = json.loads((run.artifacts["two"].folder / "model.json").read_text())
    assert model["adapters"] == [
        f"{run.plan.by_id[name].fingerprint}/adapter" for name in ("one", "two")
    ]


def test_a_changed_setting_runs_only_what_depends_on_it(runner: Any) -> None:
    runner.run()
    assert runner.run("tuning.1.count=4").made == ["two", "scores.test-recall.two"]


def test_what_a_component_raises_is_blamed_on_it_and_nothing_finished_is_lost(
    runner: Any,
) -> None:
    with pytest.raises(PluginError, match=r"documents\.0 \(test/numbers\) failed: ZeroDivision"):
        runner.run("documents.0.broken=true")
    assert runner.events[-1] == ("failed", "documents.0", "PluginError")
    assert not list(runner.workspace.artifacts.folder.glob("*/manifest.json"))


def test_too_little_data_is_an_error_that_says_what_is_missing(runner: Any) -> None:
    with pytest.raises(DataError, match="2 documents cannot be split"):
        runner.run("documents.0.count=4")
    with pytest.raises(DataError, match="gave no documents"):
        runner.run("documents.0.count=0")


def test_a_damaged_artifact_is_set_aside_and_made_again(runner: Any) -> None:
    first = runner.run()
    before = files(runner.workspace.artifacts.folder)
    (first.artifacts["split"].folder / "train.arrow").write_bytes(b"cut")
    assert runner.run().made == ["split"]
    after = files(runner.workspace.artifacts.folder)
    assert {name: data for name, data in after.items() if ".damaged" not in name} == before


def test_hooks_are_called_around_every_stage_that_is_made(runner: Any) -> None:
    run = runner.run()
    order = [event[:2] for event in runner.events]
    assert order == [(when, name) for name in run.made for when in ("before", "after")]
    runner.events.clear()
    runner.run()
    assert runner.events == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_stops_the_run_resumably(
    runner: Any, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(*_: object) -> None:
        raise OSError(code, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("byeori.stages.split.write", full)
        with pytest.raises(StoppedError, match="free some space and run again"):
            runner.run()
    assert "documents" not in runner.run().made


def test_an_evaluator_that_skips_an_item_is_refused(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = runner.registry.components("evaluator")["test/recall"].cls
    whole = evaluator.score
    monkeypatch.setattr(
        evaluator, "score", lambda self, *rest: list(whole(self, *rest))[1:], raising=True
    )
    with pytest.raises(PluginError, match="must score every item once by 'recall'"):
        runner.run()
