"""How much there is to compute in a run: tokens and floating-point operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import TokenDataset
from byeori_plugins.tuning.batches.steps import Cut, by_length
from byeori_plugins.tuning.data.order import Indices, Order

_SAMPLED_STEPS = 32


@dataclass(frozen=True)
class Work:
    """The computation of a run; ratios are of up to 32 of its steps, evenly spread.

    Attributes:
        examples: the run learns from, repetitions counted.
        tokens: of these, each in a row of its own and without padding.
        supervised: how many of the tokens are learnt.
        computed: tokens computed in the layout of the run, over `tokens`; less than 1 where
            beginnings are shared, more where rows are padded.
        padding: share of padding in batches of the same size that are padded, similar lengths
            together.
        pairs: mean pairs of positions that attention compares, for a computed token.
        largest: the examples of the sampled micro-batch with most computed tokens, and how many
            those are.
        steps: optimiser steps.
    """

    examples: int
    tokens: int
    supervised: int
    computed: float
    padding: float
    pairs: float
    largest: tuple[tuple[int, ...], int]
    steps: int

    @property
    def computed_tokens(self) -> float:
        """Tokens that are computed in the whole run."""
        return self.tokens * self.computed


def work_of(order: Order, dataset: TokenDataset, batches: Batches, processes: int) -> Work:
    """Count a run's work: entries exactly, ratios on a sample of its steps.

    Args:
        order: the examples of every step.
        dataset: their token ids.
        batches: how they are laid out.
        processes: that share a step.
    """
    lengths = np.asarray(dataset.tokens.lengths)
    sampled = np.unique(np.linspace(0, order.steps - 1, _SAMPLED_STEPS).astype(int))
    steps = [order.step(int(n)) for n in sampled]
    part = np.concatenate(steps)
    micro = _micro_batches(steps, batches.cut(dataset), processes)
    padded = _micro_batches(steps, by_length(lengths.tolist(), batches.at_once), processes)
    sizes = [_computed(dataset, batches, rows) for rows in micro]
    whole = int(lengths[part].sum())
    largest = max(range(len(micro)), key=lambda n: sizes[n])
    return Work(
        examples=len(order.entries),
        tokens=int(lengths[order.entries].sum()),
        supervised=int(np.asarray(dataset.tokens.supervised_lengths)[order.entries].sum()),
        computed=sum(sizes) / whole,
        padding=1 - whole / sum(len(rows) * int(lengths[rows].max()) for rows in padded),
        pairs=float((lengths[part].astype(float) ** 2).sum()) / 2 / sum(sizes),
        largest=(tuple(micro[largest]), sizes[largest]),
        steps=order.steps,
    )


def _computed(dataset: TokenDataset, batches: Batches, rows: Sequence[int]) -> int:
    ids: Any = batches.collate([dataset[row] for row in rows])["input_ids"]
    return int(ids.numel())


def _micro_batches(steps: Sequence[Indices], cut: Cut, processes: int) -> list[list[int]]:
    return [rows for step in steps for rows in cut(step, processes)]


@dataclass(frozen=True)
class Size:
    """Weights of a model, counted by what a token costs.

    Attributes:
        layers: weights of matrices that every computed token goes through.
        learnt: those of them that learn.
        head: weights of the output layer, which only learnt tokens go through.
        hidden, depth: width and number of the layers, for attention.
    """

    layers: int
    learnt: int
    head: int
    hidden: int
    depth: int


def size_of(model: Any) -> Size:
    """Count a model's matrices."""
    from byeori_plugins.tuning.batches.switch import plain_model

    base = plain_model(model)
    config = base.config.get_text_config()
    apart = {id(base.get_input_embeddings().weight)}
    output = base.get_output_embeddings()
    head = output.weight if output is not None else None
    matrices = [w for w in model.parameters() if w.dim() == 2 and id(w) not in apart]
    layers = [w for w in matrices if w is not head]
    return Size(
        layers=sum(w.numel() for w in layers),
        learnt=sum(w.numel() for w in layers if w.requires_grad),
        head=head.numel() if head is not None else 0,
        hidden=config.hidden_size,
        depth=config.num_hidden_layers,
    )


def flops(work: Work, size: Size, *, checkpointing: bool) -> float:
    """Floating-point operations of a run (Kaplan et al. 2020, section 2.1; arXiv:2001.08361).

    For each token and weight 2 forward, 2 for the gradient that goes on to the layer below, and 2
    for the weight's own where it learns: 6 N a token in full tuning, 4 N with adapters. Attention
    adds 4 hidden sizes for each pair of positions and layer forward and twice that backward.
    Gradient checkpointing repeats the forward pass.
    """
    again = 1 if checkpointing else 0
    per_token = (4 + 2 * again) * size.layers + 2 * size.learnt
    attention = (3 + again) * 4 * size.hidden * size.depth * work.pairs
    return work.computed_tokens * (per_token + attention) + 6.0 * work.supervised * size.head
