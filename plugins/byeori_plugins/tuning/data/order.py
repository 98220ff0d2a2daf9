"""The order of a whole run: which examples each optimiser step takes, known before the first."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.training.schedule import entries_in_run

Indices = NDArray[np.int64]

# A step of one document alone would teach that document: there are about eight of them in a step,
# and where that is too few for anything to be shared, four examples stay together.
_DOCUMENTS_IN_STEP = 8
_TOGETHER = 4


class Epochs(Protocol):
    """What one pass over the data consists of."""

    @property
    def size(self) -> int:
        """Entries of one epoch, at least 1."""

    @property
    def arranged(self) -> bool:
        """Whether the order of the entries has a meaning and is kept; else they are shuffled."""

    def epoch(self, number: int) -> Indices:
        """The entries of an epoch, counted from 0: positions of examples in the dataset.

        Shape [size], int64. An example may stand there several times, or not at all. A function of
        the number alone (and of a seed the object holds), so that a resumed run agrees.
        """


@dataclass(frozen=True)
class EveryExample:
    """Each of `size` examples once in an epoch."""

    size: int
    arranged: bool = False

    def epoch(self, number: int) -> Indices:
        """All positions, in their own order."""
        return np.arange(self.size, dtype=np.int64)


@dataclass(frozen=True)
class Order:
    """The examples of a whole run, step after step.

    Attributes:
        entries: positions in the dataset, int64; one epoch goes over into the next.
        batch_size: entries of an optimiser step; the last step may have fewer.
    """

    entries: Indices
    batch_size: int

    @property
    def steps(self) -> int:
        """Optimiser steps of the run."""
        return math.ceil(len(self.entries) / self.batch_size)

    def step(self, number: int) -> Indices:
        """What the optimiser step of that number, counted from 0, learns from."""
        return self.entries[number * self.batch_size : (number + 1) * self.batch_size]


def order_of_run(
    config: TrainingConfig, epochs: Epochs, documents: Sequence[Hashable], seed: int
) -> Order:
    """Lay out a run, epoch after epoch, each shuffled in its own way.

    Args:
        config: says how long the run is, and how it is shuffled.
        epochs: what an epoch consists of.
        documents: for each example of the dataset, the document it is about; examples without
            one (empty or None) are each on their own.
        seed: of the stage.
    """
    codes = codes_of(documents)
    total = entries_in_run(config, epochs.size)
    parts = []
    for number in range(math.ceil(total / epochs.size)):
        entries = np.asarray(epochs.epoch(number), dtype=np.int64)
        if not epochs.arranged:
            random = np.random.default_rng([seed % 2**64, number])
            entries = shuffled(entries, codes, together(config), random)
        parts.append(entries)
    return Order(np.concatenate(parts)[:total], config.batch_size)


def together(config: TrainingConfig) -> int:
    """How many examples of one document follow one another at most; 1 is no such order."""
    if config.shuffle == "examples":
        return 1
    return max(_TOGETHER, config.batch_size // _DOCUMENTS_IN_STEP)


def shuffled(
    entries: Indices, codes: Indices, together: int, random: np.random.Generator
) -> Indices:
    """The entries in random order, those of one document in runs of up to `together`.

    Args:
        entries: positions in the dataset.
        codes: the document of each example of the dataset, as a number.
    """
    entries = random.permutation(entries)
    if together == 1:
        return entries
    by_document = entries[np.argsort(codes[entries], kind="stable")]
    document = codes[by_document]
    first = np.flatnonzero(np.append(True, document[1:] != document[:-1]))
    counts = np.diff(np.append(first, len(entries)))
    within = np.arange(len(entries)) - np.repeat(first, counts)
    run = np.cumsum(within % together == 0) - 1
    turn = random.permutation(int(run[-1]) + 1)
    return by_document[np.argsort(turn[run], kind="stable")]


def codes_of(documents: Sequence[Hashable]) -> Indices:
    """One number for each document, from 0; examples without a document get one each."""
    known: dict[Hashable, int] = {}
    codes = np.empty(len(documents), dtype=np.int64)
    for index, document in enumerate(documents):
        key = ("document", document) if document else ("example", index)
        codes[index] = known.setdefault(key, len(known))
    return codes
