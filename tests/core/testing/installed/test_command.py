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


TINY = """# byeori run builtin/both
name: both
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: theirs.jsonl}
examples:
  - {use: templates, templates: [{instruction: "{{ name }}?", output: "{{ text }}"}]}
filters:
  - {use: length, min_output: 9}
tuning:
  - {use: lora}
evaluators:
  - {use: generated-answers, max_new_tokens: 2}
tiny:
  documents.0.path: rows.jsonl
  examples.0.templates: [{instruction: "{{ title }}?", output: "{{ text }}"}]
  filters: []
"""


def test_a_recipe_is_used_in_its_tiny_form_and_in_the_other_where_that_leaves_something_out(
    recipe: Path,
) -> None:
    recipe.write_text(TINY, encoding="utf-8")
    built_in = REGISTRY.plugin("builtin")
    assert built_in is not None
    names = ("jsonl", "templates", "length")
    few = tuple(c for c in built_in.components if c.name in names)
    plugin = replace(
        built_in, components=few, recipes={"both": recipe.absolute()}, rubrics={}, templates=()
    )
    checks = [c for c in check_installed(plugin, REGISTRY) if c.kind in COMPONENT_KINDS]
    assert [(c.name, c.state, c.settings) for c in checks] == [
        ("jsonl", "passed", "recipe both --tiny: documents.0"),
        ("templates", "passed", "recipe both --tiny: examples.0"),
        # The documents of this form are the user's: sample rows take their place.
        ("length", "passed", "recipe both: filters.0"),
    ]


def test_what_a_recipe_did_not_set_is_not_set_where_a_model_is_stood_in_for() -> None:
    from byeori.endpoint import EndpointConfig
    from byeori.testing.installed.standins import with_standin
    from byeori_plugins.generators import QuestionAnswerConfig

    model = EndpointConfig(name="large", base_url="https://models.example.org/v1", concurrency=3)
    config = QuestionAnswerConfig(model=model)
    with with_standin(config) as here:
        assert isinstance(here, QuestionAnswerConfig)
        assert here.model_fields_set == {"model"}
        assert here.model.base_url.startswith("http://127.0.0.1:")
        assert here.model.concurrency == 3
