"""A registry of plugins that need not be installed."""

import importlib

import pluggy

from byeori.plugins import UNPREFIXED, Plugin, Registry, discover, new_manager, register


def registry_of(**modules: object) -> Registry:
    """The built-in plugin and the given ones, as if they were all that is installed.

    Args:
        modules: modules, or any objects with `@hookimpl` functions, by plugin name.
    """
    built_in = next(p for p in discover(allow="").plugins if p.name == UNPREFIXED)
    named = {UNPREFIXED: importlib.import_module(built_in.target), **modules}
    manager = new_manager()
    return Registry(tuple(_registered(*pair, manager) for pair in named.items()), manager)


def _registered(name: str, module: object, manager: pluggy.PluginManager) -> Plugin:
    return register(Plugin(name, "testing", "0", f"testing:{name}"), lambda: module, manager)
