"""How many examples of each group make an epoch: exact counts, drawn by no lot."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

Path = tuple[str, ...]
"""A group by the values of its keys: `("ko",)`, `("ko", "qa")`."""


def apportion(total: int, shares: Mapping[Path, float]) -> dict[Path, int]:
    """Whole numbers that add up to `total`, by the method of the largest remainder (Hamilton).

    Each is its exact part rounded up or down. Of equal remainders the first by name is rounded up.

    Args:
        total: how many to divide.
        shares: parts in any unit, at least 0, one of them above 0.
    """
    # Fractions, since 0.1 of 30 must be 3: the decimal that was written is what is meant.
    parts = {name: Fraction(repr(float(share))) for name, share in shares.items()}
    whole = sum(parts.values())
    exact = {name: total * part / whole for name, part in parts.items()}
    counts = {name: math.floor(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    for name in by_remainder[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def by_temperature(available: Mapping[Path, int], temperature: float) -> dict[Path, float]:
    """Parts proportional to n^(1/T) (Devlin et al. 2018, multilingual BERT; Raffel et al. 2020).

    Args:
        available: n of each group, at least 1.
        temperature: T, above 0.
    """
    largest = max(available.values())  # n / largest is at most 1: no power overflows
    return {name: (n / largest) ** (1 / temperature) for name, n in available.items()}


def balanced(names: Sequence[Path]) -> dict[Path, float]:
    """Equal parts for the values of the first key, within each for those of the second, and so on.

    Args:
        names: of all groups, each with as many values as there are keys.
    """
    parts: dict[Path, float] = {}
    for name in names:
        share = 1.0
        for depth in range(len(name)):
            share /= len({other[: depth + 1] for other in names if other[:depth] == name[:depth]})
        parts[name] = share
    return parts


def replayed(main: float, share: float) -> int:
    """How many go with `main` others so that theirs is that share, to the nearest; at least 1."""
    return max(1, round(main * share / (1 - share)))
