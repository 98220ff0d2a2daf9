"""Bytes that each process of a distributed training holds of weights, gradients and states.

Rajbhandari et al. 2020, "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
(arXiv:1910.02054), section 3.1 and figure 1; offload: Ren et al. 2021, "ZeRO-Offload"
(arXiv:2101.06840), section 3. What is beside these was read in the source of DeepSpeed 0.19 and
PyTorch 2.13, and measured (`benchmarks/distributed.py --memory`).
"""

from dataclasses import dataclass, replace

from byeori_plugins.tuning.distributed.config import Distributed

_BUCKET = 500_000_000
"""Gradients that ZeRO collects before it sends them (DeepSpeed's `reduce_bucket_size`)."""
_LIVE = 1_000_000_000
"""Weights that ZeRO-3 keeps whole at a time (DeepSpeed's `stage3_max_live_parameters`)."""
_FULL, _HALF = 4, 2


@dataclass(frozen=True)
class Sizes:
    """Bytes for each weight that learns.

    Attributes:
        weight, gradient: of what the forward and the backward pass work on.
        states: of what the optimiser keeps, its own copy of the weights included.
        bare: whether to leave out buffers and copies, as the paper's figure does.
    """

    weight: int
    gradient: int
    states: int
    bare: bool = False


PAPER = Sizes(2, 2, 12, bare=True)
"""Of the paper: half precision, and float32 weight, momentum and variance in Adam."""


@dataclass(frozen=True)
class Held:
    """Bytes of one process, without activations.

    Attributes:
        weights, gradients, states: on its accelerator.
        copies: of weights in bfloat16, from the forward to the backward pass.
        buffers: through which gradients and weights travel, at their largest.
        host: in the memory of the machine instead, for this process.
    """

    weights: float = 0.0
    gradients: float = 0.0
    states: float = 0.0
    copies: float = 0.0
    buffers: float = 0.0
    host: float = 0.0

    @property
    def model(self) -> float:
        """Weights, gradients and states: what the paper's figure counts."""
        return self.weights + self.gradients + self.states

    @property
    def accelerator(self) -> float:
        """All that is on the accelerator."""
        return self.model + self.copies + self.buffers


def sizes_of(spread: Distributed | None) -> Sizes:
    """Those of byeori's trainings: everything in float32, with AdamW.

    DeepSpeed's optimiser steps on a copy of its part of the weights. ZeRO-3 could do without it,
    but does not as of version 0.19: it compares a device with a device's name, which differ.
    """
    by_deepspeed = spread is not None and spread.by_deepspeed
    return Sizes(_FULL, _FULL, 3 * _FULL if by_deepspeed else 2 * _FULL)


def held(
    spread: Distributed | None,
    processes: int,
    learnt: int,
    *,
    frozen: float = 0.0,
    low_precision: bool = False,
    sizes: Sizes | None = None,
) -> Held:
    """What each process holds of a training, in bytes.

    Args:
        spread: how it is distributed; None is one process.
        processes: that share it.
        learnt: weights that learn.
        frozen: bytes of those that do not.
        low_precision: whether products are computed in bfloat16.
        sizes: bytes of a weight that learns; by default those of byeori's trainings.

    Raises:
        ValueError: there is no process, or more than one without a strategy.
    """
    if processes < 1 or (spread is None and processes > 1):
        raise ValueError(f"{processes} processes cannot share {spread and spread.strategy}")
    each = sizes or sizes_of(spread)
    stage = _stage(spread)

    def share(size: float, first: int) -> float:
        return size / (processes if stage >= first else 1)

    whole = Held(
        weights=share(each.weight * learnt + frozen, 3),
        gradients=share(each.gradient * learnt, 2),
        states=share(each.states * learnt, 1),
    )
    if not each.bare:
        copies = _HALF * learnt if low_precision and not _gathers_in_half(spread) else 0
        buffers = _buffers(spread, learnt, frozen, low_precision)
        whole = Held(whole.weights, whole.gradients, whole.states, copies, buffers)
    return _offloaded(whole, spread, processes, 0 if each.bare else _FULL * learnt)


def _stage(spread: Distributed | None) -> int:
    return 3 if spread is not None and spread.shards_weights else spread.stage if spread else 0


def _gathers_in_half(spread: Distributed | None) -> bool:
    """Whether the weights of a layer are put together in the precision of its product.

    FSDP gathers them in float32; the copy that is made for the product is whole, and kept.
    """
    return spread is not None and spread.stage == 3


def _buffers(spread: Distributed | None, learnt: int, frozen: float, low_precision: bool) -> float:
    if spread is None or spread.strategy == "fsdp":
        return 0.0  # FSDP's are of one layer
    if not spread.by_deepspeed:
        return _FULL * learnt  # DDP has a second copy of the gradients
    if spread.stage == 3:
        size = _HALF if low_precision else _FULL
        return size * _BUCKET + min(size * _LIVE, size * learnt + frozen)
    return 2 * _FULL * _BUCKET  # one is filled while the other is sent


def _offloaded(held: Held, spread: Distributed | None, processes: int, staging: float) -> Held:
    """As `held`, with what is offloaded in the memory of the machine.

    Args:
        staging: bytes through which that travels, of all processes.
    """
    if spread is None or not spread.offload:
        return held
    host = gradients = states = 0.0
    weights = held.weights
    if "optimizer" in spread.offload:
        part = held.gradients if spread.stage > 1 else held.gradients / processes
        sums = part if spread.stage == 2 and staging else 0.0  # of earlier micro-batches
        host += held.states + part + sums + staging / processes
        gradients = held.gradients if spread.stage == 1 else 0.0
    else:
        gradients, states = held.gradients, held.states
    if "parameters" in spread.offload:
        host += weights
        weights = 0.0
    return replace(held, weights=weights, gradients=gradients, states=states, host=host)
