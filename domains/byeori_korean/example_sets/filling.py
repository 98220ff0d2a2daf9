"""Fills wordings with facts, in English and in Korean with the right particles."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from byeori_plugins.generators import with_particle

Slots = Mapping[str, str]
_PARTICLE = re.compile(r"(\S+?)\[([가-힣]+/[가-힣]+)\]")


@dataclass(frozen=True, slots=True)
class Said:
    """One text in both languages."""

    en: str
    ko: str


@lru_cache
def wordings(file: str = "wordings.toml") -> Mapping[str, Any]:
    """A table of wordings beside this module."""
    text = (files("byeori_korean.example_sets") / file).read_text(encoding="utf-8")
    return tomllib.loads(text)


def fill(wording: str, slots: Slots) -> str:
    """A wording with its slots filled, and each `[은/는]` as the word before it asks.

    Raises:
        KeyError: a fact is not known.
    """
    return _PARTICLE.sub(lambda found: with_particle(found[1], found[2]), wording.format(**slots))


def said(pair: list[str], slots: Slots) -> Said:
    """An English wording and its Korean one, filled."""
    english, korean = pair
    return Said(fill(english, slots), fill(korean, slots))
