"""What follows from the figures that the paper prints, and from the recipe."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib.resources import files
from typing import Any

AVERAGES = ("56.08", "57.16")
ONE = ("66.00", "73.33")
"""Of one benchmark, whose name does not stand in the text."""
Rows = Mapping[str, Sequence[float | str | None]]

FEWEST = "Questions that the one benchmark has at least (not in the paper)"
AT_MOST = "Answers that may have changed for p < 0.05 at that size (not in the paper)"
NEEDED = "Questions for a gain of 1.08 points, a fifth of the answers changed (not in the paper)"


def gains() -> Rows:
    """The differences of the figures that are printed in pairs."""
    pairs = {"Average": AVERAGES, "One benchmark": ONE}
    return {name: (float(tuned) - float(base),) for name, (base, tuned) in pairs.items()}


def tuning() -> Rows:
    """What the recipe says of the machines, languages and kinds of task."""
    from byeori_science.tasks import KINDS

    sft = next(stage for stage in _recipe()["tuning"] if stage["id"] == "sft")
    machines = sft["distributed"]
    return {
        "GPUs": (machines["nodes"] * machines["processes"],),
        "Kinds of task named": (len(KINDS),),
        "Languages in balance": (2 if "language" in sft["mix"]["balance"] else 0,),
    }


def benchmarks() -> Rows:
    """How many benchmarks of each language the suite asks."""
    from byeori_science.suite import BENCHMARKS

    languages = [one.language for one in BENCHMARKS.values()]
    return {"Korean": (languages.count("ko"),), "English": (languages.count("en"),)}


def seen() -> Rows:
    """How few questions give the printed shares, and what so many can tell."""
    from byeori.statistics import mcnemar_required_items, mcnemar_test

    size = fewest_items(ONE)
    gained = round((float(ONE[1]) - float(ONE[0])) * size / 100)
    changed = gained
    while mcnemar_test(*_answers(size, gained, changed + 2)).p_value < 0.05:
        changed += 2
    gain = 1.08 / 100
    return {
        FEWEST: (size,),
        AT_MOST: (changed,),
        NEEDED: (mcnemar_required_items((0.2 + gain) / 2, (0.2 - gain) / 2),),
    }


def _answers(size: int, gained: int, changed: int) -> tuple[list[int], list[int]]:
    """Right and wrong answers of two models that differ in `changed`, the second ahead."""
    lost = (changed - gained) // 2
    won = changed - lost
    same = [1] * (size - changed)
    return [1] * lost + [0] * won + same, [0] * lost + [1] * won + same


def fewest_items(shares: Sequence[str]) -> int:
    """The smallest number of questions of which every share, as printed, can be a share."""
    size = 1
    while not all(_can_be(Fraction(share), size) for share in shares):
        size += 1
    return size


def _can_be(percent: Fraction, size: int) -> bool:
    nearest = Fraction(round(percent * size / 100) * 100, size)
    return abs(nearest - percent) <= Fraction(1, 200)


def _recipe() -> Any:
    from ruamel.yaml import YAML

    path = files("byeori_science") / "recipes" / "koni.yaml"
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
