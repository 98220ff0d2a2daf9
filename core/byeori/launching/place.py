"""Which of a launcher's processes this is: torchrun, deepspeed, accelerate and srun tell it."""

from collections.abc import Mapping
from dataclasses import dataclass

from byeori.errors import Mistake, RecipeError

# What torchrun sets, and deepspeed and accelerate with it; what srun sets in each task of a step.
_TORCH = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
_SLURM = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE")


@dataclass(frozen=True)
class Place:
    """The place of a process among those that were started together.

    Attributes:
        rank, world: which of how many; the first runs the recipe, the others help.
        local_rank, local_world: the same on this machine.
        host, port: where the first one can be reached.
        hosted: whether the launcher keeps a store there; else the first process does.
    """

    rank: int
    world: int
    local_rank: int
    local_world: int
    host: str
    port: int
    hosted: bool = False


def launched(environment: Mapping[str, str]) -> Place | None:
    """The place of this process, or None where it was started alone.

    Raises:
        RecipeError: the launcher does not say where the first process can be reached.
    """
    names = next(
        (kind for kind in (_TORCH, _SLURM) if all(name in environment for name in kind[:2])), None
    )
    if names is None or int(environment[names[1]]) == 1:
        return None
    rank, world = int(environment[names[0]]), int(environment[names[1]])
    local_rank = int(environment.get(names[2], rank))
    # srun writes `8` or `8(x3)`.
    local_world = int(environment.get(names[3], str(world)).partition("(")[0].partition(",")[0])
    lacking = [name for name in ("MASTER_ADDR", "MASTER_PORT") if name not in environment]
    if lacking:
        message = (
            f"process {rank} of {world} is not told where the first one is: "
            f"{' and '.join(lacking)} not set; `byeori launch-script` prints a script that does"
        )
        raise RecipeError([Mistake("", message, "environment")])
    return Place(
        rank,
        world,
        local_rank,
        local_world,
        environment["MASTER_ADDR"],
        int(environment["MASTER_PORT"]),
        hosted=environment.get("TORCHELASTIC_USE_AGENT_STORE") == "True",
    )
