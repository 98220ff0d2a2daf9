"""What a run's stages took together, as far as the machine's counters could be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from byeori.report import formats
from byeori.report.costs import Timing

COUNTER_ERROR = 0.05
"""Share by which a counter may be off. NVIDIA states it for the power readings of Fermi and Kepler
GPUs (NVML, nvmlDeviceGetPowerUsage); for others, and for RAPL, no maker states a figure."""
JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class EnergyTotal:
    """The sum over a run's stages, each counted once, whichever run made it.

    Attributes:
        joules: counted; `low` and `high`: if the counters are off by `COUNTER_ERROR`. A counter is
            off the same way in every stage, so the errors of the stages add up.
        low, high: see `joules`.
        counted, stages: stages with a figure, and all of them.
        seconds_counted, seconds: of those, and of all.
    """

    joules: float
    low: float
    high: float
    counted: int
    stages: int
    seconds_counted: float
    seconds: float


def energy_total(timings: Sequence[Timing]) -> EnergyTotal | None:
    """The total, or None where no stage has a figure."""
    counted = [timing for timing in timings if "energy_joules" in timing.measured]
    if not counted:
        return None
    joules = sum(timing.measured["energy_joules"] for timing in counted)
    return EnergyTotal(
        joules=joules,
        low=joules * (1 - COUNTER_ERROR),
        high=joules * (1 + COUNTER_ERROR),
        counted=len(counted),
        stages=len(timings),
        seconds_counted=sum(timing.seconds for timing in counted),
        seconds=sum(timing.seconds for timing in timings),
    )


def energy_words(timings: Sequence[Timing]) -> str:
    """The total in a sentence, with what it leaves out; or that nothing was measured."""
    total = energy_total(timings)
    if total is None:
        return "not measured: no counter of energy could be read on this machine"
    watts = total.joules / total.seconds_counted if total.seconds_counted else 0.0
    span = f"{_amount(total.low)} to {_amount(total.high)}"
    off = f"if the counters are off by {formats.percent(COUNTER_ERROR)}"
    said = f"{_amount(total.joules)} ({span}, {off}), {watts:,.3g} W on average"
    if not (left := total.stages - total.counted):
        return said
    time = formats.duration(total.seconds - total.seconds_counted)
    return f"{said}; {left} of {total.stages} stages ({time}) have no figure and are not in it"


def _amount(joules: float) -> str:
    if joules < JOULES_PER_KWH / 1000:
        return f"{joules:,.3g} J"
    return f"{joules / JOULES_PER_KWH:,.3g} kWh"
