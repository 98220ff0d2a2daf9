"""Finds plugins, keeps them apart, and lists what they offer.

The core enumerates entry points itself, so that one broken plugin cannot take the others down, and
two plugins of one name are an error instead of the first winning in silence.
"""

import inspect
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from byeori import hookspecs
from byeori.components import COMPONENT_KINDS, Component, Config
from byeori.errors import PluginError
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

GROUP = "byeori"
UNPREFIXED = "builtin"
"""The plugin whose components need no prefix."""

ALLOW_LIST = "BYEORI_PLUGINS"
_COMPONENT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_HOOK_OF_KIND = {
    "source": "byeori_data_sources",
    "generator": "byeori_instruction_generators",
    "filter": "byeori_filters",
    "tuning": "byeori_tuning_methods",
    "evaluator": "byeori_evaluators",
}


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

    def plugin(self, name: str) -> Plugin | None:
        """The plugin of that name, loaded or not."""
        return next((plugin for plugin in self.plugins if plugin.name == name), None)


def discover(block: Iterable[str] = (), allow: str | None = None) -> Registry:
    """Load all installed plugins but the blocked ones.

    Args:
        block: names switched off (`-p no:NAME`).
        allow: comma-separated allow-list; None reads the environment variable `BYEORI_PLUGINS`.

    Raises:
        PluginError: two distributions offer a plugin of one name.
    """
    allow = os.environ.get(ALLOW_LIST) if allow is None else allow
    allowed = None if allow is None else {name.strip() for name in allow.split(",")} | {UNPREFIXED}
    blocked = set(block)
    manager = new_manager()
    plugins = []
    for point in _entry_points(blocked):
        plugin = _describe(point)
        if plugin.name in blocked or (allowed is not None and plugin.name not in allowed):
            plugins.append(replace(plugin, blocked=True))
        else:
            plugins.append(register(plugin, point.load, manager))
    return Registry(tuple(plugins), manager)


def new_manager() -> pluggy.PluginManager:
    """A plugin manager that knows the hooks and no plugin."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _entry_points(blocked: Collection[str]) -> list[EntryPoint]:
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        first = points.setdefault(point.name, point)
        # An editable install can be listed twice; only another target or distribution is a clash.
        if _describe(first) != _describe(point) and point.name not in blocked:
            one, other = _describe(first), _describe(point)
            raise PluginError(
                f"two plugins are named {point.name!r}: {one.target} from {one.distribution} "
                f"{one.version} and {other.target} from {other.distribution} {other.version}; "
                f"uninstall one, or rename its entry point in group {GROUP!r}"
            )
    return sorted(points.values(), key=lambda point: (point.name != UNPREFIXED, point.name))


def _describe(point: EntryPoint) -> Plugin:
    distribution = point.dist
    return Plugin(
        name=point.name,
        distribution=distribution.name if distribution else "?",
        version=distribution.version if distribution else "?",
        target=point.value,
    )


def register(plugin: Plugin, load: Callable[[], object], manager: pluggy.PluginManager) -> Plugin:
    """The plugin with what it offers, or with the error that kept it from loading.

    Args:
        plugin: its name and distribution.
        load: imports its module.
        manager: where its hooks are registered; nothing of a broken plugin stays there.
    """
    try:
        module = load()
        _refuse_unmarked_hooks(module)
        manager.register(module, name=plugin.name)
        manager.check_pending()
        return replace(
            plugin,
            components=tuple(_components(plugin.name, manager)),
            templates=tuple(_templates(plugin.name, manager)),
            recipes=_recipes(plugin.name, manager),
        )
    except (
        Exception,
        SystemExit,
    ) as error:  # a plugin may raise anything; it must not stop the others
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        first_line = str(error).strip().partition("\n")[0]
        return replace(plugin, error=f"{type(error).__name__}: {first_line}")


def _refuse_unmarked_hooks(module: object) -> None:
    marker = f"{hookspecs.PROJECT}_impl"
    for name, value in vars(module).items():
        looks_like_hook = name.startswith("byeori_") and inspect.isfunction(value)
        if looks_like_hook and not hasattr(value, marker):
            raise PluginError(f"{name}() is not marked as a hook; put @hookimpl above it")


def call(manager: pluggy.PluginManager, hook: str, plugin: str, **arguments: object) -> list[Any]:
    """Call one plugin's implementations of a hook, each with the arguments it takes."""
    caller = getattr(manager.hook, hook)
    return [
        implementation.function(*(arguments[name] for name in implementation.argnames))
        for implementation in caller.get_hookimpls()
        if implementation.plugin_name == plugin
    ]


def call_all(registry: Registry, hook: str, **arguments: object) -> None:
    """Call every plugin's implementations of a hook, in the order of `byeori plugins`.

    Raises:
        PluginError: an implementation raised; names the plugin.
    """
    for plugin in registry.plugins:
        try:
            call(registry.manager, hook, plugin.name, **arguments)
        except Exception as error:
            raise PluginError(
                f"plugin {plugin.name!r} ({plugin.distribution} {plugin.version}) failed in "
                f"{hook}: {type(error).__name__}: {error}"
            ) from error


def _components(plugin: str, manager: pluggy.PluginManager) -> Iterable[ComponentEntry]:
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


def _templates(plugin: str, manager: pluggy.PluginManager) -> Iterable[PromptTemplate]:
    for templates in call(manager, "byeori_prompt_templates", plugin):
        for template in templates:
            if not isinstance(template, PromptTemplate):
                raise PluginError(f"byeori_prompt_templates: {template!r} is not a PromptTemplate")
            yield replace(template, name=qualified(plugin, template.name))


def _recipes(plugin: str, manager: pluggy.PluginManager) -> dict[str, "Traversable"]:
    return {
        qualified(plugin, file.name.rpartition(".")[0]): file
        for files in call(manager, "byeori_recipes", plugin)
        for file in files
    }


def suggest(name: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?`, or the list of what there is."""
    from difflib import get_close_matches

    if close := get_close_matches(name, known, n=1, cutoff=0.6):
        return f"; did you mean {close[0]!r}?"
    return f"; there is {', '.join(sorted(known))}" if known else ""
