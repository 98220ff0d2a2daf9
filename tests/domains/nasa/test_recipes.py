"""The recipes hold the paper's settings, and their small runs show what they say."""

import pytest
from ruamel.yaml import YAML

from byeori_nasa import byeori_recipes
from byeori_nasa.asked import AskedQuestions
from byeori_nasa.wordings import ROLE

RECIPES = {file.name.removesuffix(".yaml"): file for file in byeori_recipes()}
PAPER = {
    "r": 32,
    "alpha": 64,
    "dropout": 0.05,
    "batch_size": 128,
    "micro_batch_size": 4,
    "max_length": 256,
    "epochs": 3,
    "learning_rate": 3e-4,
    "scheduler": "linear",
}
"""Section 3.4."""


def read(name):
    return YAML(typ="safe").load(RECIPES[name].read_text(encoding="utf-8"))


def test_the_recipe_holds_the_settings_of_the_paper():
    recipe = read("lora")
    (tuning,) = recipe["tuning"]
    assert {key: tuning[key] for key in PAPER} == PAPER
    assert tuning["early_stopping_patience"]
    assert recipe["prompt"] == "alpaca"
    assert recipe["base_model"]["path"] == "davidkim205/komt-llama2-13b-v1"


def test_a_model_writes_the_questions_two_and_a_half_a_document_in_the_papers_role():
    (made,) = read("lora")["examples"]
    assert made.pop("use") == "nasa/asked-questions"
    config = AskedQuestions.config_model.model_validate(made)
    assert (config.per_document, config.role) == (2.5, ROLE)
    assert config.model.name == "davidkim205/komt-llama2-13b-v1"


def test_the_headline_is_the_judges_on_ten_questions_as_in_the_paper():
    first, second, *_ = read("lora")["evaluators"]
    assert (first["use"], first["limit"]) == ("nasa/closest-answer", 10)
    assert (second["rubric"], second["limit"]) == ("nasa/similarities", 10)


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_opens_with_its_command_and_says_what_it_costs(name):
    text = RECIPES[name].read_text(encoding="utf-8")
    assert text.startswith(f"# byeori run nasa/{name} --tiny\n")
    assert "What it costs" in text


def test_the_small_run_keeps_the_adapter_of_the_paper():
    (tuning,) = read("lora")["tiny"]["tuning"]
    assert {key: tuning[key] for key in ("r", "alpha", "dropout", "max_length", "scheduler")} == {
        key: PAPER[key] for key in ("r", "alpha", "dropout", "max_length", "scheduler")
    }
