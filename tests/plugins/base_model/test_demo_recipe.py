"""The demo asks held-out questions in held-out words."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

RECIPE = Path(__file__).parents[3] / "plugins/byeori_plugins/recipes/demo.yaml"
TEMPLATES = YAML(typ="safe").load(RECIPE.read_text(encoding="utf-8"))["examples"][0]["templates"]
KINDS = sorted({(one["task"], one["language"]) for one in TEMPLATES})


def wordings(kind, split):
    return {
        one["instruction"]
        for one in TEMPLATES
        if (one["task"], one["language"]) == kind and one["split"] == split
    }


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_each_fact_has_several_training_wordings_and_another_for_the_test(kind):
    assert len(wordings(kind, "train")) >= 3
    assert len(wordings(kind, "test")) == 1
    assert not wordings(kind, "train") & wordings(kind, "test")


def test_both_languages_are_asked():
    assert {language for _, language in KINDS} == {"en", "ko"}
    assert len(KINDS) == 12


def test_one_kind_of_question_has_one_kind_of_answer():
    for kind in KINDS:
        outputs = {one["output"] for one in TEMPLATES if (one["task"], one["language"]) == kind}
        assert len(outputs) == 1
