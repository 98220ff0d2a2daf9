"""Refuses rows that a plugin should not have made, naming the plugin and the field."""

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from byeori.errors import PluginError
from byeori.records import Answer, Document, Example, Item, Score, Turn

R = TypeVar("R", Document, Example, Item, Score, Answer)

_REQUIRED: Mapping[type[Any], tuple[str, ...]] = {
    Document: ("text",),
    Example: ("instruction", "output"),
    Item: ("instruction",),
    Score: ("item_id", "metric"),
    Answer: ("item_id",),
}


def check(row: object, row_type: type[R], maker: str) -> R:
    """The row itself, if it keeps the contract of its type.

    Raises:
        PluginError: wrong type, an empty required text, a text that is not valid Unicode, metadata
            that is no JSON, a value that is not a finite number.
    """
    if not isinstance(row, row_type):
        raise PluginError(
            f"{maker} yielded {type(row).__name__}; it must yield {row_type.__name__} rows"
        )
    for field in dataclasses.fields(row_type):
        value = getattr(row, field.name)
        try:
            _CHECKS.get(field.name, _check_text)(value)
        except (TypeError, ValueError) as error:
            raise PluginError(
                f"{maker} yielded a {row_type.__name__} whose `{field.name}` is not usable: {error}"
            ) from error
    _check_whole(row, row_type, maker)
    return row


def _check_whole(row: Any, row_type: type[Any], maker: str) -> None:
    for name in _REQUIRED[row_type]:
        if not getattr(row, name).strip():
            raise PluginError(
                f"{maker} yielded a {row_type.__name__} with an empty `{name}`; "
                "skip such rows with context.reject(where, reason)"
            )
    if isinstance(row, Item) and row.answer is not None and not 0 <= row.answer < len(row.choices):
        raise PluginError(
            f"{maker} yielded an Item whose `answer` is {row.answer}; it has "
            f"{len(row.choices)} choices, numbered from 0"
        )
    if isinstance(row, Example) and row.metadata.get("split") not in (None, "train", "test"):
        raise PluginError(
            f"{maker} yielded an Example whose metadata['split'] is {row.metadata['split']!r}; "
            "it may be 'train', 'test' or absent"
        )


def _check_text(value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"expected a str, got {type(value).__name__}")
    value.encode()


def _check_metadata(value: object) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a mapping, got {type(value).__name__}")
    if wrong := [key for key in value if not isinstance(key, str)]:
        raise TypeError(f"its keys must be str, not {wrong[0]!r}")
    json.dumps(dict(value), sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _check_history(value: object) -> None:
    for turn in _tuple(value):
        if not isinstance(turn, Turn):
            raise TypeError(f"expected Turn rows, got {type(turn).__name__}")
        if turn.role not in ("user", "assistant"):
            raise ValueError(f"a turn's role is user or assistant, not {turn.role!r}")
        _check_text(turn.content)


def _check_choices(value: object) -> None:
    for choice in _tuple(value):
        _check_text(choice)


def _tuple(value: object) -> tuple[Any, ...]:
    if not isinstance(value, tuple):
        raise TypeError(f"expected a tuple, got {type(value).__name__}")
    return value


def _check_answer(value: object) -> None:
    if value is not None and type(value) is not int:
        raise TypeError(f"expected an int or None, got {type(value).__name__}")


def _check_value(value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number or None, got {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"{value} is no score; an item that cannot be scored has None")


_CHECKS = {
    "metadata": _check_metadata,
    "history": _check_history,
    "choices": _check_choices,
    "answer": _check_answer,
    "value": _check_value,
}
