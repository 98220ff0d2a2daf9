"""The recipes of the survey's Korean models: each has its own particular step."""

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from byeori.cli.main import run
from byeori.prompts import render
from byeori_korean.prompts import KOALPACA, KOAT

FOLDER = files("byeori_korean") / "recipes"
NAMES = (
    "kullm", "kullm-ablation", "koat", "koalpaca", "kovicuna", "korani", "llama-2-ko", "komt",
    "ko-platypus", "llama-adapter", "instruction-sets",
)  # fmt: skip


def recipe(name):
    return YAML(typ="safe").load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_every_tiny_form_is_valid_as_it_stands(name, capsys):
    assert run(["validate", f"korean/{name}", "--tiny"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_every_body_says_how_it_is_run_and_needs_only_a_revision_and_the_users_files(name, capsys):
    head = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").split("\nname:")[0]
    assert head.startswith(f"# byeori run korean/{name}")
    assert "What it costs" in head and "what differs here" in head
    assert run(["validate", f"korean/{name}"]) in (2, 4)
    mistakes = [line for line in capsys.readouterr().err.splitlines() if ".yaml:" in line]
    assert mistakes
    for line in mistakes:
        assert "base_model" in line or "no such file or folder" in line, line


def test_the_particular_step_of_each_model_is_in_its_body():
    assert recipe("koat")["tuning"][0]["use"] == "ia3"
    (regenerate,) = recipe("koalpaca")["examples"]
    assert regenerate["use"] == "regenerate" and regenerate["translate"]["to"] == "ko"
    assert recipe("kovicuna")["examples"][0]["turns"] == "all"
    assert [step["turns"] for step in recipe("korani")["examples"]] == ["first", "first"]
    tokens, pretraining = recipe("llama-2-ko")["tuning"]
    assert tokens["size"] == 46_336 - 32_000 and pretraining["from"] == tokens["id"]
    assert [step["use"] for step in recipe("komt")["examples"]] == ["phrasings"]
    assert recipe("llama-adapter")["tuning"][0]["adapter_len"] == 10
    assert [step["use"] for step in recipe("ko-platypus")["filters"]] == ["language", "reviewed"]


def fill(template, **fields):
    return render(template.template, {"system": "", "input": "", "history": (), **fields})


def test_the_prompts_are_those_that_the_models_were_published_with():
    """As in the README files of KoAlpaca and K(G)OAT."""
    assert fill(KOALPACA, instruction="왜?") == "### 질문: 왜?\n\n### 답변: "
    assert "### 맥락: 글" in fill(KOALPACA, instruction="왜?", input="글")
    assert fill(KOAT, instruction="왜?") == "왜?\n\n정답: "
