"""Activations of a model that is not there: counted on tensors without memory.

A layer is run with PyTorch's fake tensors, which have a shape and a type and nothing in them, under
PyTorch's memory tracker (`torch.distributed._tools.mem_tracker`). So what is counted is what the
model's own code keeps, and a model of any size is planned in seconds on any machine.
"""

import copy
import importlib
from dataclasses import dataclass
from typing import Any

import torch

from byeori_plugins.tuning.training.process import compute_activations_again, quiet

_UNMASKED = "byeori-unmasked"
_TOKENS = 128
"""Of the shorter of two rows; the difference of the two is what a token takes."""


@dataclass(frozen=True)
class Activations:
    """Bytes that the backward pass needs for each token.

    Attributes:
        layer: of one layer.
        rest: outside of the layers.
        again: of one layer that is computed again in the backward pass; 0 where none is.
    """

    layer: float
    rest: float
    again: float = 0.0

    def of(self, tokens: int, depth: int) -> float:
        """Bytes of so many tokens in a model of so many layers, at the end of a forward pass.

        Computed again is one layer at a time, so that its activations come on top once.
        """
        return tokens * (self.rest + depth * self.layer + self.again)


def planned_activations(config: Any, *, low_precision: bool, checkpointing: bool) -> Activations:
    """Count the activations of a model in full tuning, where attention keeps no scores.

    Args:
        config: of transformers, of a model whose layers are alike.
        low_precision: whether products are computed in bfloat16, by autocast.
        checkpointing: whether only the input of each layer is kept.
    """
    kept = [_per_token(config, depth, low_precision, checkpointing) for depth in (1, 2)]
    layer = kept[1] - kept[0]
    again = 0.0
    if checkpointing:
        again = planned_activations(config, low_precision=low_precision, checkpointing=False).layer
    return Activations(layer, kept[0] - layer, again)


def _per_token(config: Any, depth: int, low_precision: bool, checkpointing: bool) -> float:
    config = copy.deepcopy(config)
    config.num_hidden_layers = depth
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[-1:] * depth
    fake: Any = importlib.import_module("torch._subclasses.fake_tensor")
    with fake.FakeTensorMode(), quiet():
        model = _model(config)
        if checkpointing:
            compute_activations_again(model)
        short, long = (_kept(model, n * _TOKENS, low_precision) for n in (1, 2))
    return (long - short) / _TOKENS


def _model(config: Any) -> Any:
    from transformers import AttentionInterface, AutoModelForCausalLM
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    # As in training, no mask is made: transformers has none under this name.
    AttentionInterface.register(_UNMASKED, sdpa_attention_forward)
    auto: Any = AutoModelForCausalLM
    model = auto.from_config(config, dtype=torch.float32)
    model.set_attn_implementation(_UNMASKED)
    return model.train()


def _kept(model: Any, tokens: int, low_precision: bool) -> int:
    """Bytes of activations after a forward pass over one row."""
    tracking: Any = importlib.import_module("torch.distributed._tools.mem_tracker")
    ids = torch.zeros(1, tokens, dtype=torch.long)
    tracker = tracking.MemTracker()
    tracker.track_external(model)
    with tracker, torch.autocast("cpu", torch.bfloat16, enabled=low_precision):
        # The output layer is computed where tokens are learnt, and in chunks: not for each token.
        outputs = model(input_ids=ids, logits_to_keep=1, use_cache=False)
        now = tracker.get_tracker_snapshot("current")[torch.device("cpu")]
        del outputs
    kinds = {str(kind): size for kind, size in now.items()}
    return int(kinds[f"{tracking._MemRefType.ACT}"])
