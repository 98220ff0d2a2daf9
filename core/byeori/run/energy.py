"""Energy that a stage took, from counters of the machine; where none can be read, no figure."""

import importlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

POWERCAP = Path("/sys/class/powercap")
EVERY = 20.0
"""Seconds between readings: a counter of a busy processor begins again after some minutes."""


class Counter(Protocol):
    """Counts joules since some time, and begins again at `range_joules` (None: never)."""

    range_joules: float | None

    def read(self) -> float:
        """Joules; OSError where it cannot be read."""


class Rapl:
    """A processor package (Intel's running average power limit; AMD's has the same files)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.range_joules: float | None = int((folder / "max_energy_range_uj").read_text()) / 1e6

    def read(self) -> float:
        """Joules since the counter last began."""
        return int((self.folder / "energy_uj").read_text()) / 1e6


class Nvml:
    """An NVIDIA GPU, by NVML's own counter."""

    range_joules: float | None = None

    def __init__(self, nvml: Any, number: int) -> None:
        self.nvml, self.handle = nvml, nvml.nvmlDeviceGetHandleByIndex(number)

    def read(self) -> float:
        """Joules since the driver was loaded."""
        try:
            return float(self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle)) / 1e3
        except self.nvml.NVMLError as error:
            raise OSError(str(error)) from error


def find_counters(powercap: Path = POWERCAP) -> list[Counter]:
    """The counters of this machine that can be read now."""
    found: list[Counter] = []
    for folder in sorted(powercap.glob("intel-rapl:*")):
        if folder.name.count(":") == 1:  # further ones are parts of a package
            with suppress(OSError, ValueError):
                found.append(Rapl(folder))
    found += _gpus()
    return [counter for counter in found if _readable(counter)]


def _gpus() -> Iterator[Counter]:
    try:
        nvml = importlib.import_module("pynvml")
        nvml.nvmlInit()
        for number in range(nvml.nvmlDeviceGetCount()):
            yield Nvml(nvml, number)
    except Exception:  # not installed, no driver, no right to ask: then there is nothing to count
        return


def _readable(counter: Counter) -> bool:
    try:
        counter.read()
    except (OSError, ValueError):
        return False
    return True


class Meter:
    """Adds up what counters count, reading them often enough to see each of them begin again."""

    def __init__(self, counters: Sequence[Counter]) -> None:
        self.counters = list(counters)
        self.last = [counter.read() for counter in self.counters]
        self.joules = 0.0
        self.broken = False

    def look(self) -> None:
        """Add what was counted since the last look; a counter that fails makes the sum void."""
        try:
            now = [counter.read() for counter in self.counters]
        except (OSError, ValueError):
            self.broken = True
            return
        for counter, before, after in zip(self.counters, self.last, now, strict=True):
            again = counter.range_joules or 0.0
            self.joules += after - before if after >= before else after - before + again
        self.last = now


@contextmanager
def energy_measured(
    measured: dict[str, float], counters: Sequence[Counter] | None = None, every: float = EVERY
) -> Iterator[None]:
    """Put `energy_joules` of what runs inside into `measured`; nothing without a counter."""
    meter = Meter(find_counters() if counters is None else counters)
    if not meter.counters:
        yield
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(every):
            meter.look()

    thread = threading.Thread(target=watch, name="energy", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        meter.look()
    if not meter.broken:
        measured["energy_joules"] = round(meter.joules, 1)
