"""What the layout of a batch decides: how a step is cut, how a batch is made, and its loss."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from byeori_plugins.tuning.batches.fit import Fit
from byeori_plugins.tuning.batches.groups import by_tokens
from byeori_plugins.tuning.batches.head import Targets, summed_loss_of_logits
from byeori_plugins.tuning.batches.layout import Pack
from byeori_plugins.tuning.batches.padded import (
    Collate,
    TokenDataset,
    padded_loss,
    takes_logits_to_keep,
)
from byeori_plugins.tuning.batches.steps import AtOnce, Cut, by_length


@dataclass(frozen=True)
class Batches:
    """Batches of one layout, and their loss.

    Attributes:
        model: the model itself.
        found: the layout that it takes.
        pad_id: id to pad with.
        at_once: how much a micro-batch holds.
        targets: where to tell the output layer what to predict, if it gives the loss.
    """

    model: Any
    found: Fit
    pad_id: int
    at_once: AtOnce
    targets: Targets | None = None

    @property
    def collate(self) -> Callable[[Any], dict[str, Any]]:
        """Makes a batch of examples of a `TokenDataset`."""
        if self.found.kind == "padded":
            return Collate(self.pad_id, takes_logits_to_keep(self.model))
        return Pack(share=self.found.kind == "shared")

    def cut(self, dataset: TokenDataset) -> Cut:
        """Cuts a step into micro-batches."""
        if self.found.kind == "padded":
            return by_length(dataset.tokens.lengths, self.at_once)
        share = self.found.kind == "shared"
        return by_tokens(lambda row: dataset[row]["input_ids"], self.at_once, share=share)

    def loss(self, model: Any, batch: dict[str, Any]) -> Tensor:
        """Cross-entropy of the learnt tokens of a batch, summed.

        Args:
            model: as wrapped for training.
            batch: what `collate` gave, on the model's device, without `index`.
        """
        if self.found.kind == "padded":
            return padded_loss(model, batch, self.targets)
        batch = dict(batch)
        labels = batch.pop("labels")
        rows = batch.pop("rows")
        batch["layout"] = batch["layout"].to(labels.device)
        if self.found.can.last_at_learnt:
            batch["logits_to_keep"] = 0
        if self.targets is None:
            return summed_loss_of_logits(model(**batch).logits[0], rows, labels)
        with self.targets.of((0, rows), labels):
            loss: Tensor = model(**batch).logits.squeeze()
        return loss
