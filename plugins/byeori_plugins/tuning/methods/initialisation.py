"""Where LoRA starts: some initialisations take a part of the base's weights, or look at data.

PiSSA (Meng et al. 2024, arXiv:2404.02948) and OLoRA (Büyükakyüz 2024, arXiv:2406.01775) begin with
a part of each weight in the adapter, and the rest in the base: the adapter that is saved is written
relative to the untouched base, as one of twice the rank. EVA (Paischer et al. 2024,
arXiv:2410.07170) takes the directions in which the inputs of each layer vary most.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from peft import PeftConfig
    from torch import Tensor

    from byeori_plugins.tuning.data.tokens import Tokens

Initialisation = Literal["default", "gaussian", "orthogonal", "pissa", "olora", "eva"]
MOVES_WEIGHTS = ("pissa", "olora")
_EVA_BATCH = 8


def factors(model: Any) -> "dict[str, Tensor]":
    """Copies of an adapter's factors, by peft's names for a file."""
    from peft import get_peft_model_state_dict

    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: weight.detach().clone() for name, weight in state.items()}


def relative_to_base(
    trained: "Mapping[str, Tensor]", start: "Mapping[str, Tensor]", config: "PeftConfig"
) -> "tuple[dict[str, Tensor], PeftConfig]":
    """What was learnt as an update of the untouched base, of twice the rank.

    The base held W - s B0 A0 while B A was trained, so that the update of W is s (B A - B0 A0) =
    s [B, -B0] [A; A0].

    Args:
        trained, start: factors `lora_A` [r, in] and `lora_B` [out, r] at the end and at first.
        config: of the adapter that was trained.

    Returns:
        Factors [2r, in] and [out, 2r], and a configuration with the same scaling.
    """
    import torch

    update = {}
    for name, weight in trained.items():
        before = start[name].to(weight)
        if ".lora_A." in name:
            update[name] = torch.cat([weight, before], dim=0)
        elif ".lora_B." in name:
            update[name] = torch.cat([weight, -before], dim=1)
        else:
            update[name] = weight  # a bias
    settings: Any = copy.deepcopy(config)
    settings.r = 2 * settings.r
    # The scaling is alpha / r, or alpha / sqrt(r).
    settings.lora_alpha *= 2**0.5 if settings.use_rslora else 2
    return update, settings


def initialise_eva(model: Any, tokens: "Tokens", pad_id: int) -> None:
    """Give an adapter the directions of most variance in each layer's inputs, and ranks by them.

    Args:
        model: a peft model with `init_lora_weights: eva`.
        tokens: the training examples, read in their order until the directions settle.
        pad_id: id to pad with.
    """
    from peft import initialize_lora_eva_weights

    batches = _Batches(tokens, pad_id)
    initialize_lora_eva_weights(model, batches, show_progress_bar=False)


class _Batches:
    """Padded batches without labels, each time from the first."""

    def __init__(self, tokens: "Tokens", pad_id: int) -> None:
        self.tokens, self.pad_id = tokens, pad_id

    def __iter__(self) -> Iterator[dict[str, Any]]:
        from byeori_plugins.tuning.batches.padded import Collate, TokenDataset

        dataset, collate = TokenDataset(self.tokens), Collate(self.pad_id, keep_logits=False)
        for start in range(0, len(dataset), _EVA_BATCH):
            rows = range(start, min(start + _EVA_BATCH, len(dataset)))
            batch = collate([dataset[row] for row in rows])
            yield {name: batch[name] for name in ("input_ids", "attention_mask")}

    def __len__(self) -> int:
        return -(-len(self.tokens) // _EVA_BATCH)
