"""Switches a model's attention to one that takes a layout, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

from byeori_plugins.tuning.batches.attention import Attention
from byeori_plugins.tuning.batches.bloom import bloom_attention
from byeori_plugins.tuning.batches.flex import flex_attention
from byeori_plugins.tuning.batches.layout import Layout

IMPLEMENTATION = "byeori_layout"
WINDOWS = "windows"
"""Under this key a layout keeps the sliding windows that attention over it was called with."""

_UNKNOWN = ("s_aux", "position_bias", "cache")


class LayoutError(Exception):
    """A model's attention cannot be computed over a layout."""


def plain_model(model: Any) -> Any:
    """The transformers model inside of a peft model, or the model itself."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


@contextmanager
def takes_layout(model: Any) -> Iterator[None]:
    """While the block runs, the model takes `layout` as a keyword of its forward pass.

    Raises:
        LayoutError: it is of a kind whose attention cannot be replaced.
    """
    base = plain_model(model)
    if base.config.model_type == "bloom":
        with bloom_attention(base):
            yield
        return
    before = base.config._attn_implementation
    if not base._can_set_attn_implementation():
        raise LayoutError("its attention cannot be replaced")
    # No mask is registered under this name, so transformers builds none.
    AttentionInterface.register(IMPLEMENTATION, layout_attention)
    base.set_attn_implementation(IMPLEMENTATION)
    try:
        yield
    finally:
        base.set_attn_implementation(before)


def layout_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    layout: Layout | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """An attention of transformers' `AttentionInterface` over a row: [1, t, heads, d]."""
    if layout is None:
        raise LayoutError("its attention is not told of the layout")
    if unknown := [name for name in _UNKNOWN if kwargs.get(name) is not None]:
        raise LayoutError(f"its attention uses {', '.join(unknown)}")
    layout.once(WINDOWS, set).add(sliding_window)
    if query.is_cuda and not dropout:
        output = flex_attention(
            module,
            query,
            key,
            value,
            layout=layout,
            scaling=scaling,
            window=sliding_window,
            softcap=softcap,
        )
        return output, None
    attention = Attention(layout, scaling, sliding_window, softcap, dropout)
    return attention(query, key, value).transpose(1, 2).contiguous(), None
