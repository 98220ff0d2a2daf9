"""The state of the process while training runs, put back afterwards."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from byeori.models.loading import quiet as library_quiet


@contextmanager
def deterministic(seed: int) -> Iterator[None]:
    """Seed everything and allow only deterministic kernels, until the end of the block."""
    import torch
    import torch.utils.deterministic
    from transformers import set_seed

    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    # cuBLAS is only deterministic with a workspace of fixed size (NVIDIA's documentation).
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory that was not written; filling it first costs time.
    kernels: Any = torch.utils.deterministic
    filling = kernels.fill_uninitialized_memory
    kernels.fill_uninitialized_memory = False
    set_seed(seed % 2**32)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)
        kernels.fill_uninitialized_memory = filling


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars, and what no user can act on, off the terminal."""
    with library_quiet(), warnings.catch_warnings():
        # peft still calls transformers by a name that is going.
        warnings.filterwarnings("ignore", "`?is_gradient_checkpointing", FutureWarning)
        warnings.filterwarnings("ignore", "The density 1.0 .* no pruning", UserWarning)  # as asked
        yield


def compute_activations_again(model: Any) -> None:
    """Have a model's layers computed again in the backward pass instead of kept.

    The embeddings' output is left without a gradient: a backward pass that is not re-entrant does
    not need one, and with it every layer below the first that learns would be passed through too.
    """
    # `activation_checkpointing_enable` is the newer name.
    new = getattr(model, "activation_checkpointing_enable", None)
    enable: Any = new or model.gradient_checkpointing_enable
    enable({"use_reentrant": False})
    model.disable_input_require_grads()
