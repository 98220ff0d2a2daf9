"""Asks one plugin what it offers, and refuses what is not as the hooks demand."""

import inspect
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pluggy

from byeori import hookspecs
from byeori.components import COMPONENT_KINDS, Component, Config
from byeori.errors import PluginError
from byeori.plugins.calling import call
from byeori.plugins.registry import ComponentEntry, qualified
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from byeori.reproduction import Paper

_COMPONENT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_HOOK_OF_KIND = {
    "source": "byeori_data_sources",
    "generator": "byeori_instruction_generators",
    "filter": "byeori_filters",
    "tuning": "byeori_tuning_methods",
    "evaluator": "byeori_evaluators",
}


def refuse_unmarked_hooks(module: object) -> None:
    """Raise PluginError where a function is named like a hook but lacks `@hookimpl`."""
    marker = f"{hookspecs.PROJECT}_impl"
    for name, value in vars(module).items():
        looks_like_hook = name.startswith("byeori_") and inspect.isfunction(value)
        if looks_like_hook and not hasattr(value, marker):
            raise PluginError(f"{name}() is not marked as a hook; put @hookimpl above it")


def components(plugin: str, manager: pluggy.PluginManager) -> Iterable[ComponentEntry]:
    """The components of one plugin, each checked against its kind."""
    seen: dict[tuple[str, str], type] = {}
    for kind, hook in _HOOK_OF_KIND.items():
        for classes in call(manager, hook, plugin):
            for cls in classes:
                _check_class(cls, COMPONENT_KINDS[kind], hook)
                if other := seen.get((kind, cls.name)):
                    raise PluginError(
                        f"{hook} offers two named {cls.name!r}: {other.__name__}, {cls.__name__}"
                    )
                seen[kind, cls.name] = cls
                yield ComponentEntry(kind, plugin, cls)


def _check_class(cls: Any, base: type[Component[Any]], hook: str) -> None:
    name, version, config = (getattr(cls, a, None) for a in ("name", "version", "config_model"))
    problem = ""
    if not (inspect.isclass(cls) and issubclass(cls, base)):
        problem = f"is not a {base.__name__} class"
    elif not isinstance(name, str) or not _COMPONENT_NAME.fullmatch(name):
        problem = "needs a `name` of lower-case letters, digits, `-` and `_`"
    elif not isinstance(version, int):
        problem = "needs a `version` that is an int"
    elif not (inspect.isclass(config) and issubclass(config, Config)):
        problem = "needs a `config_model` that is a byeori.Config class"
    elif missing := getattr(cls, "__abstractmethods__", None):
        problem = f"does not define {', '.join(sorted(missing))}"
    if problem:
        raise PluginError(f"{hook}: {getattr(cls, '__name__', cls)!s} {problem}")


def templates(plugin: str, manager: pluggy.PluginManager) -> Iterable[PromptTemplate]:
    """The prompt templates of one plugin, by qualified name."""
    for templates in call(manager, "byeori_prompt_templates", plugin):
        for template in templates:
            if not isinstance(template, PromptTemplate):
                raise PluginError(f"byeori_prompt_templates: {template!r} is not a PromptTemplate")
            yield replace(template, name=qualified(plugin, template.name))


def yaml_files(hook: str, plugin: str, manager: pluggy.PluginManager) -> dict[str, "Traversable"]:
    """The files that a hook of one plugin returns, by the name a user gives for them."""
    return {
        qualified(plugin, file.name.rpartition(".")[0]): file
        for files in call(manager, hook, plugin)
        for file in files
    }


def papers(plugin: str, manager: pluggy.PluginManager) -> dict[str, "Paper"]:
    """The papers of one plugin, by qualified name.

    Raises:
        PluginError: what is offered is no paper, or two have one name.
    """
    offered = [paper for papers in call(manager, "byeori_papers", plugin) for paper in papers]
    if not offered:
        return {}
    from byeori.reproduction import Paper

    if others := [one for one in offered if not isinstance(one, Paper)]:
        raise PluginError(f"byeori_papers: {others[0]!r} is not a byeori.reproduction.Paper")
    names = [paper.name for paper in offered]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PluginError(f"byeori_papers offers two named {twice[0]!r}")
    return {qualified(plugin, paper.name): paper for paper in offered}
