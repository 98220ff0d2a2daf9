"""Attention on the CPU in blocks of queries, which computes only what some query of a block sees.

PyTorch's kernel for the CPU reads a mask where it could leave out, and is slow backward: on rows of
250-900 tokens this takes two thirds of its time, by matrix products alone.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

QUERIES = 96
"""Queries of a block: fewer make small matrix products, more compute what no query sees."""

MOST_WEIGHTS = 2**22
"""Attention weights of a layer that are kept for the backward pass; above it is not for here."""


@dataclass(frozen=True)
class Block:
    """Consecutive queries, and the keys that some of them see.

    Attributes:
        start, end: the queries, as places in the row.
        keys: runs of keys, each given by its first place and the one after its last.
        hidden: bool [queries, k], true where a query does not see one of the last `k` keys; all
            others it sees.
    """

    start: int
    end: int
    keys: tuple[tuple[int, int], ...]
    hidden: Tensor

    @property
    def size(self) -> int:
        """Scores that are computed."""
        return (self.end - self.start) * sum(end - start for start, end in self.keys)


def attend(
    query: Tensor, key: Tensor, value: Tensor, blocks: Sequence[Block], scale: float
) -> Tensor:
    """softmax(q k^T scale) v, where each query sees what its block says.

    Args:
        query: [1, h, t, d].
        key, value: [1, g, t, d], where g divides h.
        blocks: cover all queries.
        scale: factor of the scores.

    Returns:
        [1, h, t, d].
    """
    apply: Any = _Blocked.apply
    result: Tensor = apply(query, key, value, blocks, scale)
    return result


def can_attend(query: Tensor) -> bool:
    """Whether this is for such queries: on the CPU, in a precision that sums well.

    Not with autocast: it would compute forward in half precision, and not backward.
    """
    exact = query.dtype in (torch.float32, torch.float64)
    return query.device.type == "cpu" and exact and not torch.is_autocast_enabled("cpu")


def weights(blocks: Iterable[Block], heads: int) -> int:
    """Attention weights that are kept for the backward pass."""
    return heads * sum(block.size for block in blocks)


class _Blocked(Function):
    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, blocks: Sequence[Block], scale: float
    ) -> Tensor:
        heads, tokens, size = query.shape[1:]
        result = query.new_empty(tokens, heads, size).transpose(0, 1)  # as the next layer reads it
        kept = []
        for block in blocks:
            found = _weights(block, _rows(query, key, block) * scale, key[0])
            out = _sum_over(found, value[0], block)
            result[:, block.start : block.end] = out.view(heads, -1, size)
            kept.append(found)
        ctx.save_for_backward(query, key, value, result, *kept)
        ctx.blocks, ctx.scale = blocks, scale
        return result[None]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        query, key, value, result, *kept = ctx.saved_tensors
        gradient = gradients[0]
        # Softmax backward needs each row's sum of weight times gradient; this is the same sum.
        sums = (gradient[0] * result).sum(-1, keepdim=True)
        of_query = torch.empty_like(query)
        of_key, of_value = torch.zeros_like(key[0]), torch.zeros_like(value[0])
        for block, found in zip(ctx.blocks, kept, strict=True):
            upper = _rows(gradient, key, block)
            of_scores = _products(upper, value[0], block)
            _add_products(of_value, found, upper, block, 1.0)
            of_scores.sub_(_rows(sums[None], key, block)).mul_(found)
            _add_products(of_key, of_scores, _rows(query, key, block), block, ctx.scale)
            lower = _sum_over(of_scores, key[0], block).mul_(ctx.scale)
            of_query[0, :, block.start : block.end] = lower.view(query.shape[1], -1, key.shape[-1])
        return of_query, of_key[None], of_value[None], None, None


def _rows(per_head: Tensor, key: Tensor, block: Block) -> Tensor:
    """A block's rows [1, h, t, d] -> [g, h / g * q, d]: heads that share keys are rows of one."""
    rows = per_head[0, :, block.start : block.end]
    return rows.reshape(key.shape[1], -1, rows.shape[-1])


def _runs(tensor: Tensor, block: Block) -> Iterator[Tensor]:
    return (tensor[:, start:end] for start, end in block.keys)


def _weights(block: Block, rows: Tensor, key: Tensor) -> Tensor:
    joined = _products(rows, key, block)
    by_query = joined.view(-1, len(block.hidden), joined.shape[-1])
    by_query[:, :, joined.shape[-1] - block.hidden.shape[1] :].masked_fill_(block.hidden, -math.inf)
    return joined.softmax(-1)


def _products(rows: Tensor, tensor: Tensor, block: Block) -> Tensor:
    """rows [g, n, d] times the block's keys of tensor [g, t, d], transposed: [g, n, k]."""
    products = [rows @ part.mT for part in _runs(tensor, block)]
    return torch.cat(products, -1) if len(products) > 1 else products[0]


def _sum_over(factors: Tensor, tensor: Tensor, block: Block) -> Tensor:
    """factors [g, n, k] times the block's keys of tensor [g, t, d]: [g, n, d]."""
    first, *others = zip(_columns(factors, block), _runs(tensor, block), strict=True)
    total = first[0] @ first[1]
    for part, of_run in others:
        total.baddbmm_(part, of_run)
    return total


def _columns(factors: Tensor, block: Block) -> tuple[Tensor, ...]:
    return torch.split(factors, [end - start for start, end in block.keys], -1)


def _add_products(to: Tensor, factors: Tensor, rows: Tensor, block: Block, scale: float) -> None:
    for part, (start, end) in zip(_columns(factors, block), block.keys, strict=True):
        to[:, start:end].baddbmm_(part.mT, rows, alpha=scale)


def blocks_of(
    prefix: int, branches: Sequence[int], visible: Callable[[Tensor, Tensor], Tensor]
) -> list[Block]:
    """The blocks of one group, in places counted from its first token.

    Args:
        prefix: tokens that all branches see.
        branches: tokens of each branch; short ones share a block.
        visible: whether queries see keys, given by their places [q, 1] and [1, k].
    """
    blocks = []
    for start, end, own in _cuts(prefix, branches):
        runs = ((0, end),) if own <= prefix else ((0, prefix), (own, end))
        keys = torch.cat([torch.arange(*run) for run in runs if run[1] > run[0]])
        hidden = ~visible(torch.arange(start, end)[:, None], keys[None])
        columns = hidden.any(0).nonzero()
        first = int(columns[0]) if len(columns) else len(keys)
        blocks.append(
            Block(start, end, tuple(run for run in runs if run[1] > run[0]), hidden[:, first:])
        )
    return blocks


def _cuts(prefix: int, branches: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """First and end of the queries of each block, and the first key of its own after the prefix."""
    for first in range(0, prefix, QUERIES):
        yield first, min(first + QUERIES, prefix), 0
    opened = own = place = prefix
    for branch in branches:
        if place > opened and place + branch - opened > QUERIES:
            yield opened, place, own
            opened = own = place
        place += branch
        while place - opened > QUERIES:
            yield opened, opened + QUERIES, own
            opened += QUERIES
    if place > opened:
        yield opened, place, own
