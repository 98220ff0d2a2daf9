"""The recipe that comes with this package, from documents to a report."""

from pathlib import Path

from byeori.testing import run_recipe


def test_the_first_recipe_runs_from_documents_to_a_report(tmp_path: Path) -> None:
    report = run_recipe("{{ name }}/first", tmp_path, tiny=True)
    compared = {row["evaluator"] for row in report["comparisons"]}
    assert compared == {"{{ name }}-answers", "multiple-choice"}
    assert all(row["items"] > 0 and row["unscored_tuned"] == 0 for row in report["comparisons"])
