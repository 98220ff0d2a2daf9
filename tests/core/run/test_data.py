import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from byeori import DataError, Example, PluginError
from byeori.browsing import Wanted, condition, drops, open_run, rows, ways
from byeori.browsing.table import batches
from byeori.bulk import write
from byeori.cli.main import run as command
from byeori.store.answers import AnswerJournal


def listed(runner: Any, stage: str, *where: str, search: tuple[str, ...] = ()) -> list[str]:
    data = open_run(runner.workspace, "numbers")
    wanted = Wanted(search, tuple(condition(text) for text in where))
    page = rows([data.stage(stage)], wanted, start=0, limit=99)
    assert page.total == len(page.rows)
    return [row["output"] if "output" in row else row["text"] for row in page.rows]


def test_rows_are_found_by_words_and_by_conditions_on_columns_and_metadata(runner: Any) -> None:
    runner.run()
    assert listed(runner, "examples", search=("NUMBER 15",)) == ["15"]
    assert listed(runner, "examples", search=("number", "qh7")) == []
    assert listed(runner, "examples", "output=7", "task=number") == ["7"]
    assert "7" not in listed(runner, "examples", "output!=7")
    assert listed(runner, "documents", "metadata.n=12") == ["the number 12"]
    assert listed(runner, "documents.0", "metadata.n~8") == ["the number 8", "the number 18"]


def test_pages_follow_each_other_without_gap_or_repetition(runner: Any) -> None:
    runner.run()
    data = open_run(runner.workspace, "numbers")
    stages = [data.stage("split")]
    everything = rows(stages, Wanted(), start=0, limit=99)
    pages = [rows(stages, Wanted(), start=at, limit=4) for at in range(0, everything.total, 4)]
    assert [row for page in pages for row in page.rows] == everything.rows
    assert {row["split"] for row in everything.rows} == {"train", "validation", "test"}
    assert {page.total for page in pages} == {everything.total}


def test_an_unknown_field_or_stage_is_refused_with_what_there_is(runner: Any) -> None:
    runner.run()
    with pytest.raises(ValueError, match="no field 'langage'; there is instruction"):
        listed(runner, "examples", "langage=ko")
    with pytest.raises(ValueError, match="write FIELD=VALUE"):
        condition("language")
    with pytest.raises(DataError, match=r"did you mean 'filters\.0'"):
        listed(runner, "filter.0")
    with pytest.raises(DataError, match=r"no run is named 'number'.*did you mean 'numbers'"):
        open_run(runner.workspace, "number")


def test_drops_are_listed_by_step_and_reason(runner: Any) -> None:
    runner.run()
    data = open_run(runner.workspace, "numbers")
    zero = drops(data.stages, Wanted(), reason="ZERO", start=0, limit=9)
    assert [(r["stage"], r["step"], r["reason"]) for r in zero.rows] == [
        ("examples", "filters.0", "zero")
    ]
    nines = drops(data.stages, Wanted(("numbers:19",)), start=0, limit=9)
    assert [row["where"] for row in nines.rows] == ["numbers:19"]
    other = drops([data.stage("examples")], Wanted(), step="filters.1", start=0, limit=9)
    assert other.total == 0


def test_the_way_of_a_row_leads_from_its_document_to_its_split(runner: Any) -> None:
    runner.run()
    data = open_run(runner.workspace, "numbers")
    (row,) = rows([data.stage("examples")], Wanted((), (condition("output=7"),)), start=0,
                  limit=9).rows  # fmt: skip
    way = ways(data, [row["id"]])[row["id"]]
    assert way.document is not None
    assert way.document["text"] == "the number 7"
    assert way.document["origin"] == "line 0"
    assert [(s["stage"], s["what"]) for s in way.steps][:2] == [
        ("examples.0", "made"),
        ("examples", "kept"),
    ]
    assert way.steps[2]["stage"] == "split"
    assert way.steps[2]["what"] in ("in train", "in validation", "in test")


def test_the_way_of_a_dropped_row_ends_where_it_was_dropped(runner: Any) -> None:
    runner.run()
    data = open_run(runner.workspace, "numbers")
    (drop,) = drops(data.stages, Wanted(), reason="zero", start=0, limit=9).rows
    way = ways(data, [drop["where"]])[drop["where"]]
    assert way.row is not None
    assert way.row["output"] == "0"
    assert [(s["stage"], s["what"]) for s in way.steps] == [
        ("examples.0", "made"),
        ("examples.0", "dropped"),  # the same example was made twice
        ("examples", "dropped"),
    ]
    assert way.steps[-1]["step"] == "filters.0"


def test_the_way_holds_the_prompt_and_the_answer_of_the_model(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.workspace.folder.mkdir(parents=True)
    response = {"choices": [{"message": {"content": "forty-two"}}]}
    messages = [{"role": "user", "content": "How much?"}]
    with AnswerJournal(runner.workspace.answers) as journal:
        asked = {"model": "small", "messages": messages}
        answer = journal.put("http://127.0.0.1/v1", asked, response)
    generator = runner.registry.components("generator")["test/questions"].cls

    def examples(self: Any, documents: Any, context: Any) -> Any:
        for document in documents:
            number = str(document.metadata["n"])
            metadata = {"answer": answer.key}
            yield Example(instruction=number, output=number, document_id=document.id,
                          metadata=metadata)  # fmt: skip

    monkeypatch.setattr(generator, "examples", examples)
    runner.run()
    data = open_run(runner.workspace, "numbers")
    row = rows([data.stage("examples")], Wanted(), start=0, limit=1).rows[0]
    way = ways(data, [row["id"]])[row["id"]]
    assert (way.prompt, way.answer) == (messages, "forty-two")
    assert way.answered_by == "small at http://127.0.0.1/v1"


def test_a_run_that_is_not_finished_is_shown_as_far_as_it_got(runner: Any) -> None:
    broken = runner.text.replace("{use: test/numbers}", "{use: test/numbers, broken: true}")
    with pytest.raises(PluginError):
        runner.run(text=broken)
    data = open_run(runner.workspace, "numbers")
    states = {stage.id: stage.state for stage in data.stages}
    assert states["documents.0"] == "being made"
    assert states["examples"] == "to do"
    dropped = drops(data.stages, Wanted(), start=0, limit=9)
    assert {row["reason"] for row in dropped.rows} == {"ends in nine"}
    assert rows(data.stages, Wanted(), start=0, limit=9).total == 0


def test_of_a_file_that_is_being_written_the_whole_batches_are_read(tmp_path: Path) -> None:
    path = tmp_path / "examples.arrow"
    write(path, (Example(instruction=str(n), output="x") for n in range(3000)), Example)
    whole = path.read_bytes()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 20):
        path.write_bytes(whole[:size])
        read = [row for batch in batches(path, whole=False) for row in batch.to_pylist()]
        assert [row["instruction"] for row in read] == [str(n) for n in range(len(read))]
        assert (len(read) > 1000) == (size > 1000)
    with pytest.raises((pa.ArrowInvalid, OSError)):
        list(batches(path, whole=True))


def shown(runner: Any, capsys: Any, *arguments: str, code: int = 0) -> str:
    workspace = str(runner.workspace.folder)
    assert command(["data", "numbers", "--workspace", workspace, *arguments]) == code
    return str(capsys.readouterr().out if code == 0 else capsys.readouterr().err)


def test_the_command_shows_stages_reasons_rows_and_ways(runner: Any, capsys: Any) -> None:
    runner.run()
    table = shown(runner, capsys)
    assert "filters.0 test/odd v1 dropped 1: zero" in table
    assert re.search(r"filters\.0 +test/odd v1 +8 +10 +0\n", table)
    assert re.search(r"examples +test/odd v1 +done +8 +10\n", table)
    first = shown(runner, capsys, "--stage", "examples", "--limit", "2", "--lineage")
    assert "1 to 2 of 8; --page 2 shows more" in first
    assert "-> examples: kept by test/odd v1" in first
    assert "<- document" in first
    dropped = shown(runner, capsys, "--dropped", "", "--stage", "filters.0")
    assert "zero" in dropped
    assert shown(runner, capsys, "--stage", "filters.0") == dropped
    whole = shown(runner, capsys, "--dropped", "zero", "--lineage")
    assert "output: 0\n" in whole
    assert "8 to 8 of 8" in shown(runner, capsys, "--page", "2", "--limit", "7")
    assert "only 8 rows" in shown(runner, capsys, "--page", "3")
    assert "no such rows" in shown(runner, capsys, "--search", "nowhere")
    hint = shown(runner, capsys, "--where", "metadata.n=12")
    assert "no metadata.n; there is no metadata\ndocuments have it: --stage documents" in hint
    assert "no field 'x'" in shown(runner, capsys, "--where", "x=1", code=2)


def test_the_command_prints_json_that_agrees_with_the_manifests(runner: Any, capsys: Any) -> None:
    run = runner.run()
    stages = {s["stage"]: s for s in json.loads(shown(runner, capsys, "--json"))["stages"]}
    for name, artifact in run.artifacts.items():
        if name in stages:
            rejects = artifact.manifest["rejects"]
            counted = {(r["step"], r["reason"]): r["rows"] for r in stages[name]["reasons"]}
            assert counted == {(s, r): n for s, by in rejects.items() for r, n in by.items()}
    page = json.loads(shown(runner, capsys, "--json", "--search", "number 1", "--lineage"))
    assert page["total"] == len(page["rows"]) == 5
    assert all(row["lineage"]["document"]["text"] in row["instruction"] for row in page["rows"])
