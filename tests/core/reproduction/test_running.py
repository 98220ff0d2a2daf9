"""A paper's table measured by a real run of the small base model: once, resumed, then reused."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from byeori import hookimpl
from byeori.cli.reproducing import reproduce_command
from byeori.plugins import Registry
from byeori.reproduction import (
    Experiment,
    Measured,
    MetricAt,
    ModelAt,
    Paper,
    SameDirection,
    WithinInterval,
)
from byeori.testing import check_paper, registry_of

RECIPE = """\
# byeori run mine/capitals
name: capitals
base_model: {path: absent}
prompt: alpaca
documents:
  - {use: csv, path: capitals.csv, text: "{{ country }}: {{ capital }}"}
examples:
  - use: templates
    templates:
      - {instruction: "What is the capital of {{ document.metadata.country }}?",
         output: "{{ document.metadata.capital }}"}
split: {train: 0.5, validation: 0.0, test: 0.5}
tuning:
  - {use: lora, id: lora, r: 4, max_steps: 3, batch_size: 4, learning_rate: 1.0e-3}
evaluators:
  - {use: multiple-choice, id: exam, choices: 3}
tiny: {base_model.path: "builtin:tiny"}
"""
CAPITALS = {
    "France": "Paris",
    "Japan": "Tokyo",
    "Italy": "Rome",
    "Spain": "Madrid",
    "Kenya": "Nairobi",
    "Peru": "Lima",
    "Egypt": "Cairo",
    "Norway": "Oslo",
    "Cuba": "Havana",
    "Chile": "Santiago",
    "Iran": "Tehran",
    "Iraq": "Baghdad",
}
MODELS = {"Base": ModelAt("mine/capitals", "base"), "Tuned": ModelAt("mine/capitals", "lora")}


def table(name: str, rule: SameDirection | WithinInterval) -> Experiment:
    return Experiment(
        table=name,
        shows="Accuracy.",
        columns=("Exam",),
        rows={"Base": ("50",), "Tuned": ("60",), "GPT-4": ("99",)},
        ours=Measured(
            models=MODELS,
            metrics={"Exam": MetricAt("exam", "accuracy", scale=100)},
            missing={"GPT-4": "a closed model"},
            rule=rule,
            differs="a small model",
        ),
    )


STUDY = Paper(
    name="study",
    title="Capitals",
    authors=("Kim",),
    experiments=(
        table("Table 1", SameDirection(against="Base")),
        table("Table 2", WithinInterval()),
    ),
)


@pytest.fixture
def made() -> list[str]:
    """Ids of the stages that were made; `stop ID` in it stops that stage, once."""
    return []


@pytest.fixture
def registry(tmp_path: Path, made: list[str]) -> Iterator[Registry]:
    (tmp_path / "capitals.yaml").write_text(RECIPE, encoding="utf-8")
    rows = "\n".join(",".join(pair) for pair in CAPITALS.items())
    (tmp_path / "capitals.csv").write_text(f"country,capital\n{rows}\n", encoding="utf-8")

    def byeori_papers() -> list[Paper]:
        return [STUDY]

    def byeori_recipes() -> list[Path]:
        return [tmp_path / "capitals.yaml"]

    def byeori_before_stage(stage: Any) -> None:
        if f"stop {stage.id}" in made:
            made.clear()
            raise KeyboardInterrupt
        made.append(stage.id)

    hooks = (byeori_papers, byeori_recipes, byeori_before_stage)
    yield registry_of(mine=SimpleNamespace(**{hook.__name__: hookimpl(hook) for hook in hooks}))


def reproduce(registry: Registry, workspace: Path) -> Result:
    arguments = ["study", "--json", "--workspace", str(workspace)]
    return CliRunner().invoke(reproduce_command, arguments, obj=registry)


@pytest.mark.slow  # it tunes the small model
def test_a_table_is_filled_by_a_run_that_is_resumed_and_never_made_twice(
    registry: Registry, made: list[str], tmp_path: Path
) -> None:
    check_paper(STUDY, registry)
    workspace = tmp_path / "workspace"
    made.append("stop lora")
    assert reproduce(registry, workspace).exit_code != 0
    first = reproduce(registry, workspace)
    assert first.exit_code == 0, first.stderr
    assert "lora" in made
    assert "documents" not in made
    made.clear()
    again = reproduce(registry, workspace)
    assert made == []
    assert again.stdout == first.stdout
    _holds_the_figures_of(workspace / "runs" / "capitals-tiny" / "report.json", first.stdout)


def _holds_the_figures_of(report: Path, page: str) -> None:
    comparisons = json.loads(report.read_text(encoding="utf-8"))["comparisons"]
    comparison = next(c for c in comparisons if c["metric"] == "accuracy")
    one, two = (
        {cell["row"]: cell for cell in table["cells"]} for table in json.loads(page)["tables"]
    )
    for row, side in (("Base", "baseline"), ("Tuned", "tuned")):
        for end in ("value", "low", "high"):
            assert one[row]["ours"][end] == pytest.approx(100 * comparison[side][end])
    assert one["GPT-4"]["why"] == "a closed model"
    difference = comparison["difference"]
    assert (one["Tuned"]["mark"] == "reproduced") == (difference["low"] > 0)
    within = 100 * comparison["tuned"]["low"] <= 60 <= 100 * comparison["tuned"]["high"]
    assert (two["Tuned"]["mark"] == "reproduced") == within


def test_in_full_the_recipe_is_run_as_it_is(registry: Registry, tmp_path: Path) -> None:
    arguments = ["study", "--full", "--workspace", str(tmp_path / "workspace")]
    result = CliRunner().invoke(reproduce_command, arguments, obj=registry)
    assert result.exit_code == 2
    assert "absent" in result.stderr
    page = (tmp_path / "workspace/reproductions/mine/study/full.md").read_text(encoding="utf-8")
    assert "not runnable here" in page
