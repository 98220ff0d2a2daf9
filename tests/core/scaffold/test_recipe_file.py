"""A new recipe: valid as it is, by byeori and by the schema beside it."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from byeori.cli.main import run
from byeori.errors import DataError
from byeori.plugins import discover
from byeori.scaffold.recipe_file import SCHEMA, write_recipe

REGISTRY = discover()


def test_it_is_valid_as_it_is_and_names_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "recipe", "mine", "--folder", "deep/down"]) == 0
    assert capsys.readouterr().out.startswith("deep/down/mine.yaml: a recipe, with recipe.schema")
    assert run(["validate", "deep/down/mine.yaml"]) == 0
    text = Path("deep/down/mine.yaml").read_text(encoding="utf-8")
    assert text.startswith("# byeori run mine.yaml\n")
    assert f"# yaml-language-server: $schema={SCHEMA}\n" in text
    schema = json.loads(Path("deep/down", SCHEMA).read_text(encoding="utf-8"))
    recipe = YAML(typ="safe").load(text)
    jsonschema.validate(recipe, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**recipe, "tunning": []}, schema)


def test_a_recipe_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine")
    with pytest.raises(DataError, match=r"mine\.yaml is there already; give another name"):
        write_recipe("mine", tmp_path, REGISTRY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize("name", ["", "mine.yaml", "a/b", "-x", "내 것"])
def test_what_can_be_no_recipes_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a recipe"):
        write_recipe(name, tmp_path, REGISTRY)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_recipe("mine", tmp_path / "file" / "x", REGISTRY)
