"""One micro-batch as one row of tokens: `[prefix][branch 1][branch 2]...`, group after group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from torch import Tensor

from byeori_plugins.tuning.batches.groups import Ids, alone, inputs_of, prefix_groups

NO_BRANCH = 0


@dataclass(frozen=True)
class Span:
    """Where one group lies in the row.

    Attributes:
        start: its first token.
        prefix: tokens that all of its branches see; 0 for an example that shares nothing.
        branches: tokens of each branch, one after the other; a branch may be empty.
    """

    start: int
    prefix: int
    branches: tuple[int, ...]

    @property
    def end(self) -> int:
        """The token after its last one."""
        return self.start + self.prefix + sum(self.branches)

    @property
    def reach(self) -> int:
        """The tokens that make it long or short for attention: the prefix, or the only branch."""
        return max(self.prefix, self.branches[0] if len(self.branches) == 1 else 0)


@dataclass(frozen=True)
class Layout:
    """Which token of a row stands where, and so which other tokens it sees.

    A token sees those of its own group that come no later, in the prefix or in its own branch.

    Attributes:
        positions: [t] int64, each token's position in its example.
        groups: [t] int64, the number of its group.
        branches: [t] int64, the number of its branch within the group from 1; 0 in the prefix.
        spans: the groups, in their order in the row.
        learnt: [r] int64, the places from whose output something is predicted; empty if unknown.
        queries: [r] int64, the places whose attention is asked for; None is all. Others may get
            any.
        kept: what attention has derived from it, once for all layers.
    """

    positions: Tensor
    groups: Tensor
    branches: Tensor
    spans: tuple[Span, ...]
    learnt: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.long))
    queries: Tensor | None = None
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def to(self, device: torch.device) -> "Layout":
        """The same on another device, or the layout itself where it is on that one."""
        if self.positions.device == device:
            return self
        positions, groups = self.positions.to(device), self.groups.to(device)
        branches, learnt = self.branches.to(device), self.learnt.to(device)
        return Layout(positions, groups, branches, self.spans, learnt)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made at the first call with this key."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def visible(self, query: Tensor, key: Tensor, window: int | None = None) -> Tensor:
        """Whether the token at each `query` sees the one at each `key`: bool, as they broadcast.

        Args:
            query, key: places in the row.
            window: how many positions a token sees, itself among them; None is all.
        """
        branch, distance = self.branches[key], self.positions[query] - self.positions[key]
        seen = (branch == NO_BRANCH) | (branch == self.branches[query])
        seen = seen & (self.groups[key] == self.groups[query]) & (distance >= 0)
        return seen if window is None else seen & (distance < window)


def lay_out(lengths: Sequence[tuple[int, Sequence[int]]]) -> Layout:
    """A layout of groups, each given by the length of its prefix and those of its branches."""
    sizes = [prefix + sum(branches) for prefix, branches in lengths]
    starts = [0, *accumulate(sizes)]
    spans = tuple(
        Span(start, prefix, tuple(branches))
        for start, (prefix, branches) in zip(starts, lengths, strict=False)
    )
    positions, branch_of = [], []
    for span in spans:
        positions.append(np.arange(span.prefix))
        branch_of.append(np.full(span.prefix, NO_BRANCH))
        for number, length in enumerate(span.branches, start=1):
            positions.append(np.arange(span.prefix, span.prefix + length))
            branch_of.append(np.full(length, number))
    return Layout(
        torch.from_numpy(np.concatenate(positions)),
        torch.from_numpy(np.repeat(np.arange(len(spans)), sizes)),
        torch.from_numpy(np.concatenate(branch_of)),
        spans,
    )


@dataclass(frozen=True)
class Pack:
    """Makes one row of the examples of a micro-batch.

    Attributes:
        share: whether a common beginning is computed once; else each example is on its own.
    """

    share: bool

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Lay out `n` examples in a row of `t` tokens.

        The last token of an example is no input, since nothing is predicted from it.

        Returns:
            `input_ids` and `position_ids` [1, t]; `layout`; `logits_to_keep` [r], the places in the
            row from whose output something is predicted; `rows` [m], for each learnt token its
            place among those, and `labels` [m], which token it is; `index` [n], the examples'
            positions in the dataset.
        """
        examples = [row["input_ids"] for row in rows]
        groups = self._groups(examples)
        layout = lay_out(
            [(prefix, [len(inputs_of(examples[n])) - prefix for n in m]) for m, prefix in groups]
        )
        ids: list[Ids] = []
        sources: list[Ids] = []
        targets: list[Ids] = []
        for (members, prefix), span in zip(groups, layout.spans, strict=True):
            ids.append(examples[members[0]][:prefix])
            place = span.start + prefix
            for n in members:
                ids.append(inputs_of(examples[n])[prefix:])
                before = np.arange(rows[n]["prompt"], len(examples[n])) - 1
                sources.append(before + np.where(before < prefix, span.start, place - prefix))
                targets.append(examples[n][rows[n]["prompt"] :])
                place += len(ids[-1])
        kept, order = np.unique(np.concatenate(sources), return_inverse=True)
        # Where nothing is learnt there is a step all the same: other processes wait for it.
        kept = kept if len(kept) else np.zeros(1, dtype=np.int64)
        return {
            "input_ids": torch.from_numpy(np.concatenate(ids))[None],
            "position_ids": layout.positions[None],
            "layout": replace(layout, learnt=torch.from_numpy(kept)),
            "logits_to_keep": torch.from_numpy(kept),
            "rows": torch.from_numpy(order),
            "labels": torch.from_numpy(np.concatenate(targets)),
            "index": torch.tensor([row["index"] for row in rows]),
        }

    def order(self, examples: Sequence[Ids]) -> list[int]:
        """The examples in the order in which their branches follow one another in the row."""
        return [n for members, _ in self._groups(examples) for n in members]

    def _groups(self, examples: Sequence[Ids]) -> list[tuple[tuple[int, ...], int]]:
        """Members and prefix of each group, the short ones first: they are computed together."""
        groups = prefix_groups(examples) if self.share else alone(examples)
        groups.sort(key=lambda group: group.prefix or group.tokens)
        return [(group.members, group.prefix) for group in groups]
