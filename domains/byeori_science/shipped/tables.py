"""The tables of elements and countries that byeori ships, and who of them is kept for exams."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from random import Random

LANGUAGES = ("en", "ko")
HELD_OUT = 26
"""Elements that no document is about: a quarter."""
ASKED_COUNTRIES = 65
"""Countries that the general data says nothing of: a third."""

Row = Mapping[str, str]


def elements() -> tuple[list[Row], list[Row]]:
    """The elements whose category is known: those of documents, and those of exams."""
    rows = [row for row in _read("recipes/demo/elements.csv") if row["category_en"]]
    return _apart(rows, HELD_OUT, "elements")


def countries() -> tuple[list[Row], list[Row]]:
    """The countries of the general data, and those of the general exams."""
    return _apart(list(_read("base_model/data/countries.csv")), ASKED_COUNTRIES, "countries")


def _read(path: str) -> Iterator[Row]:
    text = files("byeori_plugins").joinpath(*path.split("/")).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _apart(rows: Sequence[Row], held_out: int, name: str) -> tuple[list[Row], list[Row]]:
    """Rows in the table's order, `held_out` of them, drawn once and for all, apart."""
    drawn = set(Random(f"science {name}").sample(range(len(rows)), held_out))
    kept = [row for place, row in enumerate(rows) if place not in drawn]
    return kept, [row for place, row in enumerate(rows) if place in drawn]
