"""How fast a device multiplies matrices: what a training's operations are divided by."""

import time

import torch

_LONGEST = 0.5
_TIMES = 20


def matmul_rate(device: str, dtype: torch.dtype, rows: int, width: int) -> float:
    """Floating-point operations a second of a product [rows, width] x [width, width].

    The best of up to 20, or of half a second; the first one is not counted.
    """
    left = torch.ones(rows, width, device=device, dtype=dtype)
    right = torch.ones(width, width, device=device, dtype=dtype)
    best, begin = float("inf"), time.perf_counter()
    for number in range(_TIMES + 1):
        _wait(device)
        start = time.perf_counter()
        torch.mm(left, right)
        _wait(device)
        end = time.perf_counter()
        if number:
            best = min(best, end - start)
        if number and end - begin > _LONGEST:
            break
    return 2 * rows * width * width / best


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device == "mps":
        torch.mps.synchronize()
