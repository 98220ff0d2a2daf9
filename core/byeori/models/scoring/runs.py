"""Which prefixes begin alike: what they have in common is read once for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from byeori.models.scoring.spans import Ids

WORTH = 64
"""Tokens that must be saved, at least, for a root to be read on its own."""


@dataclass(frozen=True, slots=True)
class Run:
    """Prefixes that begin alike.

    Attributes:
        root: what all begin with; each has at least one token more. Empty where it does not pay.
        prefixes: the whole prefixes, root and all.
    """

    root: Ids
    prefixes: tuple[Ids, ...]


def runs_of(prefixes: Iterable[Ids], known: Ids = ()) -> list[Run]:
    """Distinct prefixes in runs, each with the root that saves most.

    In sorted order those that begin alike stand together; a run ends where one more prefix would
    make the root so short that less is saved in all.

    Args:
        prefixes: of any order, also equal ones.
        known: a root that has been read before: it is taken for one that is hardly longer.
    """
    found: list[Run] = []
    alone: list[Ids] = []
    members: list[Ids] = []
    root = 0
    for prefix in sorted(set(prefixes)):
        common = _common(members[-1], prefix) if members else 0
        longer = common if len(members) == 1 else min(root, common)
        if members and len(members) * longer >= (len(members) - 1) * root and longer:
            root = longer
        elif members:
            _end(members, root, found, alone, known)
            members, root = [], 0
        members.append(prefix)
    _end(members, root, found, alone, known)
    return [*found, Run((), tuple(alone))] if alone else found


def without_short_roots(runs: Iterable[Run], least: int) -> list[Run]:
    """The runs, with those whose root has fewer tokens as one run without a root, the last."""
    kept: list[Run] = []
    others: list[Ids] = []
    for run in runs:
        if len(run.root) >= least:
            kept.append(run)
        else:
            others.extend(run.prefixes)
    return [*kept, Run((), tuple(others))] if others else kept


def _common(first: Ids, second: Ids) -> int:
    """Tokens that both begin with, leaving one of each."""
    pairs = zip(first[:-1], second[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _end(members: Sequence[Ids], root: int, found: list[Run], alone: list[Ids], known: Ids) -> None:
    shared = members[0][:root] if members else ()
    if len(known) >= 0.8 * root and shared[: len(known)] == known:
        shared = known
    if (len(members) - 1) * len(shared) >= WORTH or (known and shared == known):
        found.append(Run(shared, tuple(members)))
    else:
        alone.extend(members)
