"""Annotated Korean sets in the shapes of KLUE-NLI and KLUE-TC, as komt makes instructions of."""

import csv
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from byeori_korean.example_sets.elements import elements
from byeori_korean.example_sets.filling import Slots, fill, wordings

Row = dict[str, Any]
_EVERY = 3
"""One element in so many has a premise."""
_NEEDED = ("category_ko", "state_ko", "group")
_ABOUT_EACH = 40
"""Elements, and countries, that the sentences to be classified are about."""


def inferences() -> Iterator[Row]:
    """KLUE-NLI's shape: each premise with a hypothesis that follows, one that does not, and one
    that it says nothing of."""
    told = [e.slots for e in elements() if all(name in e.slots for name in _NEEDED)]
    for slots in told[::_EVERY]:
        premise = fill(wordings("annotated.toml")["inference"]["premise"], slots)
        for label, hypothesis in wordings("annotated.toml")["inference"]["hypotheses"].items():
            other = {**slots, "period": _another(slots["period"])}
            yield {
                "guid": f"elements-nli_{slots['number']}_{label}",
                "premise": premise,
                "hypothesis": fill(hypothesis, other if label == "contradiction" else slots),
                "gold_label": label,
                "element": slots["en"],
            }


def _another(period: str) -> str:
    return str(int(period) % 7 + 1)


def topics() -> Iterator[Row]:
    """KLUE-TC's shape: sentences on chemistry and on geography."""
    wanted = wordings("annotated.toml")["topics"]
    for about, rows in (("화학", _elements()), ("지리", _countries())):
        for place, slots in enumerate(rows):
            sentence = fill(wanted[about][place % len(wanted[about])], slots)
            yield {
                "guid": f"topics_{place}_{about}",
                "text": sentence,
                "label": about,
                "about": slots["ko"],
            }


def _elements() -> list[Slots]:
    return [element.slots for element in elements()][:_ABOUT_EACH]


def _countries() -> list[Slots]:
    table = files("byeori_plugins").joinpath("base_model", "data", "countries.csv")
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    told: list[Slots] = [row | {"ko": row["name_ko"]} for row in rows if all(row.values())]
    return told[:_ABOUT_EACH]
