"""Says before training what it will take, and records afterwards what it took."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import TokenDataset
from byeori_plugins.tuning.distributed.group import world
from byeori_plugins.tuning.estimates.memory import memory_bounds
from byeori_plugins.tuning.estimates.probe import probe
from byeori_plugins.tuning.estimates.work import Work, flops, size_of, work_of
from byeori_plugins.tuning.training.conductor import Training

_FASTER, _SLOWER = 0.6, 2.5
"""What the rest of a run may take for its work, over what the probe took for its own: smaller
batches are less efficient, and the optimiser, evaluations and checkpoints are not in the probe."""


@contextmanager
def watched(training: Training, batches: Batches, *, done: int, alone: bool) -> Iterator[None]:
    """Around the training itself: one message before it, and what it took to the run's events.

    Args:
        training: what is trained.
        batches: how it is laid out.
        alone: whether this is the only process; of several, each holds a part that cannot be tried
            by itself, so only what is counted is told.
        done: steps that an earlier process has made; nothing is measured of those.
    """
    dataset = TokenDataset(training.train)
    work = work_of(training.order, dataset, batches, world())
    told = estimates(training, batches, dataset, work) if alone else {}
    training.context.message(f"{training.context.stage}: {sentence(training, work, told)}")
    _reset_peak()
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    share = 1 - done / work.steps
    training.context.measure(
        {
            **told,
            "padding_share_if_padded": round(work.padding, 4),
            "computed_tokens_over_tokens": round(work.computed, 4),
            "seconds": round(seconds, 3),
            "steps": round(share * work.steps),
            "tokens_per_second": round(share * work.tokens / seconds, 1),
            "supervised_tokens_per_second": round(share * work.supervised / seconds, 1),
            "peak_memory_bytes": peak_memory(),
        }
    )


def estimates(
    training: Training, batches: Batches, dataset: TokenDataset, work: Work
) -> dict[str, float]:
    """Seconds and bytes, low and high; a probe runs the largest micro-batch that was sampled."""
    rows, tokens = work.largest
    config, size = training.config, size_of(training.model)
    found = probe(batches, dataset, rows, low_precision=config.precision == "bfloat16")
    micro_batches = work.computed_tokens / tokens
    low, high = (micro_batches * seconds for seconds in found.seconds)
    memory = memory_bounds(training.model.parameters(), config.optimizer, found.kept, found.largest)
    return {
        "estimated_seconds_low": round(low * _FASTER, 3),
        "estimated_seconds_high": round(high * _SLOWER, 3),
        "estimated_memory_bytes_low": round(memory[0]),
        "estimated_memory_bytes_high": round(memory[1]),
        "floating_point_operations": flops(work, size, checkpointing=config.gradient_checkpointing),
    }


def sentence(training: Training, work: Work, told: dict[str, float]) -> str:
    """The estimate in a line."""
    counted = (
        f"{len(training.train):,} examples, {training.train.total:,} tokens "
        f"({training.train.supervised:,} learnt); {work.examples:,} examples in {work.steps:,} "
        "steps; "
        f"{work.computed:.0%} of the tokens are computed (padded rows would be {work.padding:.0%} "
        f"padding)"
    )
    if not told:
        return counted
    return (
        f"{counted}; about {duration(told['estimated_seconds_low'])} to "
        f"{duration(told['estimated_seconds_high'])}, "
        f"{gigabytes(told['estimated_memory_bytes_low'])} to "
        f"{gigabytes(told['estimated_memory_bytes_high'])} of memory for the model"
    )


def duration(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def gigabytes(size: float) -> str:
    """Bytes for people."""
    return f"{size / 2**30:.2f} GiB" if size >= 2**28 else f"{size / 2**20:.1f} MiB"


def peak_memory() -> int:
    """Bytes: of the accelerator's tensors since training began, or of the whole process so far."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _reset_peak() -> None:
    cuda: Any = torch.cuda
    if cuda.is_available():
        cuda.reset_peak_memory_stats()
