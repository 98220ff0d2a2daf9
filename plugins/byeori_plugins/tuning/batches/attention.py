"""Attention over a layout: each token sees its prefix and its own branch, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import dropout, scaled_dot_product_attention, softmax

from byeori_plugins.tuning.batches.calls import Call, Piece, calls_of
from byeori_plugins.tuning.batches.layout import Layout
from byeori_plugins.tuning.speed.attention import (
    MOST_WEIGHTS,
    Block,
    attend,
    blocks_of,
    can_attend,
    weights,
)


@dataclass(frozen=True)
class Attention:
    """What all calls of one layer have in common; called with queries, keys and values.

    Attributes:
        layout: of the row.
        scaling: factor of the scores; None is one over the root of the head size.
        window: how many positions a token sees; None is all.
        softcap: scores are kept below it by a hyperbolic tangent (Gemma 2); None leaves them.
        dropout: probability that a weight is dropped.
        bias: gives what is added to the scores (ALiBi), [..., heads, 1, k], from the positions of
            the keys [..., k]; None is nothing. One function for a whole model, not one a layer.
    """

    layout: Layout
    scaling: float | None = None
    window: int | None = None
    softcap: float | None = None
    dropout: float = 0.0
    bias: Callable[[Tensor], Tensor] | None = None

    def __call__(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attention of a row of `t` tokens.

        Args:
            query: [1, heads, t, d].
            key, value: [1, heads or a divisor of them, t, d].

        Returns:
            [1, heads, t, d].
        """
        places = self.layout.queries
        if places is not None and self.softcap is None and self.bias is None:
            return self._at(places, query, key, value)
        pieces: list[Piece] = self.layout.once("calls", lambda: calls_of(self.layout))
        sizes = [piece.end - piece.start for piece in pieces]
        split = (torch.split(part, sizes, 2) for part in (query, key, value))
        results = [
            self._sliced(piece, *row)
            if piece.inverse is None
            else self._gathered(piece, piece.inverse, *row)
            for piece, *row in zip(pieces, *split, strict=True)
        ]
        return _joined(results, 2)

    def _at(self, places: Tensor, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Attention of these places of the row, and zeros at all others."""
        layout, every = self.layout, torch.arange(query.shape[2], device=query.device)
        mask = layout.once(
            ("queries", self.window),
            lambda: layout.visible(places[:, None], every, self.window),
        )
        found = scaled_dot_product_attention(
            query.index_select(2, places),
            key,
            value,
            attn_mask=mask,
            dropout_p=self.dropout,
            scale=self.scaling,
            enable_gqa=key.shape[1] != query.shape[1],
        )
        return torch.zeros_like(query).index_copy(2, places, found)

    def _sliced(self, piece: Piece, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        if blocks := self._blocks(piece, query):
            scale = query.shape[-1] ** -0.5 if self.scaling is None else self.scaling
            return attend(query, key, value, blocks, scale)
        results = []
        end = 0
        for number, call in enumerate(piece.calls):
            start, end = end, end + call.queries.shape[1]
            others = call.keys.shape[1] - (end - start)  # what the branches share: it comes first
            if others in (0, start):
                keys, values = key[:, :, start - others : end], value[:, :, start - others : end]
            else:
                keys, values = (
                    torch.cat([part[:, :, :others], part[:, :, start:end]], 2)
                    for part in (key, value)
                )
            name = (piece.start, number)
            results.append(self._call(name, call, query[:, :, start:end], keys, values))
        return _joined(results, 2)

    def _blocks(self, piece: Piece, query: Tensor) -> list[Block]:
        """How to compute a group in blocks of queries; empty where a kernel is better at it."""
        special = self.softcap is not None or self.bias is not None or self.dropout
        if special or not can_attend(query):
            return []
        name = ("blocks", piece.start, self.window)
        blocks: list[Block] = self.layout.once(name, lambda: self._group_blocks(piece.start))
        return blocks if weights(blocks, query.shape[1]) <= MOST_WEIGHTS else []

    def _group_blocks(self, start: int) -> list[Block]:
        span = next(span for span in self.layout.spans if span.start == start and span.end > start)
        return blocks_of(
            span.prefix,
            span.branches,
            lambda queries, keys: self.layout.visible(start + queries, start + keys, self.window),
        )

    def _gathered(
        self, piece: Piece, inverse: Tensor, query: Tensor, key: Tensor, value: Tensor
    ) -> Tensor:
        results = []
        for number, call in enumerate(piece.calls):
            queries, keys = (
                (part - piece.start).clamp(min=0) for part in (call.queries, call.keys)
            )
            pairs = ((query, queries), (key, keys), (value, keys))
            rows = (_taken(part, places) for part, places in pairs)
            result = self._call((piece.start, number), call, *rows)
            results.append(result.transpose(0, 1).flatten(1, 2))
        return _joined(results, 1).index_select(1, inverse)[None]

    def _call(
        self, name: tuple[int, int], call: Call, query: Tensor, key: Tensor, value: Tensor
    ) -> Tensor:
        plain = call.causal and self.bias is None and self.softcap is None
        plain = plain and (self.window is None or query.shape[2] <= self.window)
        mask = None
        if not plain:
            kind = (*name, self.window, self.bias, query.dtype)
            mask = self.layout.once(kind, lambda: self._mask(call, query))
        if self.softcap is not None and mask is not None:
            return self._capped(query, key, value, mask, self.softcap)
        return scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=mask,
            dropout_p=self.dropout,
            is_causal=plain,
            scale=self.scaling,
            enable_gqa=key.shape[1] != query.shape[1],
        )

    def _mask(self, call: Call, query: Tensor) -> Tensor:
        """What is added to the scores: minus infinity where nothing is seen."""
        seen = call.mask(self.layout, self.window)
        bias = query.new_zeros(())
        if self.bias is not None:
            bias = self.bias(self.layout.positions[call.keys]).to(query.dtype)
        return torch.where(seen, bias, -torch.inf)

    def _capped(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, softcap: float
    ) -> Tensor:
        """As transformers computes it for Gemma 2 in eager mode."""
        ratio = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(ratio, 1), value.repeat_interleave(ratio, 1)
        scale = self.scaling or query.shape[-1] ** -0.5
        scores = torch.tanh(query @ key.transpose(2, 3) * scale / softcap) * softcap
        weights = softmax(scores + mask, dim=-1, dtype=torch.float32).to(query.dtype)
        return dropout(weights, self.dropout) @ value


def _joined(results: list[Tensor], dim: int) -> Tensor:
    return results[0] if len(results) == 1 else torch.cat(results, dim)


def _taken(part: Tensor, places: Tensor) -> Tensor:
    """The tokens at `places` [n, q] of a row [1, heads, t, d], as n rows [n, heads, q, d]."""
    taken = part[0].index_select(1, places.flatten())
    return taken.view(len(taken), *places.shape, -1).transpose(0, 1)
