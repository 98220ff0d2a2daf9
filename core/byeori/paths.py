"""Where a path in a recipe leads: below the recipe's folder, or to what a plugin ships."""

from collections.abc import Mapping
from pathlib import Path

from byeori.errors import suggest

SHIPPED = "shipped:"
"""Starts a path to what a plugin ships beside its recipes: `shipped:PLUGIN/PATH`."""


def below(folder: Path, value: object, shipped: Mapping[str, Path]) -> object:
    """A setting's value with every path in it made absolute.

    Args:
        folder: what a relative path is relative to.
        value: a path, anything that holds paths, or anything else, which stays as it is.
        shipped: plugins' folders of recipes, by the plugin's name.

    Raises:
        ValueError: a path is empty, of nobody's home, or of a plugin that ships no recipes.
    """
    if isinstance(value, Path):
        if not value.parts:
            raise ValueError("the path is empty")
        if value.parts[0].startswith(SHIPPED):
            return _shipped(value, shipped)
        try:
            return folder / value.expanduser()
        except RuntimeError as error:  # `~name` of nobody
            raise ValueError(f"{value}: {error}") from None
    if isinstance(value, list | tuple):
        return type(value)(below(folder, item, shipped) for item in value)
    if isinstance(value, dict):
        return {key: below(folder, item, shipped) for key, item in value.items()}
    return value


def _shipped(path: Path, folders: Mapping[str, Path]) -> Path:
    plugin = path.parts[0].removeprefix(SHIPPED)
    if plugin not in folders:
        hint = suggest(plugin, list(folders))
        raise ValueError(f"{path}: no plugin named {plugin!r} ships recipes{hint}")
    return folders[plugin].joinpath(*path.parts[1:])
