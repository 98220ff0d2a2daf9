"""The last layer where it is needed: keys and values of all tokens, the rest of learnt ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from torch import Tensor

_NORMS = {"input_layernorm", "post_attention_layernorm"}
_GEMMA_NORMS = _NORMS | {"pre_feedforward_layernorm", "post_feedforward_layernorm"}


@contextmanager
def last_layer_at_learnt(base: Any) -> Iterator[None]:
    """While the block runs, the last layer gives only the places from which a token is learnt.

    Attention's weighted sums and what comes after them (the output projection, the feed-forward
    part, the final norm) are then computed for these alone, and `logits_to_keep` has nothing left
    to choose. For layers built like Llama's or Gemma's, called with a `layout`; whether a layer
    with these parts computes as they do is for the caller to see.

    Raises:
        AttributeError: the last layer has other parts.
    """
    layer = base.get_decoder().layers[-1]
    norms = {name for name, _ in layer.named_children()} - {"self_attn", "mlp"}
    if norms not in (_NORMS, _GEMMA_NORMS):
        raise AttributeError("the last layer is not built like Llama's or Gemma's")

    def forward(hidden_states: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        layout = kwargs["layout"]
        learnt = layout.learnt
        kwargs["layout"] = replace(layout, queries=learnt)
        chosen = layer.self_attn.o_proj.register_forward_pre_hook(
            lambda _module, inputs: (inputs[0].index_select(1, learnt),)
        )
        try:
            normed = layer.input_layernorm(hidden_states)
            attended, _ = layer.self_attn(normed, *args, **kwargs)
        finally:
            chosen.remove()
        kept = hidden_states.index_select(1, learnt)
        return _after_attention(layer, kept, attended, gemma=norms == _GEMMA_NORMS)

    layer.forward = forward
    try:
        yield
    finally:
        del layer.forward


def _after_attention(layer: Any, hidden: Tensor, attended: Tensor, *, gemma: bool) -> Tensor:
    """The residual connections and the feed-forward part, as both families compute them."""
    result: Tensor
    if gemma:
        hidden = hidden + layer.post_attention_layernorm(attended)
        fed = layer.mlp(layer.pre_feedforward_layernorm(hidden))
        result = hidden + layer.post_feedforward_layernorm(fed)
    else:
        hidden = hidden + attended
        result = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
    return result
