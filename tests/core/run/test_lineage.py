from typing import Any

import pytest

from byeori import Example, Item
from byeori.bulk import Rows
from byeori.lineage import explain


def kinds(facts: list[dict[str, Any]]) -> list[str]:
    return [fact["kind"] for fact in facts]


def test_an_item_leads_to_its_scores_its_example_and_its_document(runner: Any) -> None:
    run = runner.run()
    items = Rows(run.artifacts["items.test-recall"].path("items.arrow"), Item)
    facts = explain(runner.workspace, items[0].id)
    assert kinds(facts)[:4] == ["item", "score", "score", "score"]
    assert {"example", "document"} <= set(kinds(facts))
    (document,) = {fact["row"]["text"] for fact in facts if fact["kind"] == "document"}
    assert document.removeprefix("the number ") == items[0].reference
    assert facts[0]["component"] == "test/recall v1"


def test_a_rejected_row_is_explained_with_its_reason(runner: Any) -> None:
    runner.run()
    (fact,) = explain(runner.workspace, "numbers:9")
    assert fact["kind"] == "reject"
    assert fact["row"]["reason"] == "ends in nine"
    assert fact["stage"] == "documents.0"


def test_an_answer_of_a_model_is_found_by_its_key_and_from_the_example_it_made(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from byeori.store.answers import AnswerJournal

    runner.workspace.folder.mkdir(parents=True)
    with AnswerJournal(runner.workspace.answers) as journal:
        answer = journal.put("http://127.0.0.1/v1", {"messages": []}, {"choices": []})
    (fact,) = explain(runner.workspace, answer.key)
    assert fact["kind"] == "answer"
    generator = runner.registry.components("generator")["test/questions"].cls
    plain = generator.examples

    def with_key(self: Any, *arguments: Any) -> Any:
        for example in plain(self, *arguments):
            yield Example(
                instruction=example.instruction,
                output=example.output,
                document_id=example.document_id,
                metadata={"answer": answer.key},
            )

    monkeypatch.setattr(generator, "examples", with_key)
    run = runner.run()
    example = Rows(run.artifacts["examples"].path("examples.arrow"), Example)[0]
    assert "answer" in kinds(explain(runner.workspace, example.id))


def test_an_unknown_id_has_no_lineage(runner: Any) -> None:
    runner.run()
    assert explain(runner.workspace, "0" * 16) == []


def test_a_damaged_artifact_hides_nothing_else(runner: Any) -> None:
    run = runner.run()
    (run.artifacts["split"].folder / "manifest.json").write_text("{")
    (run.artifacts["one"].folder / "manifest.json").write_bytes(b"\xff")
    (fact,) = explain(runner.workspace, "numbers:9")
    assert fact["kind"] == "reject"
