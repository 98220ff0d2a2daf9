"""Runs one component with settings, on rows, by the check of its kind."""

from collections.abc import Sequence
from typing import Any

from byeori.components import Config, EvaluationData, TuningData
from byeori.errors import DataError
from byeori.plugins import ComponentEntry
from byeori.records import Document, Example
from byeori.testing.evaluators import check_evaluator
from byeori.testing.installed.outcome import NotRunError
from byeori.testing.installed.recipes import spread
from byeori.testing.installed.standins import asks_a_model, quick, with_standin
from byeori.testing.rows import check_data_source, check_filter, check_instruction_generator
from byeori.testing.rules import NothingMadeError
from byeori.testing.tuning import check_tuning_method

ADVICE = "name settings for it in a file, with --settings FILE"


def check_component(
    entry: ComponentEntry,
    config: Config,
    documents: Sequence[Document],
    examples: Sequence[Example],
    *,
    sure: bool,
) -> list[Any]:
    """Check a component by running it; returns the rows it made.

    Args:
        entry: the component.
        config: its settings.
        documents, examples: what it works on; sample rows where there are none.
        sure: whether it must make something of them: settings and rows are those of a recipe.

    Raises:
        AssertionError: the first broken rule, with what to change.
        NotRunError: nothing can be told with these settings and rows.
    """
    try:
        with with_standin(config) as settings:
            return _check(entry, settings, documents, examples)
    except NothingMadeError as error:
        if sure and not asks_a_model(config):
            raise
        if asks_a_model(config):
            raise NotRunError(
                "makes nothing of a stand-in's answers, which are lines of the prompt; test it "
                "with a byeori.testing.server.OpenAIServer that answers as its model would"
            ) from error
        raise NotRunError(f"{error}; {ADVICE}") from error
    except DataError as error:
        if sure:
            raise
        raise NotRunError(f"stops with: {error}; {ADVICE}") from error


def _check(
    entry: ComponentEntry,
    config: Config,
    documents: Sequence[Document],
    examples: Sequence[Example],
) -> list[Any]:
    cls: Any = entry.cls
    if entry.kind == "source":
        return list(check_data_source(cls, config))
    if entry.kind == "generator":
        return list(check_instruction_generator(cls, config, documents))
    if entry.kind == "filter":
        if cls.applies_to != "examples":
            check_filter(cls, config, documents)
        if cls.applies_to != "documents":
            check_filter(cls, config, examples)
    elif entry.kind == "tuning":
        check_tuning_method(cls, quick(cls, config), data=_tuning_data(documents, examples))
    else:
        few = spread(list(examples), 24)
        data = EvaluationData(test=few, documents=documents) if few else None
        check_evaluator(cls, config, data=data)
    return []


def _tuning_data(documents: Sequence[Document], examples: Sequence[Example]) -> TuningData | None:
    """A few of the examples that are trained on; None where there are none."""
    trained = [example for example in examples if example.metadata.get("split") != "test"]
    few = spread(trained, 24)
    return TuningData(few[3:], few[:3], documents) if len(few) > 3 else None
