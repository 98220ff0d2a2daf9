"""One micro-batch forward and backward before training: how long it takes, and what it keeps."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import TokenDataset

_LONGEST = 5.0
_TIMES = 3


@dataclass(frozen=True)
class Probe:
    """What one micro-batch took.

    Attributes:
        seconds: of forward and backward together, the shortest and the longest of up to three.
        kept: bytes of the tensors that the backward pass needs, without weights.
        largest: bytes of the largest of them.
    """

    seconds: tuple[float, float]
    kept: int
    largest: int


def probe(
    batches: Batches, dataset: TokenDataset, rows: Sequence[int], *, low_precision: bool
) -> Probe:
    """Run one micro-batch without learning from it; random numbers and gradients are put back.

    Args:
        batches: the model, on the device it is trained on, and the layout.
        dataset, rows: the examples.
        low_precision: whether the forward pass is computed in bfloat16.
    """
    model = batches.model
    device = next(model.parameters()).device
    training = model.training
    model.train()
    devices = [device] if device.type == "cuda" else []
    seconds: list[float] = []
    try:
        with torch.random.fork_rng(devices=devices):
            run = _runner(batches, dataset, rows, low_precision)
            kept, largest = _kept(model, run)
            while len(seconds) < _TIMES and (not seconds or sum(seconds) < _LONGEST):
                seconds.append(_timed(run, device))
    finally:
        model.train(training)
        model.zero_grad(set_to_none=True)
    return Probe((min(seconds), max(seconds)), kept, largest)


def _runner(
    batches: Batches, dataset: TokenDataset, rows: Sequence[int], low_precision: bool
) -> Callable[[], None]:
    device = next(batches.model.parameters()).device

    def run() -> None:
        batch = batches.collate([dataset[row] for row in rows])
        batch.pop("index")
        moved = {k: v.to(device) if isinstance(v, torch.Tensor) else v for k, v in batch.items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=low_precision):
            loss: Any = batches.loss(batches.model, moved)
        loss.backward()

    return run


def _kept(model: Any, run: Callable[[], None]) -> tuple[int, int]:
    """Bytes that autograd keeps for the backward pass, each storage once; and of the largest."""
    weights = {w.untyped_storage().data_ptr() for w in model.parameters()}
    sizes: dict[int, int] = {}
    held = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            held.append(storage)  # so that no address is used twice
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        run()
    return sum(sizes.values()), max(sizes.values(), default=0)


def _timed(run: Callable[[], None], device: torch.device) -> float:
    _wait(device)
    start = time.perf_counter()
    run()
    _wait(device)
    return time.perf_counter() - start


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
