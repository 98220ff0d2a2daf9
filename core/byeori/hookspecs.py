"""The hooks a plugin can implement. Hooks say what exists; component classes do the work.

Registration hooks are called for one plugin at a time, so that the plugin answering is known. An
implementation may take fewer arguments than its specification.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

from byeori.components import (
    DataSource,
    Evaluator,
    Filter,
    InstructionGenerator,
    TuningMethod,
)
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import click

    from byeori.plan import Stage
    from byeori.reproduction import Paper
    from byeori.run import Run
    from byeori.store.artifacts import Artifact

PROJECT = "byeori"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def byeori_data_sources() -> Iterable[type[DataSource[Any]]]:
    """Called once, when plugins are loaded. Returns the data sources the plugin offers."""
    return ()


@hookspec
def byeori_instruction_generators() -> Iterable[type[InstructionGenerator[Any]]]:
    """Called once, when plugins are loaded. Returns the instruction generators it offers."""
    return ()


@hookspec
def byeori_filters() -> Iterable[type[Filter[Any]]]:
    """Called once, when plugins are loaded. Returns the filters it offers."""
    return ()


@hookspec
def byeori_tuning_methods() -> Iterable[type[TuningMethod[Any]]]:
    """Called once, when plugins are loaded. Returns the tuning methods it offers."""
    return ()


@hookspec
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """Called once, when plugins are loaded. Returns the evaluators it offers."""
    return ()


@hookspec
def byeori_recipes() -> "Iterable[Traversable]":
    """Called once, when plugins are loaded. Returns the recipe files (`*.yaml`) it ships.

    Each is run as `byeori run PLUGIN/STEM`; the built-in plugin's as `byeori run STEM`.
    """
    return ()


@hookspec
def byeori_prompt_templates() -> Iterable[PromptTemplate]:
    """Called once, when plugins are loaded. Returns the prompt templates it offers."""
    return ()


@hookspec
def byeori_rubrics() -> "Iterable[Traversable]":
    """Called once, when plugins are loaded. Returns the rubric files (`*.yaml`) it ships.

    Each is named `PLUGIN/STEM` where a judge is told its rubric; the built-in plugin's `STEM`.
    """
    return ()


@hookspec
def byeori_papers() -> "Iterable[Paper]":
    """Called once, when plugins are loaded. Returns the papers whose tables its recipes repeat.

    Each is set beside ours by `byeori reproduce PLUGIN/NAME`.
    """
    return ()


@hookspec
def byeori_commands(app: "click.Group") -> None:
    """Called once, before the command line is read.

    Args:
        app: a group whose subcommands become subcommands of `byeori`; add them with
            `@app.command()`. Import what is heavy inside the command, not at the top.
    """


@hookspec
def byeori_before_stage(stage: "Stage", run: "Run") -> None:
    """Called before a stage starts; not called for a stage that was finished earlier.

    Args:
        stage: its `id`, `kind`, `component` and `fingerprint`.
        run: the run it belongs to.
    """


@hookspec
def byeori_after_stage(stage: "Stage", artifact: "Artifact", run: "Run") -> None:
    """Called after a stage's artifact is whole on disk.

    Args:
        stage: as for `byeori_before_stage`.
        artifact: what the stage made.
        run: the run it belongs to.
    """


@hookspec
def byeori_stage_failed(stage: "Stage", error: BaseException, run: "Run") -> None:
    """Called when a stage raised, before the run ends.

    Args:
        stage: as for `byeori_before_stage`.
        error: what it raised.
        run: the run it belongs to.
    """
