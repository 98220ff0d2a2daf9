"""Token ids as padded batches, with labels on the answer and the end token only."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from byeori_plugins.tuning.batches.head import Targets, summed_loss_of_logits
from byeori_plugins.tuning.batches.switch import plain_model
from byeori_plugins.tuning.data.tokens import Tokens

IGNORED = -100
"""Label of a position that is not learnt; PyTorch's own convention."""


class TokenDataset(Dataset[dict[str, Any]]):
    """The entries of a split, read from the memory-mapped file of their ids.

    An entry is an example, or a row of several pieces of documents. An inverted index (`~index`)
    gives one of which nothing is learnt.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._ids = np.memmap(tokens.path, dtype=np.int32, mode="r")

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: int) -> dict[str, Any]:
        """The token ids [t] of a whole entry, int64, and where what is learnt of it begins."""
        sequences = self.__getitems__([index])
        ids = np.concatenate([sequence["input_ids"] for sequence in sequences])
        return {**sequences[0], "input_ids": ids}

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """All sequences of some entries: what a batch is made of."""
        return [
            self._sequence(place, learnt=index >= 0)
            for index in indices
            for place in self.tokens.members(index if index >= 0 else ~index)
        ]

    def _sequence(self, place: int, learnt: bool) -> dict[str, Any]:
        start, end = self.tokens.offsets[place], self.tokens.offsets[place + 1]
        ids = np.asarray(self._ids[start:end], dtype=np.int64)
        prompt = self.tokens.prompts[place] if learnt else len(ids)
        return {"input_ids": ids, "prompt": prompt, "index": place}


class StepDataset(Dataset[list[dict[str, Any]]]):
    """Whole optimiser steps: indexed by lists of micro-batches, each a list of entries."""

    def __init__(self, entries: TokenDataset) -> None:
        self.entries = entries

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """The sequences of one micro-batch."""
        return self.entries.__getitems__(indices)


@dataclass(frozen=True)
class Collate:
    """Pads examples on the right to one length.

    Attributes:
        pad_id: id to fill up with; it may be the end token's, since padding is told by position.
        keep_logits: whether the model can compute its output layer at chosen positions only.
    """

    pad_id: int
    keep_logits: bool

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """Stack `n` examples of up to `t` tokens.

        Returns:
            `input_ids`, `attention_mask` and `labels`, each of shape [n, t]; `index` [n], the
            examples' positions in the dataset; and `logits_to_keep`, the positions whose output
            predicts something that is learnt in any row.
        """
        shape = (len(rows), max(len(row["input_ids"]) for row in rows))
        ids = torch.full(shape, self.pad_id, dtype=torch.long)
        mask = torch.zeros(shape, dtype=torch.long)
        labels = torch.full(shape, IGNORED, dtype=torch.long)
        for n, row in enumerate(rows):
            tokens = torch.from_numpy(row["input_ids"])
            ids[n, : len(tokens)] = tokens
            mask[n, : len(tokens)] = 1
            labels[n, row["prompt"] : len(tokens)] = tokens[row["prompt"] :]
        batch = {"input_ids": ids, "attention_mask": mask, "labels": labels}
        batch["index"] = torch.tensor([row["index"] for row in rows])
        if self.keep_logits:
            batch["logits_to_keep"] = learnt_positions(labels)
        return batch


def learnt_positions(labels: Tensor) -> Tensor:
    """Positions, sorted, whose next token is learnt in at least one row of `labels` [n, t]."""
    return (labels[:, 1:] != IGNORED).any(dim=0).nonzero().squeeze(1)


def learnt_tokens(labels: Tensor, kept: Tensor | None) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """Where in a model's output the learnt tokens are predicted from, and which they are.

    Args:
        labels: [n, t], `IGNORED` where nothing is learnt.
        kept: `learnt_positions(labels)` where the output is of these only; None where it is of all.

    Returns:
        Rows [m] and positions [m], the latter counted from the end, since an adapter may put tokens
        of its own in front; and the tokens [m].
    """
    rows, places = (labels[:, 1:] != IGNORED).nonzero().unbind(1)
    tokens = labels[rows, places + 1]
    if kept is None:
        return (rows, places - labels.shape[1]), tokens
    return (rows, torch.searchsorted(kept, places) - len(kept)), tokens


def padded_loss(model: Any, batch: Mapping[str, Any], targets: Targets | None = None) -> Tensor:
    """Cross-entropy of the learnt tokens of a padded batch, summed.

    Args:
        model: as wrapped for training.
        batch: what `Collate` gave, on the model's device, without `index`.
        targets: where to tell the output layer what to predict, if it gives the loss; otherwise
            there are logits at all `logits_to_keep`.
    """
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    (rows, places), labels = learnt_tokens(batch["labels"], batch.get("logits_to_keep"))
    if targets is not None:
        with targets.of((rows, places), labels):
            loss: Tensor = model(**inputs).logits.squeeze()
        return loss
    logits = model(**inputs).logits
    return summed_loss_of_logits(
        logits.flatten(0, 1), (rows + 1) * logits.shape[1] + places, labels
    )


def takes_logits_to_keep(model: Any) -> bool:
    """Whether the model can compute its output layer at chosen positions only."""
    if getattr(getattr(model, "active_peft_config", None), "is_prompt_learning", False):
        return False  # its hidden states have virtual tokens in front: other positions
    return "logits_to_keep" in inspect.signature(plain_model(model).forward).parameters
