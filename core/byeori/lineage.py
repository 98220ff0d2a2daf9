"""Leads any document, example, item or score back to where it came from."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from byeori.bulk import Rows
from byeori.records import Answer, Document, Example, Item, Score
from byeori.review.records import DECISIONS, reviewed_id
from byeori.stages.answers import ANSWERS
from byeori.stages.documents import DOCUMENTS
from byeori.stages.examples import EXAMPLES
from byeori.stages.filtering import REWRITTEN
from byeori.stages.items import ITEMS
from byeori.stages.job import REJECTS
from byeori.stages.scores import SCORES
from byeori.store import Workspace
from byeori.store.artifacts import DamagedArtifactError

_FILES: dict[str, type[Any]] = {
    DOCUMENTS: Document,
    EXAMPLES: Example,
    ITEMS: Item,
    "train.arrow": Example,
    "validation.arrow": Example,
    "test.arrow": Example,
}
_OF_ITEMS: dict[str, tuple[type[Any], str]] = {
    SCORES: (Score, "score"),
    ANSWERS: (Answer, "prediction"),
}
_KIND_OF_FILE = {DOCUMENTS: "document", ITEMS: "item"}


def explain(workspace: Workspace, id_: str) -> list[dict[str, Any]]:
    """Everything the workspace knows of an id, from the row itself back to its document.

    Returns:
        Facts in that order: `{"kind", "stage", "component", "artifact", "row"}`; empty where the
        id is unknown. `kind` is document, example, item, score, prediction (a model's answer to an
        item), reject, decision or answer (of an endpoint).
    """
    facts = list(_rows_named(workspace, id_))
    facts += _scores_of(workspace, id_)
    facts += _rejects_of(workspace, id_)
    facts += _decisions_on(workspace, {id_, *_origins(facts)})
    for parent in sorted(_parents(facts) - {id_}):
        facts += _rows_named(workspace, parent)
    facts += _answers(workspace, id_, facts)
    return facts


def _manifests(workspace: Workspace) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Whole artifacts only: a damaged one is passed over, `byeori run` makes it again."""
    store = workspace.artifacts
    for folder in sorted(store.folder.glob("[0-9a-f]*")):
        try:
            artifact = store.find(folder.name)
        except DamagedArtifactError:
            continue
        if artifact is not None:
            yield folder, dict(artifact.manifest)


def _fact(kind: str, folder: Path, manifest: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    steps = [step for step in manifest["steps"] if isinstance(step, dict)]
    return {
        "kind": kind,
        "stage": manifest["stage"],
        "component": ", ".join(f"{step['component']} v{step['version']}" for step in steps),
        "artifact": folder.name,
        "row": row,
    }


def _rows_named(workspace: Workspace, id_: str) -> Iterator[dict[str, Any]]:
    for folder, manifest in _manifests(workspace):
        for file in manifest["files"]:
            if row_type := _FILES.get(file):
                rows: Rows[Any] = Rows(folder / file, row_type)
                ids = rows.column("id")
                if id_ in ids:
                    kind = _KIND_OF_FILE.get(file, "example")
                    yield _fact(kind, folder, manifest, asdict(rows[ids.index(id_)]))


def _scores_of(workspace: Workspace, item: str) -> Iterator[dict[str, Any]]:
    """Scores of an item, and what models answered to it where answers are kept apart."""
    for folder, manifest in _manifests(workspace):
        for file, (row_type, kind) in _OF_ITEMS.items():
            if file in manifest["files"]:
                rows: Rows[Any] = Rows(folder / file, row_type)
                for number, id_ in enumerate(rows.column("item_id")):
                    if id_ == item:
                        yield _fact(kind, folder, manifest, asdict(rows[number]))


def _rejects_of(workspace: Workspace, id_: str) -> Iterator[dict[str, Any]]:
    for folder, manifest in _manifests(workspace):
        if REJECTS in manifest["files"]:
            with (folder / REJECTS).open(encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
            for row in rows:
                if row["where"] == id_:
                    yield _fact("reject", folder, manifest, row)


def _decisions_on(workspace: Workspace, examples: set[str]) -> Iterator[dict[str, Any]]:
    """What reviewers decided about examples, as far as a run applied it."""
    for folder, manifest in _manifests(workspace):
        if DECISIONS in manifest["files"]:
            with (folder / DECISIONS).open(encoding="utf-8") as lines:
                for row in map(json.loads, lines):
                    if row["example"] in examples:
                        yield _fact("decision", folder, manifest, row)


def _origins(facts: list[dict[str, Any]]) -> set[str]:
    """The ids under which examples that a person edited were reviewed."""
    return {reviewed_id(fact["row"]) for fact in facts} - {""}


def _parents(facts: list[dict[str, Any]]) -> set[str]:
    rows = [fact["row"] for fact in facts]
    named = {row[name] for row in rows for name in ("document_id", "example_id") if row.get(name)}
    named |= {row["metadata"][REWRITTEN] for row in rows if REWRITTEN in row.get("metadata", ())}
    return named | _origins(facts)


def _answers(
    workspace: Workspace, id_: str, facts: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Model answers that rows name in their metadata, and one named by its own key.

    Rows name them under `answer`, `quality_answer` and other keys that end so.
    """
    from byeori.store.answers import AnswerJournal

    metadata = (fact["row"].get("metadata", {}).items() for fact in facts)
    named = {str(value) for key, value in chain.from_iterable(metadata) if key.endswith("answer")}
    keys = named | {id_}
    if not workspace.answers.exists():
        return
    with AnswerJournal(workspace.answers) as journal:
        for key in sorted(keys - {""}):
            for answer in journal.lookup(key):
                yield {
                    "kind": "answer",
                    "stage": "",
                    "component": answer.endpoint,
                    "artifact": workspace.answers.name,
                    "row": asdict(answer),
                }
