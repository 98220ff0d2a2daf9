"""The weights that learn: by name, to a file and back, and as finite numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from byeori import DataError
from byeori.store.files import replace_atomically


def learnt_weights(model: Any) -> dict[str, Tensor]:
    """The weights that learn, by name."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def learn_in_float32(model: Any) -> None:
    """Hold the weights that learn in float32: a step is too small for half precision.

    Where the bias of a norm learns, its scale is held so too: both must be of one type.
    """
    for module in model.modules():
        own = list(module.parameters(recurse=False))
        if any(weight.requires_grad for weight in own):
            for weight in own:
                # What is on `meta` comes in float32 later.
                if (weight.requires_grad or weight.dim() == 1) and weight.device.type != "meta":
                    weight.data = weight.data.float()


def save_weights(weights: dict[str, Tensor], path: Path) -> None:
    """Write weights to a safetensors file that appears whole, also over a power cut."""
    tensors = {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}
    replace_atomically(path, lambda part: save_file(tensors, part))


def load_weights(model: Any, path: Path) -> None:
    """Put saved weights back into the model they came from."""
    saved = load_file(path)
    with torch.no_grad():
        for name, weight in learnt_weights(model).items():
            weight.copy_(saved[name])


def check_finite(weights: dict[str, Tensor], advice: str) -> None:
    """Refuse weights with NaN or infinity: the last step can make them, with a finite loss.

    Args:
        weights: by name.
        advice: which settings to change then.

    Raises:
        DataError: naming the first such weight.
    """
    for name, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise DataError(
                f"after the last step the weight {name} holds NaN or infinity; {advice}"
            )


@contextmanager
def use_cache_kept(model: Any) -> Iterator[None]:
    """Undo what the Trainer does to `config.use_cache`, which would be saved with the model."""
    before = getattr(model.config, "use_cache", None)
    try:
        yield
    finally:
        if before is not None:
            model.config.use_cache = before
