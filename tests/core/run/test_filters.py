"""What a run records and reports of its filters."""

from dataclasses import replace
from typing import Any

import pytest

from byeori import Example
from byeori.bulk import Rows, content_id
from byeori.lineage import explain
from byeori.report import from_json
from byeori.stages.filtering import REWRITTEN


def test_a_row_that_two_filters_rewrote_leads_to_the_one_that_was_made(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = runner.registry.components("filter")["test/odd"].cls

    def longer(self: Any, rows: Any, context: Any) -> Any:
        for row in rows:
            context.count("lengthened", 2)
            yield replace(row, output=row.output + "!")

    monkeypatch.setattr(odd, "keep", longer)
    run = runner.run(text=runner.text.replace("filters:\n", "filters:\n  - {use: test/odd}\n"))
    made = Rows(run.artifacts["examples.0"].path("examples.arrow"), Example)
    last = Rows(run.artifacts["examples"].path("examples.arrow"), Example)
    assert [row.metadata["rewritten_from"] for row in last] == made.column("id")
    assert all(row.output.endswith("!!") for row in last)
    facts = explain(runner.workspace, last[0].id)
    assert made[0].id in {fact["row"]["id"] for fact in facts if fact["kind"] == "example"}
    steps = from_json((run.folder / "report.json").read_text()).steps
    for step in ("filters.0", "filters.1"):
        (counts,) = (counts for counts in steps if counts.stage == step)
        assert counts.done == {"rewritten": 18, "lengthened": 36}
        assert (counts.kept, counts.dropped, counts.label) == (18, 0, "Filter (test/odd)")


def test_the_report_shows_what_each_filter_dropped_for_each_reason(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = runner.registry.components("filter")["test/odd"].cls

    def keep(self: Any, rows: Any, context: Any) -> Any:
        for row in rows:
            if int(row.output) < 8:
                context.reject(row.id, "small", row.output)
            elif int(row.output) == 18:
                context.reject(row.id, "large", row.output)
            else:
                yield row

    monkeypatch.setattr(odd, "keep", keep)
    steps = from_json((runner.run().folder / "report.json").read_text()).steps
    (shown,) = (step for step in steps if step.stage == "filters.0")
    assert (shown.kept, shown.dropped, shown.reasons) == (9, 9, {"small": 8, "large": 1})
    drops = [(drop.reason, drop.text) for drop in shown.examples_of_drops]
    assert drops == [("small", "0"), ("large", "18"), *(("small", n) for n in "123")]
    (whole,) = (step for step in steps if step.stage == "examples")
    assert (whole.kept, whole.dropped) == (9, 0)


def test_a_row_whose_metadata_a_filter_changed_in_its_place_gets_its_new_content_as_its_id(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = runner.registry.components("filter")["test/odd"].cls

    def marked(self: Any, rows: Any, context: Any) -> Any:
        for number, row in enumerate(rows):
            if number % 2:
                row.metadata["marks"] = [number]
            yield row

    monkeypatch.setattr(odd, "keep", marked)
    run = runner.run()
    last = Rows(run.artifacts["examples"].path("examples.arrow"), Example)
    assert [row.id for row in last] == [content_id(row) for row in last]
    assert [REWRITTEN in row.metadata for row in last] == [bool(n % 2) for n in range(18)]


def test_a_row_that_a_filter_lets_pass_is_not_hashed_again(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(row: Any) -> Any:
        raise AssertionError(f"{row} was hashed")

    monkeypatch.setattr("byeori.stages.filtering.content_id", never)
    assert runner.run().artifacts["examples"]
