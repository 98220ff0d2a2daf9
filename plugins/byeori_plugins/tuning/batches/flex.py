"""Attention over a layout through PyTorch's flex attention: one kernel, for accelerators."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, create_block_mask
from transformers.integrations.flex_attention import flex_attention_forward

from byeori_plugins.tuning.batches.layout import Layout


def flex_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    layout: Layout,
    scaling: float | None = None,
    window: int | None = None,
    softcap: float | None = None,
) -> Tensor:
    """As `Attention`: [1, heads, t, d] in, [1, t, heads, d] out."""
    mask = layout.once(("block mask", window), lambda: block_mask(layout, window))
    result: tuple[Tensor, Any] = flex_attention_forward(
        module, query, key, value, mask, scaling=scaling, softcap=softcap
    )
    return result[0]


def block_mask(layout: Layout, window: int | None) -> BlockMask:
    """Which blocks of tokens see which, and the function that says it token by token."""
    length = len(layout.positions)

    def seen(_row: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return layout.visible(query, key, window)

    device = str(layout.positions.device)
    return create_block_mask(seen, None, None, length, length, device=device)
