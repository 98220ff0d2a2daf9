"""Conformance of a whole plugin."""

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from byeori.components import COMPONENT_KINDS
from byeori.plugins import GROUP, ComponentEntry, Plugin
from byeori.records import Document, Example
from byeori.testing.evaluators import check_evaluator
from byeori.testing.offers import (
    check_commands,
    check_import,
    check_recipe,
    check_rubric,
    check_template,
)
from byeori.testing.papers import check_paper
from byeori.testing.registry import registry_of
from byeori.testing.rows import check_data_source, check_filter, check_instruction_generator
from byeori.testing.rules import Settings, broken, check_class
from byeori.testing.tuning import check_tuning_method


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
    check_import(loaded.__name__)
    name = name or _installed_name(loaded.__name__)
    registry = registry_of(**{name: loaded})
    plugin = registry.plugin(name)
    if plugin is None or plugin.error:
        broken(f"plugin {name}", f"does not load: {plugin and plugin.error}", "see what it says")
    for template in plugin.templates:
        check_template(template)
    for recipe, file in plugin.recipes.items():
        check_recipe(recipe, file, registry)
    for rubric, file in plugin.rubrics.items():
        check_rubric(rubric, file, registry)
    for paper in plugin.papers.values():
        check_paper(paper, registry)
    check_commands(name, registry)
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
