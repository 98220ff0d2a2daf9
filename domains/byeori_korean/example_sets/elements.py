"""The chemical elements of the shipped table, and which of them only the test asks about."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random

from byeori_korean.example_sets.filling import Slots

KNOWN = 103
"""Elements up to lawrencium: of heavier ones the table has neither state nor, mostly, category."""
HELD_OUT = 33
_SEED = 2023
"""Decides which elements are held out; steps and rates of the recipes were chosen with another."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element.

    Attributes:
        slots: what a wording can print; a fact that the table leaves open is missing.
        held_out: whether no training set may name it.
    """

    slots: Slots
    held_out: bool


@lru_cache
def elements() -> tuple[Element, ...]:
    """The elements in order of atomic number."""
    table = files("byeori_plugins").joinpath("recipes", "demo", "elements.csv")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))[:KNOWN]
    held_out = set(Random(_SEED).sample(range(KNOWN), HELD_OUT))
    return tuple(Element(_slots(row), place in held_out) for place, row in enumerate(rows))


def _slots(row: dict[str, str]) -> Slots:
    renamed = {"name_en": "en", "name_ko": "ko", "atomic_number": "number"}
    slots = {renamed.get(name, name): value for name, value in row.items() if value}
    return slots | {"En": slots["en"].capitalize()}
