"""Starts a training in several processes, and takes up what they made of the weights."""

import importlib.util
import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from byeori import Context, Mistake, ModelRef, PluginError, RecipeError, StoppedError
from byeori.components import Component
from byeori.launching import Place, Task, WorkersFailedError, current_meeting, run_workers
from byeori.plugins import discover
from byeori_plugins.tuning.batches.fit import Fit
from byeori_plugins.tuning.distributed.config import Distributed
from byeori_plugins.tuning.distributed.messages import Listener, first_error
from byeori_plugins.tuning.distributed.spec import write_spec
from byeori_plugins.tuning.training.conductor import Training
from byeori_plugins.tuning.training.run import Trained
from byeori_plugins.tuning.training.weights import load_weights

if TYPE_CHECKING:
    from byeori_plugins.tuning.config import TrainingConfig

FOLDER = "processes"
RESULT = "result.json"
LEARNT = "learnt.safetensors"
WORKER = "byeori_plugins.tuning.distributed.worker"
_TAIL = 2000


def train_in_processes(
    training: Training, spread: Distributed, method: Component[Any], ref: ModelRef
) -> Trained:
    """As `byeori_plugins.tuning.training.run.train`, in processes of their own.

    Args:
        training: its model is on the CPU, and has the weights that were learnt at the end.
        spread: how it is distributed.
        method: what wrapped the model; workers make it anew, by its name in the registry.
        ref: the model it started from.

    Raises:
        RecipeError: the processes cannot share the work, or there are none.
        StoppedError: a worker was killed; running again goes on from the last checkpoint.
        ByeoriError: whatever a worker raised.
    """
    stage, config = training.context.stage, training.config
    processes = count_processes(config, spread, stage)
    folder = training.context.scratch / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    spec = write_spec(training, registered_name(method), ref, folder)
    training.context.message(
        f"{stage}: {spread.strategy} in {processes} processes, which share the "
        f"{config.batch_size} examples of a step"
    )
    torch.cuda.empty_cache()  # the workers need that memory
    _run(_task(spec, processes), processes, training.context, folder)
    load_weights(training.model, folder / LEARNT)
    told = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return Trained(told["history"], Fit(**told["fit"]), folder / LEARNT, processes)


def count_processes(config: "TrainingConfig", spread: Distributed, stage: str) -> int:
    """How many processes train: those of the launch this is part of, or those to start here.

    Raises:
        RecipeError: there is nothing to start them on, or they cannot share a step.
    """
    meeting = current_meeting()
    if meeting is None:
        processes = _of_this_machine(spread, stage)
    else:
        processes = _of_launch(meeting.place, spread, stage)
    if problem := config.cannot_share(processes):
        raise RecipeError([Mistake(f"{stage}.batch_size", problem)])
    if spread.by_deepspeed and importlib.util.find_spec("deepspeed") is None:
        _refuse(stage, "needs DeepSpeed: pip install 'byeori[deepspeed]', or use ddp or fsdp")
    return processes


def _of_this_machine(spread: Distributed, stage: str) -> int:
    if spread.machines > 1:
        _refuse(
            stage,
            f"asks for {spread.nodes} machines, and this run was started on one; start it with "
            "the script that `byeori launch-script` prints",
        )
    count = spread.processes or torch.cuda.device_count()
    if not count:
        _refuse(
            stage,
            "this machine has no accelerator; say how many processes of the CPU to start, such as "
            f"{{strategy: {spread.strategy}, processes: 2}}",
        )
    if torch.cuda.is_available() and count > torch.cuda.device_count():
        _refuse(stage, f"{count} processes, but {torch.cuda.device_count()} accelerators")
    return count


def _of_launch(place: Place, spread: Distributed, stage: str) -> int:
    here, accelerators = place.local_world, torch.cuda.device_count()
    if spread.processes and spread.processes != here:
        _refuse(
            stage,
            f"asks for {spread.processes} processes on each machine, and the launcher started "
            f"{here} on this one; start as many, or leave `processes` out",
        )
    if spread.nodes and spread.nodes * here != place.world:
        _refuse(
            stage,
            f"asks for {spread.nodes} machines, and the launcher started {place.world} processes "
            f"in all, {here} of them on this one; start as many, or leave `nodes` out",
        )
    if accelerators and here > accelerators:
        _refuse(
            stage,
            f"the launcher started {here} processes on this machine, and this one sees "
            f"{accelerators} accelerators; start one for each, and let each see all of them",
        )
    return place.world


def _refuse(stage: str, problem: str) -> None:
    raise RecipeError([Mistake(f"{stage}.distributed", problem)])


def registered_name(method: Component[Any]) -> str:
    """What a recipe calls a method, which is how other processes find it.

    Raises:
        PluginError: no installed plugin offers it.
    """
    for plugin in discover().plugins:
        for entry in plugin.components:
            if entry.cls is type(method):
                return entry.name
    raise PluginError(
        f"{type(method).__name__} is offered by no installed plugin, so other processes cannot "
        "find it; return it from byeori_tuning_methods, or leave `distributed` out"
    )


def _task(spec: Path, processes: int) -> Task:
    meeting = current_meeting()
    host = meeting.place.host if meeting else "127.0.0.1"
    logs = str(spec.parent / "logs")
    return Task(WORKER, (str(spec),), logs, processes, host, _free_port())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def _run(task: Task, processes: int, context: Context, folder: Path) -> None:
    listener = Listener(folder, context)
    meeting = current_meeting()
    try:
        if meeting is None:
            run_workers(task, range(processes), range(processes), listener.poll)
        else:
            meeting.run(task, listener.poll)
    except WorkersFailedError as failed:
        listener.poll()
        error = first_error(folder)
        raise error if error is not None else _killed(failed, context) from None
    finally:
        listener.close()


def _killed(failed: WorkersFailedError, context: Context) -> StoppedError:
    how = f"ended with {failed.exit_code}"
    if failed.exit_code < 0:
        how = f"was killed by signal {-failed.exit_code}"
    advice = " (where memory ran out, lower micro_batch_tokens)" if failed.exit_code == -9 else ""
    log = Path(failed.log)
    printed = log.read_text(encoding="utf-8", errors="replace")[-_TAIL:] if log.is_file() else ""
    return StoppedError(
        f"{context.stage}: process {failed.rank} {how}{advice}, and the others were stopped; run "
        "the same command again, it goes on from the last checkpoint"
        + (f"\nIt had printed:\n{printed}" if printed.strip() else "")
    )
