"""`byeori test-plugin`: our own plugins pass; what is printed, and how it ends."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from byeori.cli.main import run
from byeori.components import COMPONENT_KINDS
from byeori.plugins import Plugin, discover
from byeori.testing.installed.suite import check_installed

REGISTRY = discover()
OURS = [plugin for plugin in REGISTRY.plugins if plugin.distribution == "byeori"]


@pytest.mark.slow
@pytest.mark.parametrize("plugin", OURS, ids=lambda plugin: plugin.name)
def test_every_plugin_of_ours_passes(plugin: Plugin) -> None:
    # Tunings and evaluators ask a model; tests/core/testing/test_every_component.py runs them.
    quick = ("source", "generator", "filter") if plugin.name == "builtin" else COMPONENT_KINDS
    components = tuple(entry for entry in plugin.components if entry.kind in quick)
    quicker = replace(plugin, components=components)
    failed = [c for c in check_installed(quicker, REGISTRY) if c.state == "failed"]
    assert not failed


RECIPE = """
documents:
  - {use: jsonl, path: rows.jsonl}
examples:
  - {use: templates, templates: [{instruction: "{{ title }}?", output: "{{ text }}"}]}
filters:
  - {use: length, min_output: 7}
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [{"text": f"Row {10**n}.", "title": str(n)} for n in range(5)]
    Path("rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    Path("part.yaml").write_text(RECIPE, encoding="utf-8")
    return Path("part.yaml")


def test_settings_of_a_part_of_a_recipe_are_tried_on_its_rows(recipe: Path) -> None:
    from byeori.recipe import read_recipe
    from byeori.testing.installed.recipes import RecipeRows

    rows = RecipeRows("part.yaml", read_recipe(recipe), REGISTRY)
    built_in = REGISTRY.plugin("builtin")
    assert built_in is not None
    names = ("jsonl", "templates", "length", "json")
    few = tuple(c for c in built_in.components if c.name in names)
    plugin = replace(built_in, components=few, recipes={}, rubrics={}, templates=())
    found = {check.name: check for check in check_installed(plugin, REGISTRY, [rows])}
    assert {check.message for check in found.values() if check.state == "failed"} == set()
    assert [found[name].state for name in names] == ["passed", "passed", "passed", "not run"]
    assert found["length"].settings == "part.yaml: filters.0"
    assert found["json"].settings == "defaults"


def test_the_command_prints_a_line_a_check_and_ends_with_5_where_one_failed(
    recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test-plugin", "science"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("science  (byeori ")
    assert "\n  ok    import     byeori_science\n" in said
    assert " passed" in said.splitlines()[-1]
    assert run(["test-plugin", "science", "--json"]) == 0
    first, *_ = json.loads(capsys.readouterr().out)
    assert (first["plugin"], first["kind"], first["state"]) == ("science", "plugin", "passed")


def test_a_plugin_that_is_not_there_or_settings_with_mistakes_end_with_2(
    recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test-plugin", "scince"]) == 2
    assert "no plugin is named 'scince'; did you mean 'science'?" in capsys.readouterr().err
    assert run(["-p", "no:science", "test-plugin", "science"]) == 2
    assert "plugin 'science' is switched off" in capsys.readouterr().err
    recipe.write_text(RECIPE.replace("min_output", "min_outputs"), encoding="utf-8")
    assert run(["test-plugin", "science", "--settings", "part.yaml"]) == 2
    assert "part.yaml:7:19: filters.0.min_outputs: unknown key" in capsys.readouterr().err
