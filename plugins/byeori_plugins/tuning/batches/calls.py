"""How attention over a layout is cut into calls, so that little is computed that no token sees.

Short sequences are gathered into few calls of equal lengths; long ones have calls of their own,
on slices: a prefix with itself, and its branches with it and themselves. All of it is exact.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from byeori_plugins.tuning.batches.layout import Layout, Span

SHORT = 64
"""Below this many tokens a sequence, or a prefix, is gathered: copying it costs little."""


@dataclass(frozen=True)
class Call:
    """Attention of `n` times `q` queries to `k` keys each.

    Attributes:
        queries: [n, q], their places in the row; -1 pads.
        keys: [n, k], likewise.
        causal: whether they are the same tokens, of which each sees those before it.
    """

    queries: Tensor
    keys: Tensor
    causal: bool

    def mask(self, layout: Layout, window: int | None) -> Tensor:
        """What each query sees: bool [n, 1, q, k]. A query that pads sees something, as it must."""
        queries, keys = self.queries[:, :, None], self.keys[:, None, :]
        seen = layout.visible(queries, keys, window) | (queries < 0)
        return (seen & (keys >= 0))[:, None]

    def to(self, device: torch.device) -> "Call":
        """The same on another device."""
        return Call(self.queries.to(device), self.keys.to(device), self.causal)


@dataclass(frozen=True)
class Piece:
    """Consecutive tokens of the row, and the calls that compute their attention.

    Attributes:
        start, end: places in the row.
        calls: of a piece without `inverse`, the results follow one another; each has one row.
        inverse: for each token of the piece, its place among the flattened queries of all calls.
    """

    start: int
    end: int
    calls: tuple[Call, ...]
    inverse: Tensor | None = None


def calls_of(layout: Layout) -> list[Piece]:
    """The pieces of a row, in order."""
    pieces: list[Piece] = []
    short: list[Span] = []
    for span in layout.spans:
        if span.start == span.end:
            continue
        if span.reach < SHORT:
            short.append(span)
            continue
        if short:
            pieces.append(_gathered(short))
            short = []
        pieces.append(Piece(span.start, span.end, tuple(_sliced(span))))
    if short:
        pieces.append(_gathered(short))
    device = layout.positions.device
    return [
        Piece(
            piece.start,
            piece.end,
            tuple(call.to(device) for call in piece.calls),
            piece.inverse if piece.inverse is None else piece.inverse.to(device),
        )
        for piece in pieces
    ]


def _sliced(span: Span) -> Iterator[Call]:
    """The prefix causally; then the branches, as many together as waste little."""
    prefix = torch.arange(span.start, span.start + span.prefix)[None]
    if span.prefix:
        yield Call(prefix, prefix, causal=True)
    for first, end in _together(span):
        own = torch.arange(first, end)[None]
        yield Call(own, torch.cat([prefix, own], 1), causal=not span.prefix)


def _together(span: Span) -> Iterator[tuple[int, int]]:
    """Runs of branches, first and end in the row, of up to half the prefix."""
    most = max(span.prefix // 2, SHORT) if span.prefix else 0
    bounds = [*accumulate(span.branches, initial=span.start + span.prefix)]
    first = bounds[0]
    for before, after in pairwise(bounds):
        if after - first > most and before > first:
            yield first, before
            first = before
    if bounds[-1] > first:
        yield first, bounds[-1]


def _gathered(spans: Sequence[Span]) -> Piece:
    """One call for all prefixes, and all branches, of about the same length."""
    start, end = spans[0].start, spans[-1].end
    buckets: dict[tuple[bool, int], list[tuple[range, range]]] = defaultdict(list)
    for span in spans:
        prefix = range(span.start, span.start + span.prefix)
        bounds = accumulate(span.branches, initial=prefix.stop)
        branches = [(prefix, range(*pair)) for pair in pairwise(bounds)]
        for shared, own in [(range(0), prefix), *branches]:
            if own:
                buckets[bool(shared), max(len(own), SHORT).bit_length()].append((shared, own))
    calls = [_padded(buckets[key]) for key in sorted(buckets)]
    queries = torch.cat([call.queries.flatten() for call in calls])
    places = (queries >= 0).nonzero().squeeze(1)
    inverse = torch.empty(end - start, dtype=torch.long)
    inverse[queries[places] - start] = places
    return Piece(start, end, tuple(calls), inverse)


def _padded(sequences: Sequence[tuple[range, range]]) -> Call:
    """A call of sequences, each given by what it shares and what is its own."""
    shared = max(len(sequence[0]) for sequence in sequences)
    own = max(len(sequence[1]) for sequence in sequences)
    keys = torch.full((len(sequences), shared + own), -1)
    for n, (prefix, branch) in enumerate(sequences):
        keys[n, : len(prefix)] = torch.arange(prefix.start, prefix.stop)
        keys[n, shared : shared + len(branch)] = torch.arange(branch.start, branch.stop)
    return Call(keys[:, shared:].clone(), keys, causal=not shared)
