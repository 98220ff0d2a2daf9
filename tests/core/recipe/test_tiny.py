from pathlib import Path

import pytest

from byeori import RecipeError
from byeori.plan import make_plan
from byeori.plugins import discover
from byeori.recipe import read_recipe

TEXT = """\
name: workshop
base_model: {path: builtin:nothing}
documents:
  - {use: csv, path: mine.csv, text: "{{ a }}"}
examples:
  - use: templates
    templates: [{instruction: "{{ name_en }}?", output: "{{ symbol }}"}]
tuning:
  - {use: lora, r: 16, epochs: 5}
evaluators:
  - {use: generated-answers}
tiny:
  tuning.lora.r: 2
  tuning: [{use: lora, max_steps: 3}]
  base_model: {path: builtin:tiny}
  documents:
    - {use: csv, path: "shipped:builtin/demo/elements.csv", text: "{{ name_en }}", limit: 20}
"""


def write(folder: Path, text: str = TEXT) -> Path:
    file = folder / "recipe.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_the_option_nothing_of_tiny_holds(tmp_path: Path) -> None:
    source = read_recipe(write(tmp_path))
    assert source.data["name"] == "workshop"
    assert source.data["tuning"] == [{"use": "lora", "r": 16, "epochs": 5}]
    assert not source.tiny


def test_a_field_of_a_section_that_tiny_replaces_is_set_in_the_new_one(tmp_path: Path) -> None:
    source = read_recipe(write(tmp_path), tiny=True)
    assert source.data["tuning"] == [{"use": "lora", "max_steps": 3, "r": 2}]
    assert source.data["name"] == "workshop-tiny"


def test_tiny_may_have_a_name_of_its_own_and_options_win_over_it(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT + "  name: small\n")
    source = read_recipe(file, ["tuning.lora.r=4"], tiny=True)
    assert source.data["name"] == "small"
    assert source.data["tuning"][0]["r"] == 4


def test_a_tiny_recipe_has_a_plan_on_what_a_plugin_ships(tmp_path: Path) -> None:
    plan = make_plan(read_recipe(write(tmp_path), tiny=True), discover())
    assert plan.recipe.name == "workshop-tiny"
    assert plan.base.base == "builtin:tiny"


def test_a_mistake_in_tiny_is_placed_where_it_was_written(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.replace("tuning.lora.r: 2", "tuning.lora.r: -2"))
    with pytest.raises(RecipeError) as failure:
        make_plan(read_recipe(file, tiny=True), discover())
    assert [(m.line, m.path) for m in failure.value.mistakes] == [(13, "tuning.0.r")]


def test_fields_that_lead_nowhere_are_told_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT + "  tuning.lorra.r: 1\n  name.x: 1\n  tiny.name: x\n")
    with pytest.raises(RecipeError) as failure:
        read_recipe(file, tiny=True)
    assert [m.line for m in failure.value.mistakes] == [18, 19, 20]
    assert "did you mean 'lora'" in str(failure.value)
    assert "cannot change itself" in str(failure.value)


def test_a_recipe_without_tiny_says_so(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.partition("tiny:\n")[0])
    with pytest.raises(RecipeError, match="has no `tiny:`"):
        read_recipe(file, tiny=True)


def test_a_plugin_that_ships_nothing_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.replace("shipped:builtin", "shipped:buildin"))
    with pytest.raises(RecipeError, match=r"no plugin named 'buildin'.* did you mean 'builtin'"):
        make_plan(read_recipe(file, tiny=True), discover())


def test_a_shipped_file_that_is_not_there_is_named_by_its_whole_path(tmp_path: Path) -> None:
    file = write(tmp_path, TEXT.replace("elements.csv", "elemental.csv"))
    with pytest.raises(RecipeError, match=r"recipes/demo/elemental\.csv"):
        make_plan(read_recipe(file, tiny=True), discover())
