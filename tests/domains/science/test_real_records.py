"""Published sets, as they are, become examples."""

import json
from pathlib import Path

from byeori import Context, Reject
from byeori_plugins.sources import Json, JsonLines
from byeori_science.problems.equations import equations
from byeori_science.tasks import Tasks

FIELDS = {"summaries": "target", "problem": "problem_text", "answer": "answer_number"}


def test_scitldr_gives_a_summary_of_each_abstract(shared: Path, context: Context) -> None:
    source = JsonLines.config_model(
        path=shared / "scitldr/SciTLDR-A_dev.jsonl", text="{{ source | join(' ') }}", language="en"
    )
    documents = JsonLines(source).documents(context)
    made = list(Tasks(Tasks.config_model(fields=FIELDS)).examples(documents, context))
    assert len(made) == 2 * 1453
    assert {one.task for one in made} == {"document-summary"}
    assert all(len(one.output) < len(one.input) for one in made)


def test_scibench_gives_problems_whose_units_are_known(
    shared: Path, context: Context, rejects: list[Reject]
) -> None:
    made, asked = [], 0
    for path in sorted((shared / "scibench").glob("*.json")):
        asked += len(json.loads(path.read_text(encoding="utf-8")))
        documents = Json(Json.config_model(path=path, text="problem_text", language="en"))
        tasks = Tasks(Tasks.config_model(fields=FIELDS))
        made += list(tasks.examples(documents.documents(context), context))
    assert asked == 266
    assert len(made) == 2 * (asked - len(rejects))
    # `photons`, `KJ`, `J / α-particle` are no units; `0.366` stands apart from its unit.
    assert len(rejects) <= 0.06 * asked


def test_every_equation_of_scibench_that_can_be_computed_holds(shared: Path) -> None:
    found = []
    for path in sorted((shared / "scibench").glob("*_sol.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            found += list(equations(row["solution"]))
    assert len(found) >= 10
    assert [one.text for one in found if not one.holds] == []
