"""Chooses the documents that a recipe is tried on."""

import itertools
import random
from collections.abc import Sequence


def spread(ids: Sequence[str], number: int, chance: random.Random) -> frozenset[str]:
    """`number` of the ids, evenly: one by chance from each of so many equal stretches."""
    if number >= len(ids):
        return frozenset(ids)
    bounds = [len(ids) * i // number for i in range(number + 1)]
    return frozenset(ids[chance.randrange(low, high)] for low, high in itertools.pairwise(bounds))
