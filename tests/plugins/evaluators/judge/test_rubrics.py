"""Rubrics are data: shipped, of a plugin, in a file, or in the recipe."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from byeori import hookimpl
from byeori.plugins import discover
from byeori.prompts import render
from byeori.testing import registry_of
from byeori_plugins.evaluators.judge import JudgeConfig
from byeori_plugins.evaluators.judge.rubric import Rubric
from byeori_plugins.evaluators.judge.verdicts import schema_of

MODEL = {"name": "m", "base_url": "http://127.0.0.1:1/v1"}
CLARITY = """\
title: Clarity
prompt: |
  {{ question }} {{ answer }} {{ mark }}
scales:
  clarity: {lowest: 1, highest: 4, about: How clear it is.}
"""


def config(rubric: Any, **context: Any) -> JudgeConfig:
    return JudgeConfig.model_validate({"rubric": rubric, "model": MODEL}, context=context)


def wrong(rubric: Any, **context: Any) -> str:
    with pytest.raises(ValidationError) as error:
        config(rubric, **context)
    return str(error.value)


@pytest.mark.parametrize("name", sorted(discover().rubrics()))
def test_every_shipped_rubric_shows_the_judge_all_it_needs_and_no_model(name: str) -> None:
    rubric = config(name).rubric
    assert rubric.source
    values = {
        "question": "QUESTION", "instruction": "QUESTION", "input": "INPUT", "mark": "MARK",
        "reference": "REFERENCE", "scales": rubric.scales, "choices": rubric.choices,
    }  # fmt: skip
    answers = ("answer",) if rubric.answers == "one" else ("answer_1", "answer_2")
    prompt = render(rubric.prompt, {**values, **{a: a.upper() for a in answers}})
    expected = ["QUESTION", "MARK", *(a.upper() for a in answers)]
    expected += ["REFERENCE"] if rubric.reference == "required" else []
    assert [part for part in expected if part not in prompt] == []
    if (model := schema_of(rubric)) is not None:
        properties = model.model_json_schema()["properties"]
        assert next(iter(properties)) == "reason"  # before the score, which follows from it


def test_kullms_scales_have_the_papers_ranges() -> None:
    ranges = {name: (s.lowest, s.highest) for name, s in config("kullm").rubric.scales.items()}
    assert ranges == {
        "understandability": (0, 1), "naturalness": (1, 3), "context": (1, 3), "interest": (1, 3),
        "instruction-use": (0, 1), "overall": (1, 5),
    }  # fmt: skip


def test_a_plugin_ships_rubrics_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "clarity.yaml").write_text(CLARITY, encoding="utf-8")

    def byeori_rubrics() -> list[Path]:
        return [tmp_path / "clarity.yaml"]

    registry = registry_of(mine=SimpleNamespace(byeori_rubrics=hookimpl(byeori_rubrics)))
    assert set(config("mine/clarity", rubrics=registry.rubrics()).rubric.scales) == {"clarity"}
    assert "did you mean 'mine/clarity'" in wrong("mine/clarty", rubrics=registry.rubrics())


def test_a_file_is_relative_to_the_recipe_and_a_rubric_may_stand_in_it(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(CLARITY, encoding="utf-8")
    read = config("my.yaml", folder=tmp_path).rubric
    assert read == config(read.model_dump()).rubric
    assert "no such rubric file" in wrong("other.yaml", folder=tmp_path)


@pytest.mark.parametrize(
    ("line", "changed", "said"),
    [
        ("  clarity: {lowest: 1, highest: 4,", "  clarity: {lowest: 4, highest: 4,", ":5:"),
        ("title: Clarity\n", "titel: Clarity\n", "did you mean 'title'"),
        ("{{ answer }}", "{{ answer", "not a Jinja template"),
        ("{{ answer }}", "{{ anwser }}", "the prompt cannot be filled: 'anwser' is undefined"),
        ("{{ answer }}", "", "the prompt never shows `{{ answer }}`"),
        ("title: Clarity", "title: C\nreference: required", "never shows `{{ reference }}`"),
        ("scales:", "reply: brackets\nchoices: {a: {}}\nscales:", "`choices` are between two"),
        ("scales:", "answers: two\nreply: brackets\nscales:", "holds one verdict"),
        ("clarity:", "reason:", "is a field of every judgement"),
        ("title: Clarity", "title: [Clarity", "not YAML"),
    ],
)
def test_a_mistake_in_a_rubric_is_named_with_its_file(
    tmp_path: Path, line: str, changed: str, said: str
) -> None:
    assert line in CLARITY
    (tmp_path / "my.yaml").write_text(CLARITY.replace(line, changed), encoding="utf-8")
    message = wrong("my.yaml", folder=tmp_path)
    assert "my.yaml" in message
    assert said in message


def test_a_rubric_without_anything_to_judge_is_refused() -> None:
    assert "nothing to judge" in wrong({"title": "x", "prompt": "{{ answer }}"})


def test_the_json_schema_offers_a_name_or_the_rubric_itself() -> None:
    kinds = JudgeConfig.model_json_schema()["properties"]["rubric"]["anyOf"]
    assert {"type": "string"} in kinds
    assert Rubric.__name__ in str(kinds)


def test_scales_with_hyphens_reach_the_judge_under_their_names() -> None:
    model = schema_of(config("kullm").rubric)
    assert model is not None
    assert "instruction-use" in model.model_json_schema()["required"]
