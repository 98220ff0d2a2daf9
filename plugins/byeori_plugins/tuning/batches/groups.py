"""Which examples of a step travel together: those that begin with the same tokens."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from byeori_plugins.tuning.batches.steps import AtOnce, Cut
from byeori_plugins.tuning.data.order import Indices

Ids = NDArray[np.int64]

# A shared token saves its whole way through the layers; a branch pays for it with attention that
# no kernel skips the upper half of. One token's weights cost about as much as 3,000 pairs in
# attention (6 times a hidden size of 512, for each layer).
_PAIRS_PER_TOKEN = 3000
_LEAST_SHARED = 4
_UNEVEN = 1.25


@dataclass(frozen=True)
class Group:
    """Examples with a common beginning.

    Attributes:
        members: which they are, as the caller numbers them.
        prefix: how many tokens they share at their beginning; 0 in a group of one.
        tokens: how many tokens the group has, the shared ones once, last tokens left out.
    """

    members: tuple[int, ...]
    prefix: int
    tokens: int


def inputs_of(ids: Ids) -> Ids:
    """The tokens of an example that something is predicted from: all but the last one."""
    return ids[:-1]


def prefix_groups(examples: Sequence[Ids]) -> list[Group]:
    """The grouping that saves most, among those of neighbours in the order of their tokens.

    Args:
        examples: token ids of each, at least 2; the members of the groups are positions here.
    """
    inputs = [inputs_of(ids) for ids in examples]
    ordered = sorted(range(len(inputs)), key=lambda n: (inputs[n].astype(">u4").tobytes(), n))
    lengths = np.array([len(inputs[n]) for n in ordered])
    common = np.array([_common(inputs[a], inputs[b]) for a, b in pairwise(ordered)], dtype=int)
    return [
        _group([ordered[n] for n in range(start, end)], lengths[start:end], common[start : end - 1])
        for start, end in _best_bounds(lengths, common)
    ]


def by_tokens(read: Callable[[int], Ids], at_once: AtOnce, *, share: bool) -> Cut:
    """Equal work in each micro-batch, and groups with a common beginning whole where that is so.

    Groups are cut only where a number of examples is asked for, or where processes would wait for
    the one that has the largest.

    Args:
        read: the token ids of an example of the dataset.
        at_once: how much a micro-batch holds.
        share: whether common beginnings are computed once; else each example is on its own.
    """

    def cut(entries: Indices, processes: int) -> list[list[int]]:
        examples = [read(int(row)) for row in entries]
        groups = prefix_groups(examples) if share else alone(examples)
        tokens = sum(group.tokens for group in groups)
        count = at_once.parts(len(examples), tokens, processes)
        even = count
        if at_once.examples is None:
            whole = math.ceil(len(groups) / processes) * processes
            count, even = min(count, whole), processes
        groups = _split(groups, examples, count, _UNEVEN * tokens / even)
        return [
            [int(entries[n]) for group in part for n in group.members]
            for part in _balanced(groups, count)
        ]

    return cut


def alone(examples: Sequence[Ids]) -> list[Group]:
    """Each example in a group of its own."""
    return [Group((n,), 0, len(inputs_of(ids))) for n, ids in enumerate(examples)]


def _common(first: Ids, second: Ids) -> int:
    """How many tokens two examples share at their beginning."""
    length = min(len(first), len(second))
    differ = np.flatnonzero(first[:length] != second[:length])
    return int(differ[0]) if len(differ) else length


def _group(members: Sequence[int], lengths: NDArray[np.int64], common: Ids) -> Group:
    prefix = int(common.min()) if len(common) else 0
    return Group(tuple(members), prefix, int(lengths.sum()) - prefix * (len(members) - 1))


def _best_bounds(lengths: NDArray[np.int64], common: Ids) -> list[tuple[int, int]]:
    """Cuts the row of examples so that most tokens are saved: dynamic programming from the left.

    Args:
        lengths: tokens of each example, in order.
        common: tokens that neighbours share.
    """
    best = np.zeros(len(lengths) + 1)
    start = np.zeros(len(lengths) + 1, dtype=int)
    for end in range(1, len(lengths) + 1):
        first = np.arange(end)
        prefix = np.append(np.minimum.accumulate(common[: end - 1][::-1])[::-1], 0)
        rest = _tails(lengths[:end], prefix)
        saved = prefix * (end - 1 - first) - rest / (2 * _PAIRS_PER_TOKEN)
        saved[prefix < _LEAST_SHARED] = -np.inf
        saved[-1] = 0.0
        # A tie goes to the later start, which is the smaller group.
        total = (best[:end] + saved)[::-1]
        start[end] = end - 1 - int(np.argmax(total))
        best[end] = total.max()
    bounds = []
    end = len(lengths)
    while end:
        bounds.append((int(start[end]), end))
        end = int(start[end])
    return bounds[::-1]


def _tails(lengths: NDArray[np.int64], prefix: Ids) -> NDArray[np.float64]:
    """For each start, the squared lengths of the branches from there to the end, summed."""
    count = np.arange(len(lengths), 0, -1)
    sums = np.cumsum(lengths[::-1].astype(float))[::-1]
    squares = np.cumsum(lengths[::-1].astype(float) ** 2)[::-1]
    return np.asarray(squares - 2 * prefix * sums + count * prefix.astype(float) ** 2)


def _split(groups: list[Group], examples: Sequence[Ids], count: int, most: float) -> list[Group]:
    """Halve the largest group while there are fewer than `count`, or it is larger than `most`."""
    groups = list(groups)
    while True:
        largest = max(
            (group for group in groups if len(group.members) > 1),
            key=lambda group: group.tokens,
            default=None,
        )
        if largest is None or (len(groups) >= count and largest.tokens <= most):
            return groups
        groups.remove(largest)
        half = len(largest.members) // 2
        for members in (largest.members[:half], largest.members[half:]):
            prefix = largest.prefix if len(members) > 1 else 0
            tokens = sum(len(inputs_of(examples[n])) for n in members)
            groups.append(Group(members, prefix, tokens - prefix * (len(members) - 1)))


def _balanced(groups: Sequence[Group], count: int) -> list[list[Group]]:
    """The largest first, each to the part with the least so far."""
    parts: list[list[Group]] = [[] for _ in range(count)]
    load = [0] * count
    for group in sorted(groups, key=lambda group: (-group.tokens, group.members)):
        lightest = load.index(min(load))
        parts[lightest].append(group)
        load[lightest] += group.tokens
    return parts
