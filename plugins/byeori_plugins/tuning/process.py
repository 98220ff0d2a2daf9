"""The state of the process while training runs, put back afterwards."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def deterministic(seed: int) -> Iterator[None]:
    """Seed everything and allow only deterministic kernels, until the end of the block."""
    import torch
    from transformers import set_seed

    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    # cuBLAS is only deterministic with a workspace of fixed size (NVIDIA's documentation).
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    set_seed(seed % 2**32)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars, and what no user can act on, off the terminal."""
    from transformers.utils import logging as library

    logging: Any = library  # its functions have no annotations
    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            # peft still calls transformers by a name that is going.
            warnings.filterwarnings("ignore", "`?is_gradient_checkpointing", FutureWarning)
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
