"""Every check of one installed plugin, in order."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pydantic

from byeori.components import COMPONENT_KINDS
from byeori.plugins import ComponentEntry, Plugin, Registry
from byeori.records import Document
from byeori.testing.installed.components import ADVICE, check_component
from byeori.testing.installed.outcome import Check, NotRunError, checked
from byeori.testing.installed.recipes import RecipeRows, recipe_rows, whole
from byeori.testing.installed.standins import default_config
from byeori.testing.offers import (
    check_commands,
    check_import,
    check_recipe,
    check_rubric,
    check_template,
)
from byeori.testing.papers import check_paper
from byeori.testing.rules import broken, check_class


def check_installed(
    plugin: Plugin, registry: Registry, settings: Sequence[RecipeRows] = ()
) -> Iterator[Check]:
    """Check everything a plugin offers; one result after the other, as they are known.

    Components are run with the settings, and on the rows, of recipes: of `settings`, then of the
    plugin's own (in their tiny form, where they have one). Others are run with their defaults on
    sample rows, or not run where they need settings. Nothing beyond this machine is asked.

    Args:
        plugin: as `byeori.plugins.discover` found it, also where it failed to load.
        registry: what is installed.
        settings: further recipes, or parts of recipes, that use the plugin's components.
    """
    made = partial(checked, plugin.name)
    yield made("plugin", plugin.name, lambda: _loaded(plugin))
    yield made("import", plugin.target, lambda: check_import(plugin.target.partition(":")[0]))
    if plugin.error:
        return
    yield from _run_components(plugin, [*settings, *recipe_rows(plugin, registry)])
    for template in plugin.templates:
        yield made("prompt", template.name, partial(check_template, template))
    for name, file in plugin.recipes.items():
        yield made("recipe", name, partial(check_recipe, name, file, registry))
    for name, file in plugin.rubrics.items():
        yield made("rubric", name, partial(check_rubric, name, file, registry))
    for name, paper in plugin.papers.items():
        yield made("paper", name, partial(check_paper, paper, registry))
    yield made("commands", plugin.name, partial(check_commands, plugin.name, registry))


def _loaded(plugin: Plugin) -> None:
    if plugin.error:
        broken(f"plugin {plugin.name}", f"does not load: {plugin.error}", "see what it says")


def _run_components(plugin: Plugin, recipes: Sequence[RecipeRows]) -> Iterator[Check]:
    documents: list[Document] = []
    for kind in COMPONENT_KINDS:
        for entry in plugin.components:
            if entry.kind == kind:
                for settings, work in _ways(entry, recipes, documents):
                    yield checked(plugin.name, kind, entry.name, work, settings)


def _ways(
    entry: ComponentEntry, recipes: Sequence[RecipeRows], documents: list[Document]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each way to run a component: where its settings come from, and the check."""
    seen: set[str] = set()
    for rows in recipes:
        if seen and rows.spare:
            continue
        for place, use in rows.uses.items():
            if use.entry == entry and repr(use.config) not in seen:
                seen.add(repr(use.config))
                yield f"{rows.name}: {use.step}", partial(_of_recipe, entry, rows, place, documents)
    if not seen:
        yield "defaults", partial(_of_defaults, entry, documents)


def _of_recipe(
    entry: ComponentEntry, rows: RecipeRows, place: tuple[Any, ...], documents: list[Document]
) -> None:
    config = whole(rows.uses[place])
    if rows.uses[place].models:
        raise NotRunError(
            "works on what other stages made; test it with byeori.testing.check_tuning_method and "
            "TuningData(models=...)"
        )
    try:
        given, sure = rows.before(place), not rows.thinned
    except NotRunError:  # its documents are the user's: others take their place
        given, sure = (documents[:40], []), False
    made = check_component(entry, config, *given, sure=sure)
    if entry.kind == "source":
        documents += made


def _of_defaults(entry: ComponentEntry, documents: list[Document]) -> None:
    check_class(entry.cls, COMPONENT_KINDS[entry.kind])
    try:
        config = default_config(entry.cls.config_model)
    except pydantic.ValidationError as error:
        needed = (f"`{e['loc'][0]}`" if e["loc"] else e["msg"] for e in error.errors())
        raise NotRunError(f"needs settings ({', '.join(needed)}); {ADVICE}") from None
    made = check_component(entry, config, documents[:40], [], sure=False)
    if entry.kind == "source":
        documents += made
