"""Cuts each optimiser step of a run into the micro-batches of each process."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.order import Indices, Order

# More make the products of a core no faster, and need memory; an accelerator wants them.
_ON_CPU, _ELSEWHERE = 512, 8192

Cut = Callable[[Indices, int], list[list[int]]]
"""From the examples of a step, and how many processes share it, to the micro-batches.

None of them is empty; their number is a multiple of the processes' where there are enough examples.
"""


@dataclass(frozen=True)
class AtOnce:
    """How much is computed at once.

    Attributes:
        examples: so many on average; None where `tokens` decides.
        tokens: about so many.
    """

    examples: int | None
    tokens: int

    def parts(self, examples: int, tokens: int, processes: int) -> int:
        """Into how many micro-batches that many examples with that many tokens are cut."""
        wanted = tokens / self.tokens if self.examples is None else examples / self.examples
        return min(examples, math.ceil(wanted / processes) * processes)


def how_much_at_once(config: TrainingConfig, device: str) -> AtOnce:
    """What a training's settings say of it.

    Args:
        config: the settings.
        device: kind of the device that computes, such as `cpu`.
    """
    default = _ON_CPU if device == "cpu" else _ELSEWHERE
    return AtOnce(config.micro_batch_size, config.micro_batch_tokens or default)


@dataclass(frozen=True)
class StepSampler:
    """The micro-batches of one process, step after step: a batch sampler of a `DataLoader`.

    In each step every process has the same number of micro-batches. Where a step has too few
    examples for that, one of them comes again with its index inverted (`~index`): it is computed,
    and not learnt.

    Attributes:
        order: of the whole run.
        cut: makes the micro-batches.
        process, processes: which of how many this is.
    """

    order: Order
    cut: Cut
    process: int = 0
    processes: int = 1

    def __len__(self) -> int:
        return self.order.steps

    def __iter__(self) -> Iterator[list[list[int]]]:
        for number in range(self.order.steps):
            lists = self.cut(self.order.step(number), self.processes)
            lacking = -len(lists) % self.processes
            yield (lists + [[~lists[0][0]]] * lacking)[self.process :: self.processes]


def by_length(lengths: Sequence[int], at_once: AtOnce) -> Cut:
    """Similar lengths together, equally many examples in each: least padding.

    Args:
        lengths: tokens of each example of the dataset.
        at_once: how much a micro-batch holds.
    """

    def cut(entries: Indices, processes: int) -> list[list[int]]:
        rows = sorted(entries.tolist(), key=lambda row: (lengths[row], row))
        count = at_once.parts(len(rows), sum(lengths[row] for row in rows), processes)
        bounds = [len(rows) * n // count for n in range(count + 1)]
        return [rows[a:b] for a, b in pairwise(bounds)]

    return cut
