import errno
import json
from dataclasses import replace
from itertools import islice
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


def test_the_same_document_at_two_places_is_one_document(runner: Any) -> None:
    run = runner.run("documents.0.copies=true")
    assert len(Rows(run.artifacts["documents"].path(DOCUMENTS), Document)) == 18
    rejects = run.artifacts["documents.0"].manifest["rejects"]["documents.0"]
    assert rejects["exact duplicate of an earlier row"] == 18


def test_a_wording_kept_for_the_test_is_never_trained_on_and_the_other_way_round(
    runner: Any,
) -> None:
    run = runner.run("examples.0.wordings=true")
    texts = {
        name: [e.instruction for e in Rows(run.artifacts[stage].path(f"{name}.arrow"), Example)]
        for stage, name in (("training", "train"), ("training", "validation"), ("split", "test"))
    }
    for name, unwanted in (("train", "test"), ("validation", "test"), ("test", "train")):
        assert texts[name]
        assert not [text for text in texts[name] if text.startswith(f"For {unwanted}")]
    assert [text for text in texts["train"] if text.startswith("For train")]
    assert [text for text in texts["test"] if text.startswith("For test")]


def test_a_question_that_is_also_an_item_is_taken_out_of_the_training_data(runner: Any) -> None:
    run = runner.run("examples.0.shared=true")
    training = Rows(run.artifacts["training"].path("train.arrow"), Example)
    assert len(training) > 0
    assert "Which number is it?" not in {example.instruction for example in training}
    (reasons,) = run.artifacts["training"].manifest["rejects"].values()
    assert reasons["leakage: same question as an evaluation item"] > 0


def test_documents_of_one_group_stay_together(runner: Any) -> None:
    run = runner.run("documents.0.group=true", "documents.0.count=40")
    groups = {
        document.id: document.metadata["split_group"]
        for document in Rows(run.artifacts["documents"].path(DOCUMENTS), Document)
    }
    found = [
        {groups[e.document_id] for e in Rows(run.artifacts["split"].path(f"{n}.arrow"), Example)}
        for n in ("train", "validation", "test")
    ]
    assert sum(map(len, found)) == len(set.union(*found))


def test_a_renamed_evaluation_or_model_is_shown_under_its_new_name_and_not_done_again(
    runner: Any,
) -> None:
    runner.run()
    text = runner.text.replace("{use: test/recall}", "{use: test/recall, id: memory}")
    text = text.replace("id: two", "id: second")
    run = runner.run(text=text)
    assert run.made == []
    report = from_json((run.folder / "report.json").read_text())
    assert [(c.evaluator, c.model) for c in report.comparisons] == [
        ("memory", "one"),
        ("memory", "second"),
    ]


def test_two_stages_with_the_same_settings_share_one_artifact(runner: Any) -> None:
    text = runner.text.replace(", from: one, count: 3", "")
    run = runner.run(text=text)
    assert run.artifacts["one"].folder == run.artifacts["two"].folder
    report = from_json((run.folder / "report.json").read_text())
    assert [c.model for c in report.comparisons] == ["one", "two"]


def test_a_failing_plugins_hook_does_not_hide_why_a_stage_failed(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boom(*_: object) -> None:
        raise ValueError("the hook is broken too")

    real = runner.registry.manager.hook.byeori_stage_failed.get_hookimpls()[0]
    monkeypatch.setattr(real, "function", boom)
    monkeypatch.setattr(real, "argnames", ("stage",))
    with pytest.raises(PluginError, match="ZeroDivisionError"):
        runner.run("documents.0.broken=true")


def test_a_missing_file_is_blamed_on_the_component_that_wanted_it(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = runner.registry.components("source")["test/numbers"].cls

    def documents(self: Any, context: Any) -> Any:
        raise FileNotFoundError(2, "No such file or directory", "numbers.txt")

    monkeypatch.setattr(source, "documents", documents)
    with pytest.raises(PluginError, match=r"test/numbers\) failed: FileNotFoundError.*numbers"):
        runner.run()


def test_a_filter_that_stops_early_has_dropped_the_rest(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = runner.registry.components("filter")["test/odd"].cls
    monkeypatch.setattr(odd, "keep", lambda self, rows, context: islice(rows, 12))
    run = runner.run()
    assert run.artifacts["examples"].counts["kept"] == 12
    assert run.artifacts["examples"].manifest["rejects"]["filters.0"] == {
        "dropped without a reason": 6
    }


def test_a_row_that_a_filter_rewrites_gets_another_id(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = runner.registry.components("filter")["test/odd"].cls
    before = set(
        Rows(runner.run().artifacts["examples.0"].path("examples.arrow"), Example).column("id")
    )

    def redact(self: Any, rows: Any, context: Any) -> Any:
        return (replace(row, output="#") for row in rows)

    monkeypatch.setattr(odd, "keep", redact)
    monkeypatch.setattr(odd, "version", 2)
    run = runner.run()
    after = Rows(run.artifacts["examples"].path("examples.arrow"), Example)
    assert not before & set(after.column("id"))
    assert {row.metadata["rewritten_from"] for row in after} == before
    counts = run.artifacts["examples"].counts["filters"]["filters.0"]
    assert (counts["kept"], counts["dropped"], counts["rewrote"]) == (18, 0, 18)


def test_a_file_that_changes_while_it_is_read_stops_the_run(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byeori.plan.stage.Stage.unchanged", lambda self: self.id != "split")
    with pytest.raises(StoppedError, match="a file that split reads was changed"):
        runner.run()
    assert runner.workspace.artifacts.exists(runner.plan().by_id["documents"].fingerprint)
    assert not runner.workspace.artifacts.exists(runner.plan().by_id["split"].fingerprint)


def test_a_report_knows_whether_the_recipe_has_changed_since(
    runner: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from byeori.cli.inspecting import is_stale
    from byeori.run.record import write_plan

    run = runner.run()
    assert not is_stale(run.folder)
    write_plan(runner.plan("seed=7"), run.folder)
    assert is_stale(run.folder)


def test_options_stand_above_the_recipe_in_the_report(runner: Any) -> None:
    run = runner.run("seed=7")
    report = from_json((run.folder / "report.json").read_text())
    assert report.recipe.startswith("# --set seed=7\nname: numbers")


@pytest.mark.parametrize("way_out", [SystemExit(0), SystemExit("bye"), MemoryError()])
def test_whatever_a_component_raises_is_blamed_on_it(
    runner: Any, monkeypatch: pytest.MonkeyPatch, way_out: BaseException
) -> None:
    source = runner.registry.components("source")["test/numbers"].cls

    def documents(self: Any, context: Any) -> Any:
        raise way_out

    monkeypatch.setattr(source, "documents", documents)
    with pytest.raises(PluginError, match=r"documents\.0 \(test/numbers\) failed"):
        runner.run()


def test_a_hook_that_ends_the_process_is_an_error_of_its_plugin(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave() -> None:
        raise SystemExit(0)

    hook = runner.registry.manager.hook.byeori_before_stage.get_hookimpls()[0]
    monkeypatch.setattr(hook, "function", leave)
    monkeypatch.setattr(hook, "argnames", ())
    with pytest.raises(PluginError, match=r"plugin 'test' .* failed in byeori_before_stage"):
        runner.run()


def test_a_filter_that_yields_a_row_twice_is_refused(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = runner.registry.components("filter")["test/odd"].cls
    monkeypatch.setattr(
        odd, "keep", lambda self, rows, context: (r for row in rows for r in [row] * 2)
    )
    with pytest.raises(PluginError, match=r"yielded the row .* twice"):
        runner.run()


def test_a_model_whose_files_are_not_there_is_refused_at_once(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = runner.registry.components("tuning")["test/remember"].cls

    def tune(self: Any, model: Any, data: Any, context: Any) -> Any:
        return replace(model, adapters=(str(context.output / "adapter"),))

    monkeypatch.setattr(method, "tune", tune)
    with pytest.raises(PluginError, match="there is no such folder"):
        runner.run()


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"files": []}', '{"format": 1, "counts": {}, "files": {"x": 1}}']
)
def test_a_garbled_manifest_is_damage_and_the_stage_is_made_again(
    runner: Any, manifest: str
) -> None:
    first = runner.run()
    (first.artifacts["split"].folder / "manifest.json").write_text(manifest)
    assert runner.run().made == ["split"]


def test_what_stands_in_the_workspaces_way_is_named(runner: Any) -> None:
    runner.workspace.folder.mkdir(parents=True)
    (runner.workspace.folder / "runs").write_text("a file")
    with pytest.raises(StoppedError, match=r"cannot be used: .*runs"):
        runner.run()


def test_a_log_of_times_that_is_garbled_costs_nothing(runner: Any) -> None:
    run = runner.run()
    with (run.folder / "events.jsonl").open("ab") as log:
        log.write(b"\xff\xfe{")
    assert runner.run().made == []


def test_scores_of_two_kinds_of_machine_are_not_compared(runner: Any) -> None:
    runner.run()
    runner.arithmetic[0] = "bfloat16 on cuda"
    with pytest.raises(DataError, match=r"float32 on cpu, bfloat16 on cuda.*delete .* and run"):
        runner.run("tuning.1.count=4")


def test_a_tuning_stage_with_a_seed_of_its_own_shares_everything_before_it(runner: Any) -> None:
    runner.run()
    run = runner.run("tuning.two.seed=7")
    assert run.made == ["two", "scores.test-recall.two"]
    assert run.artifacts["two"].manifest["seed"] == 7
    assert run.artifacts["one"].manifest["seed"] == 42
