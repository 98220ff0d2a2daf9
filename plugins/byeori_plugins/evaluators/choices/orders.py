"""Orders in which the choices of an item are shown."""

import math
from collections.abc import Sequence
from dataclasses import replace

from byeori import Context, Item


def permuted(item: Item, context: Context, name: str) -> Item:
    """The item with its choices in an order that depends on the seed and `name` alone."""
    order = list(range(len(item.choices)))
    context.random("order", name).shuffle(order)
    choices = tuple(item.choices[index] for index in order)
    return replace(item, choices=choices, answer=order.index(item.answer or 0))


def orders(choices: int, wanted: int, context: Context, name: str) -> list[tuple[int, ...]]:
    """At most so many distinct orders of the choices, their own first.

    First come the rotations, which bring every choice to every place once; then others, drawn by
    the seed and `name`.

    Returns:
        Each order as the indices of the choices by place.
    """
    own = tuple(range(choices))
    found = [own[start:] + own[:start] for start in range(min(choices, wanted))]
    draw = context.random("orders", name)
    known = set(found)
    while len(found) < min(wanted, math.factorial(choices)):
        drawn = tuple(draw.sample(own, choices))
        if drawn not in known:
            known.add(drawn)
            found.append(drawn)
    return found


def ordered(choices: Sequence[str], order: Sequence[int]) -> list[str]:
    """The choices in this order."""
    return [choices[index] for index in order]
