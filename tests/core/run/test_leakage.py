"""What a run records and shows of overlaps with evaluation items."""

import json
from typing import Any

from byeori.bulk import Rows
from byeori.cli.tables import print_overlaps
from byeori.records import Example, Item
from byeori.stages.items import ITEMS
from byeori.stages.leakage import REASONS, SAME_QUESTION

SHARED = "examples.0.shared=true"


def rows_of(run: Any) -> list[dict[str, Any]]:
    lines = run.artifacts["training"].path("leaks.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_record_and_the_report_count_overlaps_by_evaluator_and_reason(runner: Any) -> None:
    run = runner.run(SHARED)
    rows, training = rows_of(run), run.artifacts["training"]
    items = {stage: a for stage, a in run.artifacts.items() if stage.startswith("items.")}
    assert {row["reason"] for row in rows} == {SAME_QUESTION}
    ids = {item.id for a in items.values() for item in Rows(a.path(ITEMS), Item)}
    assert {row["item"] for row in rows} <= ids
    expected = {
        stage.removeprefix("items."): {
            reason: number
            for reason in REASONS
            if (number := sum(r["evaluators"].get(a.fingerprint) == reason for r in rows))
        }
        for stage, a in items.items()
    }
    (step,) = [
        s
        for s in json.loads((run.folder / "report.json").read_text(encoding="utf-8"))["steps"]
        if s["stage"] == "training"
    ]
    assert step["overlaps"] == expected
    assert step["dropped"] == len(rows) == training.manifest["rejects"]["training"][SAME_QUESTION]
    for file in ("report.md", "report.html"):
        assert "overlap with an evaluator" in (run.folder / file).read_text(encoding="utf-8")


def test_leakage_that_is_only_reported_stays_in_the_training_data(runner: Any) -> None:
    removed = runner.run(SHARED)
    kept = runner.run(SHARED, "leakage=report")
    assert rows_of(kept) == rows_of(removed)
    assert kept.artifacts["training"].manifest["rejects"] == {}

    def trained(run: Any) -> list[str]:
        names = ("train", "validation")
        return [
            row.id
            for n in names
            for row in Rows(run.artifacts["training"].path(f"{n}.arrow"), Example)
        ]

    assert sorted(trained(kept)) == sorted(
        [*trained(removed), *(row["example"] for row in rows_of(removed))]
    )


def test_show_names_evaluators_with_overlaps_and_says_whether_they_were_kept(capsys: Any) -> None:
    print_overlaps({"exam": {SAME_QUESTION: 3}, "clean": {}}, removed=False)
    told = capsys.readouterr().out
    assert "KEPT" in told
    assert "exam  same question as an evaluation item  3" in told
    assert "clean" not in told
    print_overlaps({"clean": {}}, removed=True)
    assert not capsys.readouterr().out
