"""The sets that the recipes ship: written by a script, true to the table, in both languages."""

import csv
import json
from importlib.resources import files

import pytest

from byeori.bulk import with_id
from byeori.testing import testing_context
from byeori_korean.example_sets import write_all
from byeori_korean.example_sets.elements import HELD_OUT, elements
from byeori_plugins.generators import Translate
from byeori_plugins.sources import InstructionSet

DATA = files("byeori_korean") / "recipes" / "data"
SETS = {"gpt4-llm.json": "alpaca", "dolly.jsonl": "dolly", "sharegpt.json": "sharegpt"}
FAMILIES = {
    "natural-instructions.json": "natural-instructions", "p3.jsonl": "p3", "flan.jsonl": "flan",
    "self-instruct.jsonl": "self-instruct", "platypus.json": "alpaca", "nli.json": "inference",
}  # fmt: skip
TABLE = {
    row["name_ko"]: row
    for row in csv.DictReader(
        (files("byeori_plugins") / "recipes/demo/elements.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
}


def documents(name, tmp_path):
    config = InstructionSet.config_model(path=DATA / name, language="en")
    return [with_id(d) for d in InstructionSet(config).documents(testing_context(tmp_path))]


def test_the_shipped_files_are_what_the_script_writes(tmp_path):
    write_all(tmp_path)
    written = {path.name for path in tmp_path.iterdir()}
    for name in written:
        assert (DATA / name).read_bytes() == (tmp_path / name).read_bytes(), name
    assert written <= {path.name for path in DATA.iterdir()}


@pytest.mark.parametrize(("name", "shape"), (SETS | FAMILIES).items())
def test_each_set_is_recognised_by_its_published_shape(name, shape, tmp_path):
    assert {d.metadata["format"] for d in documents(name, tmp_path)} == {shape}


@pytest.mark.parametrize("name", [*SETS, *list(FAMILIES)[:5]])
def test_no_set_names_an_element_of_the_test(name):
    text = (DATA / name).read_text(encoding="utf-8").lower()
    held_out = [e.slots["en"] for e in elements() if e.held_out]
    assert len(held_out) == HELD_OUT
    words = set(
        text.replace('"', " ").replace(":", " ").replace("?", " ").replace(".", " ").split()
    )
    assert not words & set(held_out)


@pytest.mark.parametrize("name", SETS)
def test_the_memory_translates_every_text_of_every_set(name, tmp_path, context, heard):
    read = documents(name, tmp_path)
    config = Translate.config_model(to="ko", memory=DATA / "translations.tsv")
    made = list(Translate(config).examples(read, context))
    assert heard.rejects == []
    assert len(made) >= len(read)


def test_every_right_answer_is_what_the_table_of_elements_says():
    lines = (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    fields = {"symbol": "symbol", "number": "atomic_number", "category": "category_ko"}
    fields |= {"state": "state_ko", "period": "period", "group": "group"}
    assert len(lines) > 150
    for row in map(json.loads, lines):
        name = max((name for name in TABLE if row["output"].startswith(name)), key=len)
        assert f"{name}의" in row["instruction"].split()
        fact = TABLE[name][fields[row["task"]]]
        assert fact in row["output"].removeprefix(name), row
