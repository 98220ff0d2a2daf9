"""Calls hooks, one plugin at a time, so that the plugin answering is known."""

from typing import Any

import pluggy

from byeori.errors import PluginError
from byeori.plugins.registry import Registry


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
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin's SystemExit must not end the run in silence
            raise PluginError(
                f"plugin {plugin.name!r} ({plugin.distribution} {plugin.version}) failed in "
                f"{hook}: {type(error).__name__}: {error}"
            ) from error
