"""Which trainings are compared, and how they are run: each in a process of its own, in turns."""

import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from throughput.meter import Reading
from throughput.sides import Job, Setting, measure

COMPARISONS = {
    "lora_grouped": ("lora", "grouped"),
    "full_grouped": ("full", "grouped"),
    "lora_single": ("lora", "single"),
}


def jobs(device: str, *, quick: bool) -> list[Job]:
    """What is measured; in a quick run only what can be TRL's best, and one plain Trainer."""
    found = []
    for method, data in COMPARISONS.values():
        found += _comparison(method, data, fast_head=device == "cpu", quick=quick)
        if device == "cpu" and not quick and (method, data) == ("lora", "grouped"):
            found += [Job("trl", method, data, checkpointing=True)]  # as it is shipped
    return found


def _comparison(method: str, data: str, *, fast_head: bool, quick: bool) -> list[Job]:
    """byeori, then TRL by layout, rows at once and checkpointing, then transformers."""

    def trl(rows: int | None, *, packed: bool, checkpointing: bool = False) -> Job:
        return Job("trl", method, data, packed, rows, checkpointing, fast_head)

    first = (method, data) == ("lora", "grouped")
    found = [Job("byeori", method, data), trl(None, packed=False)]
    found += [trl(1, packed=False), trl(1, packed=True)]
    if first and not quick:
        found += [trl(rows, packed=packed, checkpointing=True) for rows, packed in _DEFAULTS]
    if first or (not quick and data == "grouped"):
        found += [Job("transformers", method, data)]
    return found


_DEFAULTS = ((None, False), (1, True))


@dataclass(frozen=True)
class Result:
    """The median of a job's repeats.

    Attributes:
        per_second, per_cpu_second: supervised tokens.
        memory: bytes at the peak, above the loaded model.
        losses: of each step, equal in every repeat up to rounding.
    """

    job: Job
    per_second: float
    per_cpu_second: float
    memory: float
    losses: list[float]


def run(
    todo: Sequence[Job],
    setting: Setting,
    repeats: int,
    tokens: dict[str, int],
    say: Callable[[str], None],
) -> list[Result]:
    """Run every job once, then every job again, so that a slow minute hits all alike.

    Args:
        tokens: supervised tokens of one optimiser step, by data.
    """
    taken: dict[Job, list[tuple[Reading, list[float]]]] = {job: [] for job in todo}
    context = get_context("forkserver")
    context.set_forkserver_preload(["throughput.preload"])
    for repeat in range(repeats):
        for job in todo:
            say(f"{repeat + 1}/{repeats} {job.method} {job.data}: {job.label}")
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                taken[job].append(pool.submit(measure, job, setting).result())
    return [_median(job, taken[job], tokens[job.data]) for job in todo]


def _median(job: Job, taken: list[tuple[Reading, list[float]]], tokens: int) -> Result:
    readings = [reading for reading, _ in taken]
    return Result(
        job,
        statistics.median(tokens * r.steps / r.seconds for r in readings),
        statistics.median(tokens * r.steps / r.cpu_seconds for r in readings),
        statistics.median(r.memory for r in readings),
        taken[0][1],
    )
