"""The recipe `sets` and its two files, in the shapes they stand for."""

import csv
import json
from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from byeori.bulk import with_id
from byeori.cli.main import run
from byeori.testing import testing_context
from byeori_plugins.generators import Instructions, Phrasings
from byeori_plugins.sources import InstructionSet

FOLDER = files("byeori_plugins") / "recipes"
RECIPE = YAML(typ="safe").load((FOLDER / "sets.yaml").read_text(encoding="utf-8"))
TABLE = {
    row["name_ko"]: row
    for row in csv.DictReader(
        (FOLDER / "demo/elements.csv").read_text(encoding="utf-8").splitlines()
    )
}


@pytest.fixture
def documents(tmp_path):
    steps = ({k: v for k, v in step.items() if k != "use"} for step in RECIPE["documents"])
    made = []
    for step in steps:
        config = InstructionSet.config_model(**{**step, "path": FOLDER / step["path"]})
        made.append(
            [with_id(d) for d in InstructionSet(config).documents(testing_context(tmp_path))]
        )
    return made


def test_the_recipe_is_valid(capsys):
    assert run(["validate", "sets"]) == 0, capsys.readouterr().err


def test_an_element_is_one_group_in_both_sets(documents):
    alpaca, squad = ({d.metadata["split_group"] for d in some} for some in documents)
    assert alpaca == squad == TABLE.keys()
    assert [len(some) for some in documents] == [2 * len(TABLE), len(TABLE)]


def test_every_answer_is_what_the_table_of_elements_says(documents, tmp_path):
    alpaca, squad = documents
    context = testing_context(tmp_path)
    names = {d.id: d.metadata["split_group"] for d in (*alpaca, *squad)}
    examples = list(Instructions(Instructions.config_model()).examples(alpaca, context))
    config = Phrasings.config_model(per_item=1, tasks=["reading-comprehension"])
    examples += Phrasings(config).examples(squad, context)
    assert len(examples) > 5 * len(TABLE)
    for example in examples:
        assert example.output in TABLE[names[example.document_id]].values(), example


def test_spans_stand_where_the_file_says():
    articles = json.loads((FOLDER / "demo/elements_squad.json").read_text(encoding="utf-8"))["data"]
    for paragraph in (p for article in articles for p in article["paragraphs"]):
        for answer in (a for question in paragraph["qas"] for a in question["answers"]):
            start = answer["answer_start"]
            assert paragraph["context"][start:].startswith(answer["text"])
