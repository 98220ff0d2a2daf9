"""Peak memory of a training, with a low and a high bound."""

from collections.abc import Iterable, Mapping
from typing import Any

_STATES: Mapping[str, int] = {
    "adamw_torch": 2,
    "adamw_torch_fused": 2,
    "rmsprop": 1,
    "sgd": 0,
    "adafactor": 0,  # its factored states are one row and one column of each matrix
}
_TEMPORARY = 6
_UNKNOWN_STATES = 2


def memory_bounds(
    weights: Iterable[Any],
    optimizer: str,
    kept: float,
    largest: float,
    *,
    held: float | None = None,
) -> tuple[float, float]:
    """Bytes of weights, gradients, optimiser states and activations at the peak.

    The low bound is what must be there at one time: either activations with the weights and the
    states, or gradients with them. The high bound has all of it at once, and six tensors as large
    as the largest that is kept, for what forward, backward and optimiser make and drop on the way.

    Args:
        weights: all of the model's, as tensors.
        optimizer: as the settings name it.
        kept: bytes of activations of the largest micro-batch.
        largest: bytes of the largest tensor among them.
        held: bytes of all weights, where these tensors do not say it.
    """
    weights = list(weights)
    if held is None:
        held = sum(w.numel() * w.element_size() for w in weights)
    learnt = [w.numel() * w.element_size() for w in weights if w.requires_grad]
    states = _STATES.get(optimizer, _UNKNOWN_STATES) * sum(learnt)
    low = held + states + max(sum(learnt), kept)
    temporary = _TEMPORARY * max([largest, *learnt])
    return low, held + sum(learnt) + states + kept + temporary
