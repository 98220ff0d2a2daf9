"""Which of a launcher's processes this is: torchrun, deepspeed, accelerate and srun tell it."""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import NoReturn

from byeori.errors import Mistake, RecipeError

# What torchrun sets, and accelerate, which runs it; deepspeed, with a name of its own for the last.
_TORCH = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
_DEEPSPEED = (*_TORCH[:3], "LOCAL_SIZE")
# What srun sets in each task of a step; outside a step the second one is not there.
_SLURM = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE")
_RUN = ("TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT", "SLURM_JOB_ID", "SLURM_STEP_ID")
# Where torch, accelerate and DeepSpeed look for the other processes.
_OF_LAUNCHERS = {*_TORCH, *_DEEPSPEED, "CROSS_RANK", "CROSS_SIZE", "MASTER_ADDR", "MASTER_PORT"}
_PREFIXES = ("TORCHELASTIC_", "GROUP_", "ROLE_", "ACCELERATE_", "FSDP_", "DEEPSPEED_")
_ADVICE = "`byeori launch-script` prints a script that sets it"


@dataclass(frozen=True)
class Place:
    """The place of a process among those that were started together.

    Attributes:
        rank, world: which of how many; the first runs the recipe, the others help.
        local_rank, local_world: the same on this machine.
        host, port: where the first one can be reached.
        hosted: whether the launcher keeps a store there; else the first process does.
        run: tells this launch from others, where the launcher has a name for it.
    """

    rank: int
    world: int
    local_rank: int
    local_world: int
    host: str
    port: int
    hosted: bool = False
    run: str = ""


def rank_in(environment: Mapping[str, str]) -> int | None:
    """Which of a launcher's processes this is, or None where it was started alone.

    Raises:
        RecipeError: what the launcher says cannot be.
    """
    names = _names(environment)
    if names is None:
        return None
    world = _number(environment, names[1], 1)
    rank = _number(environment, names[0], 0, world - 1)
    return rank if world > 1 else None


def launched(environment: Mapping[str, str]) -> Place | None:
    """The place of this process, or None where it was started alone.

    Raises:
        RecipeError: the launcher does not say all of it, or what it says cannot be.
    """
    rank, names = rank_in(environment), _names(environment)
    if rank is None or names is None:
        return None
    world = _number(environment, names[1], 1)
    needed = (*names[2:], "MASTER_ADDR", "MASTER_PORT")
    if lacking := [name for name in needed if not environment.get(name)]:
        _refuse(
            f"process {rank} of {world} is not told where it and the first one are: "
            f"{' and '.join(lacking)} not set; {_ADVICE}"
        )
    local_world = _local_world(environment, names, world)
    return Place(
        rank,
        world,
        _number(environment, names[2], 0, local_world - 1),
        local_world,
        environment["MASTER_ADDR"],
        _number(environment, "MASTER_PORT", 1, 65535),
        hosted=environment.get("TORCHELASTIC_USE_AGENT_STORE") == "True",
        run=".".join(environment.get(name, "") for name in _RUN),
    )


def forget_launch(environment: MutableMapping[str, str]) -> None:
    """Take out what makes libraries wait for the launcher's other processes.

    A stage that trains alone would else join a process group that no other process joins.
    """
    for name in [n for n in environment if n in _OF_LAUNCHERS or n.startswith(_PREFIXES)]:
        del environment[name]


def _names(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    torch = _DEEPSPEED if _DEEPSPEED[3] in environment else _TORCH
    kinds = (torch, _SLURM)
    return next((kind for kind in kinds if all(name in environment for name in kind[:2])), None)


def _local_world(environment: Mapping[str, str], names: tuple[str, ...], world: int) -> int:
    if names is not _SLURM:
        return _number(environment, names[3], 1, world)
    text = environment[names[3]]  # such as `8`, or `8(x3),4` where machines differ
    counts: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part)
        if found is None:
            _refuse(f"{names[3]} is {text!r}, which is no list of tasks on each machine")
        counts += [int(found[1])] * int(found[2] or 1)
    if len(counts) == 1:
        return counts[0]
    if "SLURM_NODEID" not in environment:
        _refuse(f"SLURM_NODEID is not set; {_ADVICE}")
    return counts[_number(environment, "SLURM_NODEID", 0, len(counts) - 1)]


def _number(environment: Mapping[str, str], name: str, low: int, high: int = 2**31) -> int:
    text = environment[name]
    if not re.fullmatch(r"\d+", text, re.ASCII) or not low <= int(text) <= high:
        wanted = f"{low} or more" if high == 2**31 else f"from {low} to {high}"
        _refuse(f"{name} is {text!r}, and must be a number {wanted}; the launcher sets it")
    return int(text)


def _refuse(message: str) -> NoReturn:
    raise RecipeError([Mistake("", message, "environment")])
