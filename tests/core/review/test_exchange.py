import json
from pathlib import Path
from typing import Any

import pytest

from byeori import DataError, Example
from byeori.browsing import open_run, ways
from byeori.bulk import Rows
from byeori.lineage import explain
from byeori.review.exchange import export_decisions, import_decisions
from byeori.review.records import Decision
from byeori.review.store import ReviewStore


def decide(study: Any, store: ReviewStore) -> list[str]:
    names = [row.id for row in study.subject.examples]
    store.decide(Decision(example=names[0], reviewer="kim", verdict="accept"))
    store.decide(Decision(example=names[1], reviewer="kim", verdict="reject", note="틀림"))
    edits = {"output": "저자"}
    store.decide(Decision(example=names[2], reviewer="kim", verdict="edit", edits=edits))
    return names


def test_what_is_exported_comes_back_the_same_and_only_once(
    study: Any, store: ReviewStore, tmp_path: Path
) -> None:
    decide(study, store)
    file = tmp_path / "decisions.jsonl"
    assert export_decisions(store, study.subject, file, everything=False) == 3
    first = file.read_bytes()
    with ReviewStore(tmp_path / "other.sqlite") as other:
        other.follow(study.subject)
        done = import_decisions(other, study.subject, file, "nobody")
        assert (done.taken, done.known, done.unknown) == (3, 0, [])
        assert list(other.current()) == list(store.current())
        done = import_decisions(other, study.subject, file, "nobody")
        assert (done.taken, done.known) == (0, 3)
        export_decisions(other, study.subject, file, everything=False)
    assert file.read_bytes() == first


def test_rows_corrected_in_another_tool_are_edits(
    study: Any, store: ReviewStore, tmp_path: Path
) -> None:
    file = tmp_path / "all.jsonl"
    assert export_decisions(store, study.subject, file, everything=True) == 24
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows[3]["output"] = "손으로 고침"
    rows.append({"example": "gone", "output": "x"})
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = import_decisions(store, study.subject, file, "lee")
    assert (done.taken, done.undecided, done.unknown) == (1, 23, ["gone"])
    (one,) = store.current()
    assert (one.reviewer, one.verdict, one.edits) == ("lee", "edit", {"output": "손으로 고침"})


def test_a_file_with_a_bad_line_changes_nothing(
    study: Any, store: ReviewStore, tmp_path: Path
) -> None:
    names = [row.id for row in study.subject.examples]
    file = tmp_path / "bad.jsonl"
    file.write_text(f'{{"example": "{names[0]}", "verdict": "accept"}}\n{{"example": 1}}\n')
    with pytest.raises(DataError, match=r"bad\.jsonl:2: not a decision"):
        import_decisions(store, study.subject, file, "lee")
    assert list(store.current()) == []


def test_decisions_become_part_of_the_lineage_and_a_changed_file_runs_again(
    study: Any, store: ReviewStore
) -> None:
    names = decide(study, store)
    file = study.folder / "decisions.jsonl"
    export_decisions(store, study.subject, file, everything=False)
    run = study.run("[{use: reviewed, path: decisions.jsonl}]")
    artifact = run.artifacts["examples"]
    rows = list(Rows(artifact.path("examples.arrow"), Example))
    assert len(rows) == 23
    (edited,) = [row for row in rows if row.output == "저자"]
    facts = explain(study.workspace, edited.id)
    kinds = [fact["kind"] for fact in facts]
    assert "decision" in kinds
    told = facts[kinds.index("decision")]["row"]
    assert (told["reviewer"], told["edits"]) == ("kim", {"output": "저자"})
    assert names[2] in {fact["row"].get("id") for fact in facts}
    assert "document" in kinds
    way = ways(open_run(study.workspace, "mine/sample"), [edited.id])[edited.id]
    assert way.before is not None
    assert (way.before["id"], way.before["output"]) == (names[2], study.subject.examples[2].output)
    assert [(s["stage"], s["what"]) for s in way.steps] == [
        ("examples.0", "made"),
        ("examples", "kept"),
    ]
    rejected = explain(study.workspace, names[1])
    assert {"reject", "decision"} <= {fact["kind"] for fact in rejected}
    # What the review goes on with is what the filter was given, rejected examples among it.
    assert [row.id for row in study.subject.examples] == names
    assert study.run("[{use: reviewed, path: decisions.jsonl}]").made == []
    store.undo("kim")
    export_decisions(store, study.subject, file, everything=False)
    assert study.run("[{use: reviewed, path: decisions.jsonl}]").made == ["examples"]
