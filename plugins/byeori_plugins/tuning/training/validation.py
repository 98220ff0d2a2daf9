"""The loss of a model on examples, without a trainer."""

from typing import TYPE_CHECKING, Any

from byeori_plugins.tuning.data.tokens import Tokens

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_BATCH = 8


def mean_loss(model: Any, tokens: Tokens, tokenizer: "PreTrainedTokenizerBase") -> float:
    """Mean cross-entropy per learnt token of the examples, in nats.

    Args:
        model: in evaluation mode, on the device it is to run on.
        tokens: at least one example.
        tokenizer: names the padding.
    """
    import torch
    from torch.utils.data import DataLoader

    from byeori_plugins.tuning.batches.padded import (
        Collate,
        TokenDataset,
        padded_loss,
        takes_logits_to_keep,
    )

    pad = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    collate = Collate(pad, takes_logits_to_keep(model))
    total, device = 0.0, next(model.parameters()).device
    with torch.no_grad():
        for batch in DataLoader(TokenDataset(tokens), batch_size=_BATCH, collate_fn=collate):
            inputs = {name: value.to(device) for name, value in batch.items() if name != "index"}
            total += padded_loss(model, inputs).item()
    return total / tokens.supervised
