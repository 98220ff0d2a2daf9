"""Token ids as padded batches, with labels on the answer and the end token only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

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


def answer_loss(outputs: Any, labels: Tensor, num_items_in_batch: Tensor | int) -> Tensor:
    """Cross-entropy of the answers' tokens, over the number of them in the whole batch.

    The sum is over the rows at hand and the divisor counts the whole optimiser step, so that
    accumulated gradients are those of one large batch, whatever the lengths of the answers.

    Args:
        outputs: the model's, with `logits` at all positions, or at `learnt_positions(labels)`.
        labels: [n, t], `IGNORED` where nothing is learnt.
        num_items_in_batch: learnt tokens of the optimiser step.
    """
    logits = outputs.logits
    targets = labels[:, 1:]
    if logits.shape[1] == labels.shape[1]:
        logits = logits[:, :-1]
    else:
        targets = targets[:, learnt_positions(labels)]
    learnt = targets != IGNORED
    logits = logits[learnt]
    if logits.dtype.itemsize < torch.float32.itemsize:
        logits = logits.float()  # a sum over a vocabulary in half precision loses digits
    total = torch.nn.functional.cross_entropy(logits, targets[learnt], reduction="sum")
    return total / num_items_in_batch
