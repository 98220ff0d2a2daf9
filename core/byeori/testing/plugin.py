"""Conformance of a whole plugin."""

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.resources import as_file
from types import ModuleType
from typing import TYPE_CHECKING, Any

from byeori.components import COMPONENT_KINDS
from byeori.errors import ExitCode, RecipeError
from byeori.plugins import GROUP, ComponentEntry, Plugin, Registry, call
from byeori.prompts import fill
from byeori.records import Document, Example, PromptTemplate, Turn
from byeori.testing.evaluators import check_evaluator
from byeori.testing.papers import check_paper
from byeori.testing.registry import registry_of
from byeori.testing.rows import check_data_source, check_filter, check_instruction_generator
from byeori.testing.rules import Settings, broken, check_class
from byeori.testing.tuning import check_tuning_method

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

HEAVY = ("torch", "transformers", "peft", "datasets", "openai")


def check_plugin(
    module: ModuleType | str,
    *,
    name: str | None = None,
    settings: Mapping[str, Settings] | None = None,
) -> None:
    """Check that a plugin keeps byeori's contract.

    It loads, and importing it and asking what it offers imports nothing heavy; each component,
    prompt template, recipe, paper and command is checked; components whose settings are given are
    run: sources first, their documents through the generators, those examples through the filters.

    Args:
        module: the module the entry point names, or its name.
        name: the plugin's name; that of the installed entry point by default.
        settings: settings by component name (`{"filings": {"path": FILE}}`); `{}` for defaults.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    loaded = importlib.import_module(module) if isinstance(module, str) else module
    _check_import(loaded.__name__)
    name = name or _installed_name(loaded.__name__)
    registry = registry_of(**{name: loaded})
    plugin = registry.plugin(name)
    if plugin is None or plugin.error:
        broken(f"plugin {name}", f"does not load: {plugin and plugin.error}", "see what it says")
    for template in plugin.templates:
        check_template(template)
    for recipe, file in plugin.recipes.items():
        _check_recipe(recipe, file, registry)
    for paper in plugin.papers.values():
        check_paper(paper, registry)
    _check_commands(name, registry)
    _check_components(plugin, settings or {})


def _installed_name(module: str) -> str:
    names = {point.name for point in entry_points(group=GROUP) if point.value == module}
    if len(names) != 1:
        broken(
            f"plugin {module}",
            f"has {len(names)} entry points in the group {GROUP!r}",
            f'install it with [project.entry-points.{GROUP}], or give check_plugin(name="...")',
        )
    return names.pop()


def _check_import(module: str) -> None:
    code = (
        f"import sys, importlib, byeori.testing as t\n"
        f"t.registry_of(plugin=importlib.import_module({module!r}))\n"
        f"print(*sorted(set({HEAVY}) & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        broken(f"plugin {module}", f"cannot be imported by name: {last}", "install it first")
    if found := done.stdout.strip():
        broken(
            f"plugin {module}",
            f"imports {found} when it is loaded",
            "import it inside the functions that need it: every byeori command loads every plugin",
        )


def check_template(template: PromptTemplate) -> None:
    """Check that a prompt template shows what it is given, with and without the optional parts.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    who = f"prompt template {template.name}"
    if type(template.version) is not int:
        broken(who, f"has the version {template.version!r}", "use an int")
    if template.template is None:  # the chat template of the model's tokenizer
        return
    history = (Turn("user", "an earlier question"), Turn("assistant", "an earlier answer"))
    empty: dict[str, Any] = {"system": "", "history": (), "instruction": "a question", "input": ""}
    full = {**empty, "system": "a system message", "history": history, "input": "an input"}
    for values in (empty, full):
        try:
            text = fill(template, values)
        except Exception as error:
            broken(who, f"cannot be filled: {error}", "use system, history, instruction, input")
        shown = [value for value in values.values() if isinstance(value, str)]
        shown += [turn.content for turn in values["history"]]
        if hidden := [part for part in shown if part not in text]:
            broken(who, f"leaves out {hidden[0]!r}", "show every part that is not empty")


def _check_recipe(name: str, file: "Traversable", registry: Registry) -> None:
    from byeori.plan import plan_recipe
    from byeori.recipe import read_recipe

    if not file.is_file():
        broken(f"recipe {name}", f"is not there: {file}", "add it to the files of the package")
    if not file.read_text(encoding="utf-8").startswith("#"):
        broken(f"recipe {name}", "opens without a comment", "say in its first line how it is run")
    with as_file(file) as path:
        has_tiny = bool(read_recipe(path).data.get("tiny"))
        for tiny in (False, True) if has_tiny else (False,):
            # Data that does not travel with the package is for the user to give; so is the commit
            # of a large model, where the tiny form has a model that is there.
            theirs = "base_model.path" if has_tiny and not tiny else None
            try:
                plan_recipe(read_recipe(path, tiny=tiny), registry)
            except RecipeError as error:
                wrong = [m for m in error.mistakes if m.exit_code != ExitCode.DATA]
                if wrong := [m for m in wrong if m.path != theirs]:
                    how = " with --tiny" if tiny else ""
                    broken(f"recipe {name}", f"cannot run{how}: {wrong[0]}", "correct it")


def _check_commands(name: str, registry: Registry) -> None:
    import click

    from byeori.cli.main import COMMANDS

    app = click.Group()
    call(registry.manager, "byeori_commands", name, app=app)
    for command in app.commands.values():
        if command.name in {own.name for own in COMMANDS}:
            broken(f"command {command.name}", "hides one of byeori's own", "call it something else")
        if not command.get_short_help_str():
            broken(f"command {command.name}", "has no help", "give its function a docstring")


def _check_components(plugin: Plugin, settings: Mapping[str, Settings]) -> None:
    known = [entry.cls.name for entry in plugin.components]
    for entry in plugin.components:
        check_class(entry.cls, COMPONENT_KINDS[entry.kind])
    if unknown := sorted(set(settings) - set(known)):
        broken("settings", f"name {unknown[0]!r}", f"use names of {', '.join(known)}")
    chosen = [entry for entry in plugin.components if entry.cls.name in settings]
    documents: list[Document] = []
    examples: list[Example] = []
    for entry in chosen:  # in the order of the kinds: sources, generators, filters, ...
        _run(entry, settings[entry.cls.name], documents, examples)


def _run(
    entry: ComponentEntry, config: Settings, documents: list[Document], examples: list[Example]
) -> None:
    cls: Any = entry.cls
    if entry.kind == "source":
        documents += check_data_source(cls, config)
    elif entry.kind == "generator":
        examples += check_instruction_generator(cls, config, documents)
    elif entry.kind == "filter":
        if cls.applies_to != "examples":
            check_filter(cls, config, documents)
        if cls.applies_to != "documents":
            check_filter(cls, config, examples)
    elif entry.kind == "tuning":
        check_tuning_method(cls, config)
    else:
        check_evaluator(cls, config)
