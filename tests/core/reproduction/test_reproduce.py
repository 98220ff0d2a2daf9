"""`byeori reproduce`: papers found, tables decided, pages written, failures told."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from byeori import hookimpl
from byeori.cli.reproducing import reproduce_command
from byeori.plugins import Registry
from byeori.reproduction import (
    Computed,
    Experiment,
    FromRecipe,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    Paper,
    PromptOf,
    SameDirection,
    Way,
)
from byeori.testing import check_paper, registry_of

RECIPE = """\
# byeori run mine/small
name: small
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: absent.jsonl}
examples:
  - {use: templates, templates: [{instruction: "What?", output: "{{ document.text }}"}]}
tuning:
  - {use: lora, r: 32, alpha: 64}
evaluators:
  - {use: multiple-choice}
tiny: {tuning.lora.r: 4}
"""


def experiment(table: str, way: Way, **rows: tuple[str, ...]) -> Experiment:
    return Experiment(table=table, shows="What it shows.", columns=("here",), rows=rows, ours=way)


def paper(*experiments: Experiment, name: str = "study") -> Paper:
    return Paper(name=name, title="A study", authors=("Kim", "Noh"), experiments=experiments)


MEASURED = Measured(
    models={"tuned": ModelAt("mine/small", "lora"), "base": ModelAt("mine/small", "base")},
    metrics={"here": MetricAt("multiple-choice", "accuracy")},
    rule=SameDirection(against="base"),
    differs="a small model",
)
STUDY = paper(
    experiment("Table 1", Computed(compute=lambda: {"mean": (0.52,)}, source="a list"),
               mean=("0.5",)),
    experiment("Table 2", FromRecipe(recipe="mine/small", fields={
        "rank": "tuning.lora.r", "dropout": "tuning.lora.dropout", "seed": "seed"}),
        rank=("32",), dropout=("0.05",), seed=("7",)),
    experiment("Table 3", NotRunnable("needs a GPU", "byeori run mine/small"), score=("9",)),
    experiment("Table 4", MEASURED, base=("0.2",), tuned=("0.4",)),
)  # fmt: skip


@pytest.fixture
def registry(tmp_path: Path) -> Callable[..., Registry]:
    (tmp_path / "small.yaml").write_text(RECIPE, encoding="utf-8")

    def make(*papers: Paper) -> Registry:
        def byeori_papers() -> tuple[Paper, ...]:
            return papers

        def byeori_recipes() -> list[Path]:
            return [tmp_path / "small.yaml"]

        hooks = (byeori_papers, byeori_recipes)
        module = SimpleNamespace(**{hook.__name__: hookimpl(hook) for hook in hooks})
        return registry_of(mine=module)

    return make


def reproduce(registry: Registry, *arguments: str) -> Result:
    return CliRunner().invoke(reproduce_command, list(arguments), obj=registry)


def tables(result: Result) -> dict[str, Any]:
    return {table["table"]: table for table in json.loads(result.stdout)["tables"]}


def test_papers_are_listed_and_found_by_their_name_or_their_plugins(
    registry: Callable[..., Registry], tmp_path: Path
) -> None:
    one = registry(STUDY)
    assert "mine/study" in reproduce(one).stdout
    for name in ("mine/study", "study", "mine"):
        arguments = ("--only", "1", "--workspace", str(tmp_path / "w"), name)
        assert reproduce(one, *arguments).exit_code == 0
    wrong = reproduce(one, "mine/studi")
    assert "did you mean 'mine/study'?" in str(wrong.exception)
    several = reproduce(registry(STUDY, paper(*STUDY.experiments, name="other")), "mine")
    assert "may be mine/study or mine/other" in str(several.exception)


def test_each_table_is_marked_by_its_rule_and_one_that_differs_is_no_error(
    registry: Callable[..., Registry], tmp_path: Path
) -> None:
    options = ("--json", "--workspace", str(tmp_path / "w"))
    found = reproduce(registry(STUDY), "study", "--only", "1", "--only", "table 2",
                      "--only", "3", *options)  # fmt: skip
    assert found.exit_code == 0
    marks = {name: table["mark"] for name, table in tables(found).items()}
    assert marks == {
        "Table 1": "reproduced",
        "Table 2": "different",
        "Table 3": "not runnable here",
    }
    settings = {cell["row"]: cell for cell in tables(found)["Table 2"]["cells"]}
    assert settings["rank"]["mark"] == "reproduced"
    assert settings["dropout"]["why"] == "0 instead of 0.05"  # the component's own default
    assert settings["seed"]["why"] == "42 instead of 7"  # the recipe's own default


def test_a_recipe_that_fails_is_told_when_the_others_are_done_and_gives_its_exit_code(
    registry: Callable[..., Registry], tmp_path: Path
) -> None:
    workspace = tmp_path / "w"
    result = reproduce(registry(STUDY), "study", "--workspace", str(workspace))
    assert result.exit_code == 4
    assert "Table 4:" in result.stderr
    assert "absent.jsonl" in result.stderr
    folder = workspace / "reproductions" / "mine" / "study"
    rows = list(csv.DictReader(io.StringIO((folder / "report.csv").read_text("utf-8-sig"))))
    assert [row["mark"] for row in rows if row["table"] == "Table 1"] == ["reproduced"]
    assert {row["mark"] for row in rows if row["table"] == "Table 4"} == {"not runnable here"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "reproduced to every printed digit (1 of 1 cells)" in page
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert "To run it: `byeori run mine/small`" in markdown
    assert "It failed:" in markdown


def test_pages_are_the_same_bytes_each_time(
    registry: Callable[..., Registry], tmp_path: Path
) -> None:
    texts = []
    for name in ("a", "b"):
        arguments = ("study", "--only", "1", "--only", "2", "--workspace", str(tmp_path / name))
        assert reproduce(registry(STUDY), *arguments).exit_code == 0
        folder = tmp_path / name / "reproductions" / "mine" / "study"
        texts.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert texts[0] == texts[1]
    assert set(texts[0]) == {
        f"report-table-1-table-2.{end}" for end in ("html", "md", "json", "csv")
    }


def test_a_table_that_is_not_there_is_refused(
    registry: Callable[..., Registry], tmp_path: Path
) -> None:
    result = reproduce(registry(STUDY), "study", "--only", "Tabel 1")
    assert "did you mean 'Table 1'?" in str(result.exception)


def test_a_sound_paper_keeps_the_contract(registry: Callable[..., Registry]) -> None:
    check_paper(STUDY, registry(STUDY))


@pytest.mark.parametrize(
    ("way", "rows", "complaint"),
    [
        (NotRunnable(""), {"a": ("1",)}, "without a reason"),
        (Computed(compute=lambda: {"b": (1,)}, source="x"), {"a": ("1",)}, "another table"),
        (Computed(compute=lambda: {"a": (1, 2)}, source="x"), {"a": ("1",)}, "another table"),
        (FromRecipe(recipe="mine/none", fields={}), {"a": ("1",)}, "recipe 'mine/none'"),
        (FromRecipe(recipe="mine/small", fields={"b": "seed"}), {"a": ("1",)}, "label 'b'"),
        (FromRecipe(recipe="mine/small", fields={"a": "tuning.ia3.r"}), {"a": ("1",)}, "not there"),
        (FromRecipe(recipe="mine/small", fields={"a": "tuning.0.R"}), {"a": ("1",)}, "not there"),
        (PromptOf(recipe="mine/none", instruction="x"), {"a": ("1",)}, "recipe 'mine/none'"),
        (
            Measured(models={"a": ModelAt("mine/small", "ia3")}, metrics={}, differs="x",
                     rule=SameDirection(against="a")),
            {"a": ("1",)},
            "model ia3",
        ),
        (
            Measured(models={"a": ModelAt("mine/small", "lora")}, differs="x",
                     metrics={"here": MetricAt("judge", "x")}, rule=SameDirection(against="a")),
            {"a": ("1",)},
            "names ['judge']",
        ),
        (
            Measured(models={"a": ModelAt("mine/small", "lora")}, differs="x",
                     metrics={}, rule=SameDirection(against="none")),
            {"a": ("1",)},
            "label 'none'",
        ),
        (
            Measured(models={"a": ModelAt("mine/small", "lora", overrides=("seed=1",)),
                             "b": ModelAt("mine/small", "lora", overrides=("seed=2",))},
                     differs="x", metrics={}, rule=SameDirection(against="a")),
            {"a": ("1",), "b": ("1",)},
            "2 ways under one name",
        ),
    ],
)  # fmt: skip
def test_a_paper_that_names_what_is_not_there_is_told_so(
    registry: Callable[..., Registry], way: Way, rows: dict[str, tuple[str, ...]], complaint: str
) -> None:
    wrong = paper(experiment("Table 1", way, **rows))
    with pytest.raises(AssertionError, match="paper study") as told:
        check_paper(wrong, registry(wrong))
    assert complaint in str(told.value)


def test_a_prompt_is_written_as_the_recipe_writes_it(
    registry: Callable[..., Registry], tmp_path: Path
) -> None:
    printed = (
        "Below is an instruction that describes a task. Write a response that appropriately "
        "completes the request. ### Instruction: What? ### Response:"
    )
    way = PromptOf(recipe="mine/small", instruction="What?")
    study = paper(experiment("Table 1", way, prompt=(printed,)))
    result = reproduce(registry(study), "study", "--json", "--workspace", str(tmp_path / "w"))
    assert tables(result)["Table 1"]["mark"] == "reproduced"


def test_what_is_no_paper_keeps_the_plugin_from_loading(
    registry: Callable[..., Registry],
) -> None:
    broken: Any = "a paper"
    plugin = registry(broken).plugin("mine")
    assert plugin is not None
    assert "is not a byeori.reproduction.Paper" in plugin.error
    twice = registry(STUDY, STUDY).plugin("mine")
    assert twice is not None
    assert "two named 'study'" in twice.error
