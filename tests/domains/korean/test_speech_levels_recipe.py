"""The recipe `korean/speech-levels` teaches what it says it teaches."""

from importlib.resources import files
from typing import Any

import pytest
from ruamel.yaml import YAML

from byeori import Context, Document
from byeori_korean.text.speech import asked_levels, speech_levels
from byeori_plugins.generators import Templates

RECIPE: Any = YAML(typ="safe").load(
    (files("byeori_korean") / "recipes" / "speech-levels.yaml").read_text(encoding="utf-8")
)
ELEMENTS = [
    ("산소", "O", 8, 2),
    ("철", "Fe", 26, 4),
    ("염소", "Cl", 17, 3),
    ("란타넘", "La", 57, 6),
]


@pytest.mark.parametrize("element", ELEMENTS, ids=[name for name, *_ in ELEMENTS])
def test_every_answer_has_the_level_its_question_asks_for(element: Any, context: Context) -> None:
    fields = dict(zip(("name_ko", "symbol", "atomic_number", "period"), element, strict=True))
    document = Document(id="d", text="x", language="ko", metadata=fields)
    templates = Templates(Templates.config_model(templates=RECIPE["examples"][0]["templates"]))
    examples = list(templates.examples([document], context))
    assert len(examples) == 36
    for example in examples:
        assert speech_levels(example.output) == [example.task]
        assert example.task in asked_levels(example.instruction)


def test_the_test_asks_in_a_wording_that_training_has_not() -> None:
    wordings: dict[str, set[str]] = {"train": set(), "test": set()}
    for template in RECIPE["examples"][0]["templates"]:
        wordings[template["split"]].add(template["instruction"])
    assert wordings["train"] and wordings["test"]
    assert not wordings["train"] & wordings["test"]
