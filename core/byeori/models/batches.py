"""Batches of token rows: sorted by length, bounded by tokens."""

from collections.abc import Iterator, Sequence


def length_batches(lengths: Sequence[int], budget: int, extra: int = 0) -> Iterator[list[int]]:
    """Cut rows into batches, longest first, so that little is padding and memory peaks at once.

    Args:
        lengths: tokens of each row.
        budget: most tokens in a batch, padding counted; a longer row is a batch of its own.
        extra: tokens every row grows by (those it generates).

    Yields:
        Indices into `lengths`; each index once.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    start = 0
    while start < len(order):
        width = max(lengths[order[start]] + extra, 1)
        size = max(budget // width, 1)
        yield order[start : start + size]
        start += size


def packed(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Cut rows, in their order, into groups that hold at most `budget` tokens together.

    Yields:
        Indices into `lengths`; each index once. A longer row is a group of its own.
    """
    group: list[int] = []
    total = 0
    for index, length in enumerate(lengths):
        if group and total + length > budget:
            yield group
            group, total = [], 0
        group.append(index)
        total += length
    if group:
        yield group
