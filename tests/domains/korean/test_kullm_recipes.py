"""`korean/kullm` and `korean/kullm-ablation`: the paper's settings, and the tiny form."""

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from byeori.cli.main import run

FOLDER = files("byeori_korean") / "recipes"


def recipe(name):
    return YAML(typ="safe").load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["kullm", "kullm-ablation"])
def test_the_tiny_form_is_valid_as_it_stands(name, capsys):
    assert run(["validate", f"korean/{name}", "--tiny"]) == 0, capsys.readouterr().err


def test_every_setting_of_the_paper_is_in_the_body():
    body = recipe("kullm")
    (tuning,), (judge,) = body["tuning"], body["evaluators"]
    paper = {"r": 16, "alpha": 32, "targets": ["query_key_value"], "quantise": "int8"}
    paper |= {"epochs": 5, "learning_rate": 3e-4, "warmup_ratio": 0.05, "scheduler": "cosine"}
    paper |= {"batch_size": 256}
    assert paper.items() <= tuning.items()
    decoding = {"temperature": 0.1, "top_k": 40, "top_p": 0.75, "do_sample": False}
    decoding |= {"num_beams": 4, "repetition_penalty": 1.4, "max_new_tokens": 400}
    assert decoding.items() <= judge.items()
    assert body["filters"][1] == {"use": "length", "min_instruction": 10, "min_output": 10}


def test_the_ablation_has_every_combination_of_the_three_sets_with_kullms_settings():
    body, (kullm,) = recipe("kullm-ablation"), recipe("kullm")["tuning"]
    every = ["alpaca", "dolly", "sharegpt"]
    seen = set()
    for stage in body["tuning"]:
        chosen = stage.pop("where", {"metadata": {"format": every}})["metadata"]["format"]
        seen.add(frozenset([chosen] if isinstance(chosen, str) else chosen))
        assert {**stage, "id": "kullm"} == kullm
    assert len(seen) == 7
    assert body["evaluators"] == recipe("kullm")["evaluators"]
    assert [stage["id"] for stage in body["tiny"]["tuning"]] == [s["id"] for s in body["tuning"]]
