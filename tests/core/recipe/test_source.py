from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import RecipeError
from byeori.recipe import read_recipe

TEXT = """\
name: tiny
tuning:
  - use: lora
    r: 16
    learning_rate: 3e-4
"""


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "recipe.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_every_key_knows_its_line_and_column(tmp_path: Path) -> None:
    source = read_recipe(write(tmp_path, TEXT))
    assert source.positions["tuning", 0, "r"] == (4, 5)
    assert source.mistake(("tuning", 0, "r"), "x").line == 4


def test_a_missing_key_is_placed_at_the_entry_it_is_missing_from(tmp_path: Path) -> None:
    source = read_recipe(write(tmp_path, TEXT))
    mistake = source.mistake(("tuning", 0, "alpha"), "is required")
    assert (mistake.line, mistake.path) == (3, "tuning.0.alpha")


def test_numbers_in_exponent_form_are_numbers(tmp_path: Path) -> None:
    assert read_recipe(write(tmp_path, TEXT)).data["tuning"][0]["learning_rate"] == 3e-4


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    assert read_recipe(write(tmp_path, b"\xef\xbb\xbf" + TEXT.encode())).data["name"] == "tiny"


def test_override_replaces_a_field_and_is_named_in_mistakes_about_it(tmp_path: Path) -> None:
    source = read_recipe(write(tmp_path, TEXT), ["tuning.0.r=64", "tuning.0.rslora=true"])
    assert source.data["tuning"][0]["r"] == 64
    assert source.data["tuning"][0]["rslora"] is True
    assert str(source.mistake(("tuning", 0, "r"), "too large")).startswith("--set tuning.0.r=64")
    assert source.overridden_below(("tuning", 0)) == {"r", "rslora"}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("tuning.5.r=1", "a list of 1"),
        ("name.r=1", "a single value"),
        ("tuning", "FIELD=VALUE"),
        ("tuning.0.r=[1", "flow sequence"),
    ],
)
def test_an_override_that_fits_nowhere_says_why(tmp_path: Path, option: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        read_recipe(write(tmp_path, TEXT), [option])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"name: \xff\xfe", "not UTF-8"),
        (b"name: a\nx: \0", "NUL byte"),
        (b"name: [1, 2", "not YAML"),
        (b"name: a\nname: b", 'duplicate key "name"'),
        (b"- a list", "a recipe is a mapping"),
        (b"", "a recipe is a mapping"),
        (b"a: !!python/object/apply:os.system ['true']\n", ""),
    ],
)
def test_a_broken_file_is_a_mistake_with_its_place(
    tmp_path: Path, text: bytes, message: str
) -> None:
    if not message:  # a tag is plain data here: it is read, and nothing is run
        assert read_recipe(write(tmp_path, text)).data == {"a": ["true"]}
        return
    with pytest.raises(RecipeError, match=message) as raised:
        read_recipe(write(tmp_path, text))
    assert raised.value.exit_code == 2
    assert str(tmp_path / "recipe.yaml") in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere\.yaml: no such recipe file"):
        read_recipe(tmp_path / "nowhere.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_as_a_recipe_mistake(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    file = write(tmp_path_factory.mktemp("any"), raw)
    try:
        assert isinstance(read_recipe(file).data, dict)
    except RecipeError as error:
        assert error.mistakes


IDS = """\
name: ids
tuning:
  - {use: lora, r: 16}
  - {use: lora, id: wide, r: 64}
  - {use: nasa/own, r: 1}
filters:
  - {use: length, max_output: 10}
  - {use: length, max_output: 20}
"""


@pytest.mark.parametrize(
    ("name", "number"), [("0", 0), ("lora", 0), ("wide", 1), ("nasa-own", 2), ("2", 2)]
)
def test_an_entry_of_a_list_is_named_by_number_id_or_component(
    tmp_path: Path, name: str, number: int
) -> None:
    source = read_recipe(write(tmp_path, IDS), [f"tuning.{name}.r=5"])
    assert source.data["tuning"][number]["r"] == 5
    assert list(source.overrides) == [("tuning", number, "r")]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("tuning.lara.r=1", "has no entry lara; did you mean 'lora'"),
        ("tuning.7.r=1", "has no entry 7; there is lora, nasa-own, wide"),
        ("filters.length.max_output=1", "has 2 entries length: give the number of one"),
    ],
)
def test_an_entry_that_is_not_there_or_not_alone_is_named(
    tmp_path: Path, option: str, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        read_recipe(write(tmp_path, IDS), [option])
