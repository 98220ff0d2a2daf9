"""Finds plugins and keeps them apart.

The core enumerates entry points itself, so that one broken plugin cannot take the others down, and
two plugins of one name are an error instead of the first winning in silence.
"""

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points

import pluggy

from byeori import hookspecs
from byeori.errors import PluginError
from byeori.plugins.offers import components, papers, refuse_unmarked_hooks, templates, yaml_files
from byeori.plugins.registry import UNPREFIXED, Plugin, Registry

GROUP = "byeori"
ALLOW_LIST = "BYEORI_PLUGINS"


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
        refuse_unmarked_hooks(module)
        manager.register(module, name=plugin.name)
        manager.check_pending()
        return replace(
            plugin,
            components=tuple(components(plugin.name, manager)),
            templates=tuple(templates(plugin.name, manager)),
            recipes=yaml_files("byeori_recipes", plugin.name, manager),
            rubrics=yaml_files("byeori_rubrics", plugin.name, manager),
            papers=papers(plugin.name, manager),
        )
    except (
        Exception,
        SystemExit,
    ) as error:  # a plugin may raise anything; it must not stop the others
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return replace(plugin, error=f"{type(error).__name__}: {'; '.join(lines[:4])}")
