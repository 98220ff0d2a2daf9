"""BLOOM over a layout: its attention adds a bias by position (ALiBi), and takes no other keywords.

Its model computes the bias once and hands it, with the mask, to every layer: both are replaced by
what a layer needs to know of the layout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import dropout
from transformers.models.bloom.modeling_bloom import BloomAttention, build_alibi_tensor

from byeori_plugins.tuning.batches.attention import Attention
from byeori_plugins.tuning.batches.layout import Layout


@dataclass
class _Row:
    """What the layers of one forward pass compute over; `layout` is None outside of one."""

    layout: Layout | None = None


@contextmanager
def bloom_attention(model: Any) -> Iterator[None]:
    """While the block runs, a `BloomForCausalLM` takes `layout`; without it, it is as it was."""
    row = _Row()
    layers: list[Any] = [part for part in model.modules() if isinstance(part, BloomAttention)]
    hook = model.register_forward_pre_hook(partial(_take_layout, row), with_kwargs=True)
    model.transformer.build_alibi_tensor = partial(_bias, row)
    for layer in layers:
        layer.forward = partial(_forward, layer)
    try:
        yield
    finally:
        hook.remove()
        del model.transformer.build_alibi_tensor
        for layer in layers:
            del layer.forward


def _take_layout(row: _Row, model: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    kwargs = dict(kwargs)
    row.layout = kwargs.pop("layout", None)
    kwargs.pop("position_ids", None)
    if row.layout is not None:
        # A mask of four dimensions is taken as it is, so the model builds none.
        kwargs["attention_mask"] = torch.zeros(1, 1, 1, 1)
    return args, kwargs


def _bias(row: _Row, attention_mask: Tensor, num_heads: int, dtype: torch.dtype) -> Any:
    if row.layout is None:
        return build_alibi_tensor(attention_mask, num_heads, dtype)
    return row.layout


def _alibi(heads: int, dtype: torch.dtype, positions: Tensor) -> Tensor:
    """The model's own bias [n, heads, 1, k] for keys at `positions` [n, k]."""
    everywhere = positions.new_ones(1, int(positions.max()) + 1)
    bias = build_alibi_tensor(everywhere, heads, dtype)[:, 0]
    return bias[:, positions].transpose(0, 1)[:, :, None]


def _forward(
    layer: BloomAttention,
    hidden_states: Tensor,
    residual: Tensor,
    alibi: Any,
    attention_mask: Any,
    **kwargs: Any,
) -> Any:
    if not isinstance(alibi, Layout):
        return BloomAttention.forward(
            layer, hidden_states, residual, alibi, attention_mask, **kwargs
        )
    query, key, value = layer._reshape(layer.query_key_value(hidden_states))
    bias = alibi.once("alibi", lambda: partial(_alibi, layer.num_heads, query.dtype))
    drop = layer.attention_dropout.p if layer.training else 0.0
    attention = Attention(alibi, layer.inv_norm_factor, dropout=drop, bias=bias)
    output = layer.dense(attention(query, key, value).transpose(1, 2).flatten(2))
    return residual + dropout(output, layer.hidden_dropout, layer.training), None
