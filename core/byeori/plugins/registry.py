"""What installed plugins offer, by the names a recipe uses."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from byeori.components import Component
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from byeori.reproduction import Paper

UNPREFIXED = "builtin"
"""The plugin whose components need no prefix."""


def qualified(plugin: str, name: str) -> str:
    """How a recipe names something a plugin offers."""
    return name if plugin == UNPREFIXED else f"{plugin}/{name}"


@dataclass(frozen=True)
class ComponentEntry:
    """A component a plugin offers."""

    kind: str
    plugin: str
    cls: type[Component[Any]]

    @property
    def name(self) -> str:
        """What a recipe calls it."""
        return qualified(self.plugin, self.cls.name)

    @property
    def summary(self) -> str:
        """First line of the class's docstring."""
        return (inspect.getdoc(self.cls) or "").partition("\n")[0]


@dataclass(frozen=True)
class Plugin:
    """An installed plugin, loaded or not.

    Attributes:
        name: the entry point's name.
        distribution, version: what was installed to bring it.
        target: the entry point's module.
        error: why it did not load, or empty.
        blocked: switched off by `-p no:NAME` or by the allow-list.
    """

    name: str
    distribution: str
    version: str
    target: str
    error: str = ""
    blocked: bool = False
    components: tuple[ComponentEntry, ...] = ()
    templates: tuple[PromptTemplate, ...] = ()
    recipes: Mapping[str, "Traversable"] = field(default_factory=dict)
    rubrics: Mapping[str, "Traversable"] = field(default_factory=dict)
    papers: Mapping[str, "Paper"] = field(default_factory=dict)


@dataclass(frozen=True)
class Registry:
    """Everything installed plugins offer."""

    plugins: tuple[Plugin, ...]
    manager: pluggy.PluginManager

    def components(self, *kinds: str) -> dict[str, ComponentEntry]:
        """Components of the given kinds by qualified name."""
        return {
            entry.name: entry
            for plugin in self.plugins
            for entry in plugin.components
            if entry.kind in kinds
        }

    def templates(self) -> dict[str, PromptTemplate]:
        """Prompt templates by qualified name."""
        return {template.name: template for plugin in self.plugins for template in plugin.templates}

    def recipes(self) -> dict[str, "Traversable"]:
        """Recipe files by the name they are run with."""
        return {name: file for plugin in self.plugins for name, file in plugin.recipes.items()}

    def recipe_folders(self) -> dict[str, Path]:
        """Where plugins that are not zipped have their recipes, by the plugin's name."""
        return {
            plugin.name: file.parent
            for plugin in self.plugins
            for file in plugin.recipes.values()
            if isinstance(file, Path)
        }

    def rubrics(self) -> dict[str, "Traversable"]:
        """Rubric files by the name a judge is told."""
        return {name: file for plugin in self.plugins for name, file in plugin.rubrics.items()}

    def papers(self) -> dict[str, "Paper"]:
        """Papers by the name `byeori reproduce` is told."""
        return {name: paper for plugin in self.plugins for name, paper in plugin.papers.items()}

    def plugin(self, name: str) -> Plugin | None:
        """The plugin of that name, loaded or not."""
        return next((plugin for plugin in self.plugins if plugin.name == name), None)
