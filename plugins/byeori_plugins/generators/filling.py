"""Prompts whose slots do not depend on documents are tried when the recipe is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from byeori import Config
from byeori.prompts import TEMPLATE_ERRORS, render


def check_prompts(config: Config, names: Iterable[str], slots: Mapping[str, Any]) -> None:
    """Fill the prompts that settings hold, with values such as they will be given.

    Args:
        config: the settings; prompts see them as `settings`.
        names: which of them are prompts (Jinja).
        slots: a value for every other slot.

    Raises:
        ValueError: one cannot be filled: it is no Jinja, or names a slot there is not.
    """
    for name in names:
        try:
            render(getattr(config, name), {**slots, "settings": config})
        except TEMPLATE_ERRORS as error:
            raise ValueError(f"`{name}` cannot be filled: {error}") from error
