"""What an epoch consists of where a recipe mixes groups of examples (`mix:`)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from byeori_plugins.tuning.data.order import Epochs, Indices, Order, codes_of, shuffled
from byeori_plugins.tuning.data.shares import Path
from byeori_plugins.tuning.data.tokens import Tokens

R = TypeVar("R")
REPLAY: Path = ()
"""The group of the examples that `replay` selects; the others have at least one value."""


@dataclass(frozen=True)
class Group:
    """Examples that are counted together.

    Attributes:
        path: their values of the keys that make the groups, or `REPLAY`.
        entries: their positions in the dataset, at least one.
        count: how many of them each epoch has.
    """

    path: Path
    entries: Indices
    count: int

    @property
    def label(self) -> str:
        """The group's name for people."""
        return label(self.path)


def label(path: Path) -> str:
    """A group's name for people."""
    return "replay" if path == REPLAY else ", ".join(value or "(none)" for value in path)


@dataclass(frozen=True)
class Mixture:
    """Epochs with a fixed number of examples of each group.

    A group is passed whole, in another order each time, before any of its examples comes again;
    an epoch goes on where the one before it ended. So no example of a group is learnt twice more
    than another, whatever the group's part of an epoch is.

    Attributes:
        groups: none of them with examples in common.
        documents: the document of each example of the dataset, as a number, int64.
        together: how many examples of one document follow one another at most.
        difficulty: of each example of the dataset, float64, where easy ones come first; or None.
        seed: of the stage.
    """

    groups: tuple[Group, ...]
    documents: Indices
    together: int
    difficulty: NDArray[np.float64] | None
    seed: int
    arranged: bool = True

    @property
    def size(self) -> int:
        """Entries of one epoch."""
        return sum(group.count for group in self.groups)

    def epoch(self, number: int) -> Indices:
        """The entries of an epoch in order; those of equal difficulty are shuffled."""
        taken = [part for group in self.groups for part in self._taken(group, number)]
        entries = np.concatenate([entries for entries, _ in taken])
        passes = np.concatenate([np.full(len(entries), turn) for entries, turn in taken])
        if self.difficulty is not None:
            mixed = self._random("epoch", number).permutation(len(entries))
            return entries[mixed[np.argsort(self.difficulty[entries[mixed]], kind="stable")]]
        # A document's examples meet, but not an example and its own repetition.
        pairs = np.stack([self.documents[entries], passes])
        codes = np.unique(pairs, axis=1, return_inverse=True)[1].reshape(-1)
        random = self._random("documents", number)
        return entries[shuffled(np.arange(len(entries)), codes, self.together, random)]

    def _taken(self, group: Group, number: int) -> Iterator[tuple[Indices, int]]:
        """The entries of a group in an epoch, by the pass over the group they belong to."""
        start, end, length = number * group.count, (number + 1) * group.count, len(group.entries)
        for turn in range(start // length, -(-end // length)):
            random = self._random("group", *group.path, turn)
            entries = shuffled(group.entries, self.documents, self.together, random)
            first = turn * length
            yield entries[max(start - first, 0) : end - first], turn

    def _random(self, *names: object) -> np.random.Generator:
        """A generator that depends on the seed and `names` alone: no group moves another."""
        digest = hashlib.sha256(repr((self.seed, *names)).encode("utf-8", "surrogatepass"))
        return np.random.default_rng(int.from_bytes(digest.digest()))

    def table(self, order: Order, supervised: Sequence[int]) -> list[dict[str, Any]]:
        """By group: examples available, in an epoch and seen in the run, and the tokens of these.

        Args:
            order: of the run.
            supervised: tokens that are learnt of each example of the dataset.
        """
        seen = np.bincount(order.entries, minlength=len(self.documents))
        tokens = seen * np.asarray(supervised, dtype=np.int64)
        return [
            {
                "group": group.label,
                "available": len(group.entries),
                "per_epoch": group.count,
                "seen": int(seen[group.entries].sum()),
                "supervised_tokens_seen": int(tokens[group.entries].sum()),
            }
            for group in self.groups
        ]


def rows_at(sources: Sequence[R], rows: Sequence[int]) -> Iterator[R]:
    """What stands at those rows, which are in order: one pass, not one look-up each."""
    wanted = set(rows)
    return (source for row, source in enumerate(sources) if row in wanted)


def make_mixture(
    members: Mapping[Path, Sequence[int]],
    counts: Mapping[Path, int],
    documents: Sequence[str],
    together: int,
    difficulty: Sequence[float] | None,
    seed: int,
) -> Mixture:
    """A mixture of the groups that have a part in it.

    Args:
        members: positions in the dataset, by group.
        counts: of each group in an epoch.
        documents: the id of each example's document, or an empty text.
        together, difficulty, seed: as for `Mixture`.
    """
    groups = tuple(
        Group(path, np.asarray(members[path], dtype=np.int64), count)
        for path, count in sorted(counts.items())
        if count
    )
    hard = None if difficulty is None else np.asarray(difficulty, dtype=np.float64)
    return Mixture(groups, codes_of(documents), together, hard, seed)


def table_of(
    epochs: Epochs, order: Order, tokens: Tokens, history: Sequence[Mapping[str, float]]
) -> list[dict[str, Any]]:
    """A mixture's table for the steps that were done; empty where nothing was mixed.

    Args:
        history: what was logged, the last step among it: training may have stopped early.
    """
    if not isinstance(epochs, Mixture):
        return []
    steps = max((int(entry["step"]) for entry in history), default=0)
    done = Order(order.entries[: steps * order.batch_size], order.batch_size)
    return epochs.table(done, tokens.supervised_lengths)
