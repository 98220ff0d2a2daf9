"""One small finished run that every test of exports takes its models from."""

import json
from collections.abc import Callable

import pytest

from byeori.cli.main import run as byeori
from byeori.export.subject import Subject, find_subject
from byeori.store import Workspace

RECIPE = """\
name: town
base_model: {path: builtin:tiny}
seed: 3
prompt: alpaca
documents:
  - {use: jsonl, path: rows.jsonl, text: body}
examples:
  - use: templates
    templates:
      - {task: is, language: en, instruction: "What is {{ name }}?", output: "It is {{ what }}."}
      - {task: in, language: en, instruction: "Say it.", input: "{{ name }}", output: "{{ what }}"}
split: {train: 0.6, validation: 0.1, test: 0.3}
tuning:
  - {id: lora, use: lora, r: 8, max_steps: 20, learning_rate: 1.0e-2, batch_size: 8}
  - {id: more, use: lora, r: 4, max_steps: 4, learning_rate: 1.0e-2, batch_size: 8, from: lora}
  - {id: whole, use: full, max_steps: 10, learning_rate: 1.0e-3, batch_size: 8}
evaluators:
  - {use: generated-answers, max_new_tokens: 12, repetition_penalty: 1.1}
"""


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace of the run `town`; not to be written to."""
    folder = tmp_path_factory.mktemp("town")
    names = ["Arlen", "Brome", "Castery", "Dunhollow", "Elm", "Fern", "Gale", "Hill"] * 3
    things = ["a harbour", "a mill", "a yard", "a quarry"]
    rows = [
        {"body": f"{n} {i} has {things[i % 4]}.", "name": f"{n} {i}", "what": things[i % 4]}
        for i, n in enumerate(names)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "town.yaml").write_text(RECIPE)
    assert byeori(["run", str(folder / "town.yaml"), "-q", "--workspace", str(folder / "w")]) == 0
    return Workspace(folder / "w")


@pytest.fixture
def subject(town: Workspace) -> Callable[[str], Subject]:
    """A function from a stage of the run to its model."""
    return lambda stage: find_subject(town, "town", stage)
