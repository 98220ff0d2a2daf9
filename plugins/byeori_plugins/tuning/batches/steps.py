"""Cuts each optimiser step of a run into the micro-batches of each process."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from byeori_plugins.tuning.data.order import Indices, Order

Cut = Callable[[Indices, int], list[list[int]]]
"""From the examples of a step, and how many micro-batches to make, to the micro-batches.

None of them is empty; there are at least as many examples as micro-batches.
"""


@dataclass(frozen=True)
class StepSampler:
    """The micro-batches of one process, step after step: a batch sampler of a `DataLoader`.

    In each step every process has the same number of micro-batches: `accumulation` of them, or
    fewer in a short last step. Where that step has too few examples for all processes, one of them
    comes again with its index inverted (`~index`): it is computed, and not learnt.

    Attributes:
        order: of the whole run.
        accumulation: micro-batches of a process in a step.
        cut: makes the micro-batches.
        process, processes: which of how many this is.
    """

    order: Order
    accumulation: int
    cut: Cut
    process: int = 0
    processes: int = 1

    def __len__(self) -> int:
        steps = self.order.steps
        return (steps - 1) * self.accumulation + self._of_process(len(self.order.step(steps - 1)))

    def __iter__(self) -> Iterator[list[int]]:
        for number in range(self.order.steps):
            lists = self._lists(self.order.step(number))
            yield from lists[self.process :: self.processes]

    def _of_process(self, entries: int) -> int:
        """Micro-batches of each process in a step of that many examples."""
        each = self.order.batch_size / (self.accumulation * self.processes)
        return min(self.accumulation, math.ceil(entries / (each * self.processes)))

    def _lists(self, entries: Indices) -> list[list[int]]:
        count = self._of_process(len(entries)) * self.processes
        lists = self.cut(entries, min(count, len(entries)))
        return lists + [[~lists[0][0]]] * (count - len(lists))


def by_length(lengths: Sequence[int]) -> Cut:
    """Similar lengths together, equally many examples in each: least padding.

    Args:
        lengths: tokens of each example of the dataset.
    """

    def cut(entries: Indices, count: int) -> list[list[int]]:
        rows = sorted(entries.tolist(), key=lambda row: (lengths[row], row))
        bounds = [len(rows) * n // count for n in range(count + 1)]
        return [rows[a:b] for a, b in pairwise(bounds)]

    return cut
