"""The processes that train together, seen from one of them; alone, there is one."""

import torch
from torch import distributed


def _is_one_of_many() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def world() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if _is_one_of_many() else 1


def rank() -> int:
    """Which of them this is, from 0; the first one writes what is for all."""
    return distributed.get_rank() if _is_one_of_many() else 0


def barrier() -> None:
    """Wait until all processes are here."""
    if world() > 1:
        agreed(0)


def agreed(number: int) -> int:
    """The number that the first process has, in all of them."""
    if world() == 1:
        return number
    told = torch.tensor(number, dtype=torch.int64)
    distributed.broadcast(told, src=0)  # of the CPU: any group here has gloo for that
    return int(told)
