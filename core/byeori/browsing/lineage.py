"""The way of rows through one run: document, prompt, answer, filters, split."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from byeori.browsing.run_data import DataStage, RunData
from byeori.browsing.table import batches, decoded, rejects
from byeori.stages.filtering import REWRITTEN
from byeori.store.answers import Answer, AnswerJournal


@dataclass
class Way:
    """What a run did with one row.

    Attributes:
        id: of the row.
        row: the row itself, where it is whole somewhere; of a dropped one, as it was before.
        document: the document it was made from, or None.
        prompt: the messages the model was asked with; empty where no model was.
        answer: what the model answered, or empty.
        answered_by: name and endpoint of the model, and the journal's key of the answer.
        steps: what happened to it, in order: `{"stage", "what"}` and, where a step of the stage
            dropped it, `step` and `reason`.
        before: the row as it was made, where filters or reviewers rewrote it since.
    """

    id: str
    row: Mapping[str, Any] | None = None
    document: Mapping[str, Any] | None = None
    prompt: Sequence[Mapping[str, Any]] = ()
    answer: str = ""
    answered_by: str = ""
    steps: list[dict[str, str]] = field(default_factory=list)
    before: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """As `byeori data --lineage --json` shows it."""
        return asdict(self)


def ways(run: RunData, ids: Iterable[str]) -> dict[str, Way]:
    """The ways of these rows, by id; files are read batch by batch, ids alone where possible."""
    found = {id_: Way(id_) for id_ in ids if id_}
    dropped = _dropped(run, found)
    for stage in run.stages:
        for path in stage.files:
            for row in lookup(path, found, whole=stage.state == "done"):
                _passed(found[row["id"]], stage, path, row)
        for reject in dropped.get(stage.id, ()):
            what = {"stage": stage.id, "what": "dropped"}
            what |= {"step": reject["step"], "reason": reject["reason"]}
            found[reject["where"]].steps.append(what)
    _parents(run, list(found.values()))
    _answers(run, found.values())
    return found


def lookup(path: Path, ids: Iterable[str], *, whole: bool = True) -> Iterator[dict[str, Any]]:
    """The rows of a file that have one of these ids."""
    wanted = pa.array(list(ids), pa.string())
    for batch in batches(path, whole=whole) if len(wanted) else ():
        mask = pc.is_in(batch.column("id"), value_set=wanted)
        if pc.any(mask).as_py():
            for row in batch.filter(mask).to_pylist():
                yield decoded(row)


def _passed(way: Way, stage: DataStage, path: Path, row: dict[str, Any]) -> None:
    way.row = way.row or row
    way.steps.append(_step(stage, path))


def _step(stage: DataStage, path: Path) -> dict[str, str]:
    what = f"in {path.stem}" if len(stage.files) > 1 else "kept"
    if stage.kind in ("source", "generator"):
        what = "read" if stage.kind == "source" else "made"
    by = ", ".join(stage.steps.values())
    return {"stage": stage.id, "what": what, **({"by": by} if by else {})}


def _dropped(run: RunData, ids: Mapping[str, Way]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rejects(run.stages):
        if row["where"] in ids:
            found.setdefault(row["stage"], []).append(row)
    return found


def _parents(run: RunData, found: Collection[Way]) -> None:
    named = {
        way.id: (str(row.get("document_id") or ""), str(row["metadata"].get(REWRITTEN) or ""))
        for way in found
        if (row := way.row) is not None
    }
    documents = _by_id(run.of_kind("documents", "source"), {id_ for id_, _ in named.values()})
    made = _by_id(run.of_kind("generator", "source"), {id_ for _, id_ in named.values()})
    for way in found:
        document, before = named.get(way.id, ("", ""))
        way.document = documents.get(document, (None, {}))[0]
        if before in made:
            way.before, step = made[before]
            way.steps.insert(0, step)


def _by_id(
    stages: Iterable[DataStage], ids: set[str]
) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """Rows by id, each with what the stage did that has it."""
    return {
        row["id"]: (row, _step(stage, path))
        for stage in stages
        for path in stage.files
        for row in lookup(path, ids, whole=stage.state == "done")
    }


def _answers(run: RunData, found: Iterable[Way]) -> None:
    named = {way.id: str((way.row or {}).get("metadata", {}).get("answer", "")) for way in found}
    if not any(named.values()) or not run.workspace.answers.exists():
        return
    with AnswerJournal(run.workspace.answers) as journal:
        answers = journal.get_many(key for key in named.values() if key)
    for way in found:
        if answer := answers.get(named[way.id]):
            way.prompt = answer.request.get("messages", ())
            way.answer = answer_text(answer)
            way.answered_by = f"{answer.request.get('model', '')} at {answer.endpoint}"


def answer_text(answer: Answer) -> str:
    """What the model wrote, or empty where the response is of another shape."""
    try:
        return str(answer.response["choices"][0]["message"]["content"] or "")
    except (KeyError, IndexError, TypeError):
        return ""
