"""A plugin whose components do almost nothing, so that the engine itself is seen at work."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from byeori import (
    Config,
    Context,
    DataSource,
    Document,
    EvaluationData,
    Evaluator,
    Example,
    Filter,
    InstructionGenerator,
    Item,
    Model,
    ModelRef,
    Score,
    TuningData,
    TuningMethod,
    hookimpl,
)
from byeori.context import Silent
from byeori.models.cache import ModelCache
from byeori.plan import Plan, make_plan
from byeori.recipe import read_recipe
from byeori.run import Run, execute
from byeori.store import Workspace
from byeori.testing import registry_of


class CountConfig(Config):
    count: int = 20
    broken: bool = False
    wordings: bool = False
    shared: bool = False
    copies: bool = False
    group: bool = False


class Numbers(DataSource[CountConfig]):
    """Numbers as documents."""

    name = "numbers"
    config_model = CountConfig

    def documents(self, context: Context) -> Iterator[Document]:
        for number in range(self.config.count):
            if number % 10 == 9:
                context.reject(f"numbers:{number}", "ends in nine", str(number))
                continue
            metadata = {"n": number, **({"split_group": number % 20} if self.config.group else {})}
            for line in range(1 + self.config.copies):
                yield Document(
                    text=f"the number {number}",
                    licence="CC0-1.0",
                    metadata=metadata,
                    origin=f"line {line}",
                )
        if self.config.broken:
            raise ZeroDivisionError("out of numbers")


class Questions(InstructionGenerator[CountConfig]):
    """One question a document, and one twice."""

    name = "questions"
    config_model = CountConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        for document in documents:
            example = Example(
                instruction=f"Which {document.text}?",
                output=str(document.metadata["n"]),
                document_id=document.id,
                task="number",
                language="en",
            )
            yield example
            if self.config.shared:
                yield replace(example, instruction="Which number is it?")
            if self.config.wordings:
                for split in ("train", "test"):
                    text = f"For {split}: {document.text}?"
                    yield replace(example, instruction=text, metadata={"split": split})
            if document.metadata["n"] == 0:
                yield example


class Odd(Filter[Config]):
    """Drops even answers; says so for zero only."""

    name = "odd"

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        for example in examples:
            if int(example.output) % 2:
                yield example
            elif example.output == "0":
                context.reject(example.id, "zero")


class Remember(TuningMethod[CountConfig]):
    """Writes down what it was trained on."""

    name = "remember"
    config_model = CountConfig

    def tune(self, model: ModelRef, data: TuningData, context: Context) -> ModelRef:
        folder = context.output / "adapter"
        folder.mkdir()
        seen = sorted(example.output for example in data.train)
        (folder / "seen.txt").write_text(" ".join(seen))
        return ModelRef(
            base=model.base,
            template=model.template,
            adapters=(*model.adapters, str(folder)),
            base_fingerprint=model.base_fingerprint,
        )


class Recall(Evaluator[CountConfig]):
    """Scores tuned models one, the base zero."""

    name = "recall"
    config_model = CountConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        return map(Item.of, data.test)

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        for item in items:
            value = None if self.config.broken else float(model.name != "base")
            yield Score(item_id=item.id, metric="recall", value=value, reference=item.reference)


def plugin(events: list[tuple[str, ...]]) -> SimpleNamespace:
    def byeori_data_sources() -> list[type]:
        return [Numbers]

    def byeori_instruction_generators() -> list[type]:
        return [Questions]

    def byeori_filters() -> list[type]:
        return [Odd]

    def byeori_tuning_methods() -> list[type]:
        return [Remember]

    def byeori_evaluators() -> list[type]:
        return [Recall]

    def byeori_before_stage(stage: Any) -> None:
        events.append(("before", stage.id))

    def byeori_after_stage(stage: Any, artifact: Any) -> None:
        events.append(("after", stage.id, str(artifact.counts)))

    def byeori_stage_failed(stage: Any, error: BaseException) -> None:
        events.append(("failed", stage.id, type(error).__name__))

    hooks = [value for value in locals().values() if callable(value)]
    return SimpleNamespace(**{hook.__name__: hookimpl(hook) for hook in hooks})


RECIPE = """\
name: numbers
base_model: {path: model}
documents:
  - {use: test/numbers}
examples:
  - {use: test/questions}
filters:
  - {use: test/odd}
split: {train: 0.6, validation: 0.1, test: 0.3}
tuning:
  - {use: test/remember, id: one}
  - {use: test/remember, id: two, from: one, count: 3}
evaluators:
  - {use: test/recall}
"""


class Runner:
    """Runs the recipe above in one workspace, again and again."""

    text = RECIPE

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "model").mkdir()
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            (folder / "model" / name).write_text("never loaded here")
        self.events: list[tuple[str, ...]] = []
        self.arithmetic: list[str] = []
        self.registry = registry_of(test=plugin(self.events))
        self.workspace = Workspace(folder / "workspace")

    def plan(self, *options: str, text: str = RECIPE) -> Plan:
        (self.folder / "recipe.yaml").write_text(text, encoding="utf-8")
        return make_plan(read_recipe(self.folder / "recipe.yaml", options), self.registry)

    def run(self, *options: str, text: str = RECIPE) -> Run:
        return execute(self.plan(*options, text=text), self.workspace, Silent())


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    arithmetic = ["float32 on cpu"]

    def named(self: ModelCache, ref: ModelRef, name: str) -> Any:
        return SimpleNamespace(name=name, ref=ref, computed_in=arithmetic[0])

    monkeypatch.setattr(ModelCache, "load", named)
    made = Runner(tmp_path)
    made.arithmetic = arithmetic
    return made
