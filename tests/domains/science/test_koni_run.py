"""The recipe of KONI-4B-it in its tiny form, with fewer steps, from documents to the gate."""

import json
from pathlib import Path

import pytest

from byeori.cli.main import run

FEWER = {
    "tuning.papers.max_steps": 3,
    "tuning.sft.max_steps": 40,
    "evaluators.tasks.limit": 60,
    "evaluators.suite.limit": 40,
    "evaluators.general.limit": 30,
}


@pytest.mark.slow
def test_a_tiny_run_ends_with_better_answers_and_the_average_of_the_exams(tmp_path: Path) -> None:
    given = [word for name, value in FEWER.items() for word in ("--set", f"{name}={value}")]
    code = run(["run", "science/koni", "--tiny", "--quiet", "--workspace", str(tmp_path), *given])
    assert code in (0, 6)  # so few questions may not exclude a drop
    report = json.loads((tmp_path / "runs/koni-tiny/report.json").read_text(encoding="utf-8"))
    found = {(one["metric"], one["model"]): one for one in report["comparisons"]}
    assert found["chrf", "sft"]["difference"]["low"] > 0
    average = found["average", "sft"]
    assert (average["items"], average["dropped"]) == (160, 0)
    metrics = {metric for metric, _ in found}
    assert {"elements-ko", "elements-en", "countries-ko", "countries-en"} <= metrics
    assert len(report["gates"]) == 4
