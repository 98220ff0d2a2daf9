"""Time, CPU time and memory of a training, from the end of its first step to that of its last."""

import ctypes
import gc
import resource
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reading:
    """What one training took.

    Attributes:
        steps: optimiser steps between the two ends.
        seconds: of wall time.
        cpu_seconds: of this process, user and system.
        memory: bytes at the peak, above those before the first step, when the model was loaded.
    """

    steps: int
    seconds: float
    cpu_seconds: float
    memory: int


class Meter:
    """Is told when training starts and when a step ends."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._ends: list[tuple[float, float]] = []
        self._loaded = 0

    def start(self) -> None:
        """The model is loaded: memory counts from here."""
        gc.collect()
        if self.device == "cuda":
            import torch

            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
            self._loaded = torch.cuda.memory_allocated()
        else:
            ctypes.CDLL("libc.so.6").malloc_trim(0)
            Path("/proc/self/clear_refs").write_text("5")  # the peak starts from now (proc(5))
            self._loaded = _status("VmRSS")

    def step(self) -> None:
        """An optimiser step is done."""
        if self.device == "cuda":
            import torch

            torch.cuda.synchronize()
        used = resource.getrusage(resource.RUSAGE_SELF)
        self._ends.append((time.perf_counter(), used.ru_utime + used.ru_stime))

    def reading(self) -> Reading:
        """The first step warms up: allocators, caches and the optimiser's state."""
        (wall, cpu), (wall_end, cpu_end) = self._ends[0], self._ends[-1]
        steps = len(self._ends) - 1
        return Reading(steps, wall_end - wall, cpu_end - cpu, self._peak() - self._loaded)

    def _peak(self) -> int:
        if self.device == "cuda":
            import torch

            return torch.cuda.max_memory_allocated()
        return _status("VmHWM")


def _status(name: str) -> int:
    """Bytes that Linux tells of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {name}; this benchmark needs Linux")
