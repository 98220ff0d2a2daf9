"""Dotted paths into a recipe: where they lead, and putting values there."""

import re
from collections.abc import Sequence
from typing import Any

from byeori.errors import suggest

FieldPath = tuple[str | int, ...]


def dotted(path: FieldPath) -> str:
    """`("tuning", 0, "r")` as `tuning.0.r`."""
    return ".".join(str(part) for part in path)


def split_path(text: str) -> FieldPath:
    """`tuning.0.r` as `("tuning", 0, "r")`."""
    return tuple(
        int(part) if re.fullmatch("[0-9]+", part) else part for part in text.strip().split(".")
    )


def default_id(use: str) -> str:
    """The id of a step that gives none: the component's name, usable as a file name."""
    return use.replace("/", "-")


def step_id(step: Any) -> str:
    """What an entry of a list is called: its id, or its component's name; empty for others."""
    if not isinstance(step, dict):
        return ""
    return str(step.get("id") or default_id(str(step.get("use") or "")))


def assign(data: Any, path: FieldPath, value: Any) -> FieldPath:
    """Put a value where a path leads; mappings on the way are made where there are none.

    Returns:
        The path with every entry of a list by its number.

    Raises:
        ValueError: it leads nowhere, and why.
    """
    found: list[str | int] = []
    for depth, part in enumerate(path):
        if isinstance(data, list):
            part = _entry(data, part, path[:depth])
        elif isinstance(data, dict):
            part = str(part)
        else:
            raise ValueError(f"{dotted(path[:depth])} is a single value; it has no field {part}")
        found.append(part)
        if depth == len(path) - 1:
            data[part] = value
        elif isinstance(data, dict):
            data = data.setdefault(part, {})
        else:
            data = data[part]
    return tuple(found)


def _entry(entries: Sequence[Any], part: str | int, where: FieldPath) -> int:
    """The number of a list's entry, given by number, or by an id that only one of them has."""
    if isinstance(part, int) and part < len(entries):
        return part
    names = [step_id(entry) for entry in entries]
    if names.count(str(part)) == 1:
        return names.index(str(part))
    about = f"{dotted(where)} is a list of {len(entries)}, numbered from 0; it has"
    if str(part) in names:
        raise ValueError(f"{about} {names.count(str(part))} entries {part}: give the number of one")
    known = sorted({name for name in names if name})
    raise ValueError(f"{about} no entry {part}{suggest(str(part), known)}")
