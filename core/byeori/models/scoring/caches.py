"""Keys and values that a model has computed, taken as often as they are needed."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from byeori.models.scoring.spans import Ids

_BY_LENGTH = {"dynamic", "longrope"}
"""Position embeddings of a token that depend on how long its sequence gets."""


@dataclass(frozen=True)
class Read:
    """Rows that the model has read.

    Attributes:
        cache: keys and values of every layer, each (rows, heads, width, size): a `DynamicCache`;
            None where they were not kept.
        lengths: (rows,) int64: tokens of each row, padding not counted.
        mask: (rows, width) int64: 0 at padding, which may stand between tokens.
    """

    cache: Any
    lengths: Tensor
    mask: Tensor

    def take(self, rows: Tensor) -> "Read":
        """Some rows, each as often as named; a copy, for what comes next is written into it."""
        taken = DynamicCache()
        for number, layer in enumerate(self.cache.layers):
            taken.update(layer.keys[rows], layer.values[rows], number)
        return Read(taken, self.lengths[rows], self.mask[rows])

    @property
    def width(self) -> int:
        """Places of a row, padding counted."""
        return self.mask.shape[1]


def longest(model: Any) -> float:
    """Tokens up to which a model's keys and values can be shared between sequences.

    Padding may stand before a token, so a window of attention has to see all there is; position
    embeddings that change with the length of a row, and states that take the place of keys and
    values, cannot be shared at all.
    """
    config = model.config.get_text_config()
    ropes = getattr(config, "rope_parameters", None) or {}
    kinds = {part.get("rope_type") for part in (ropes, *ropes.values()) if isinstance(part, dict)}
    if getattr(model, "_is_stateful", False) or kinds & _BY_LENGTH:
        return 0
    windows = (getattr(config, name, None) for name in ("sliding_window", "attention_chunk_size"))
    return min((float(window) for window in windows if window), default=float("inf"))


def read(
    model: Any, rows: Sequence[Ids], after: Read | None, positions: Tensor, *, keep: bool
) -> tuple[Tensor, Read]:
    """Read rows, each after what was read before it in `after`'s row of the same number.

    Args:
        model: a causal language model of transformers.
        rows: of at least one token each.
        after: it is written into; None where nothing was read before.
        positions: (n,) int64, sorted: where in the rows logits are wanted.
        keep: whether more is to be read after this.

    Returns:
        Logits (rows, n, vocabulary) in the model's dtype, and what was read.
    """
    width = max(len(ids) for ids in rows)
    device = model.device
    ids = torch.tensor([[*row, *row[-1:] * (width - len(row))] for row in rows], device=device)
    own = torch.tensor([len(row) for row in rows], device=device)
    mask = (torch.arange(width, device=device) < own[:, None]).long()
    arguments: dict[str, Any] = {"input_ids": ids, "use_cache": keep or after is not None}
    if after is not None:
        mask = torch.cat([after.mask, mask], dim=1)
        arguments |= _placed(model, after, mask, width)
    else:
        # Padding to the right is not seen by any token, so that no mask is needed here.
        arguments["past_key_values"] = DynamicCache() if keep else None
    with torch.inference_mode():
        output = _logits(model, arguments, positions)
    before = 0 if after is None else after.lengths
    return output, Read(arguments["past_key_values"], before + own, mask)


def _placed(model: Any, after: Read, mask: Tensor, width: int) -> dict[str, Any]:
    arguments = {"past_key_values": after.cache, "attention_mask": mask}
    if takes(model, "position_ids"):  # others count them from the mask (BLOOM)
        new = torch.arange(width, device=mask.device)
        arguments["position_ids"] = after.lengths[:, None] + new
    return arguments


def _logits(model: Any, arguments: dict[str, Any], positions: Tensor) -> Tensor:
    # Most of a large vocabulary's cost is positions nobody asks for.
    if takes(model, "logits_to_keep"):
        kept: Tensor = model(**arguments, logits_to_keep=positions).logits
        return kept
    logits: Tensor = model(**arguments).logits
    return logits[:, positions]


def takes(model: Any, name: str) -> bool:
    """Whether a model's forward has an argument of this name."""
    return name in inspect.signature(model.forward).parameters
