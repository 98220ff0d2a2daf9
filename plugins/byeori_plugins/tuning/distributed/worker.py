"""One of the processes that train together: `python -m byeori_plugins.tuning.distributed.worker`.

What torchrun's conventions say of a process group stands in the environment.
"""

import os
import sys
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori.launching import begin_work

if TYPE_CHECKING:
    from byeori_plugins.tuning.distributed.spec import Spec
    from byeori_plugins.tuning.method import SupervisedTuning
    from byeori_plugins.tuning.training.conductor import Training

_FOREIGN = ("ACCELERATE_", "FSDP_", "TORCHELASTIC_", "DEEPSPEED_")
_PATIENCE = timedelta(hours=2)  # while one process writes a large checkpoint, the others wait


def main() -> None:
    """Train as the spec says; the first process writes the result."""
    begin_work()
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]  # of the launcher outside, for a program that trains in its processes
    folder = Path(sys.argv[1]).parent
    try:
        _work(folder)
    except BaseException as error:
        from byeori_plugins.tuning.distributed.messages import write_error

        code = write_error(error, int(os.environ["RANK"]), folder)
        sys.stderr.flush()
        os._exit(code)  # the others hang in a collective: no goodbyes


def _work(folder: Path) -> None:
    import torch
    from torch import distributed

    from byeori_plugins.tuning.distributed.spec import SPEC, read_spec
    from byeori_plugins.tuning.training.process import deterministic, quiet

    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=_PATIENCE)
    spec = read_spec(folder / SPEC)
    with quiet(), deterministic(spec.seed):
        _train(spec, folder)
    distributed.barrier()
    distributed.destroy_process_group()


def _train(spec: "Spec", folder: Path) -> None:
    from safetensors.torch import load_file

    from byeori.store.files import write_json
    from byeori_plugins.tuning.distributed.gather import gathered
    from byeori_plugins.tuning.distributed.group import rank
    from byeori_plugins.tuning.distributed.launch import LEARNT, RESULT
    from byeori_plugins.tuning.training.run import run
    from byeori_plugins.tuning.training.weights import save_weights

    training = _training(spec, folder)
    trained = run(training)
    weights = gathered(training.model)
    if rank() == 0:
        if training.config.early_stopping_patience is not None:
            weights = load_file(trained.best)
        save_weights(weights, folder / LEARNT)
        write_json(folder / RESULT, {"history": trained.history, "fit": asdict(trained.fit)})


def _training(spec: "Spec", folder: Path) -> "Training":
    import torch

    from byeori import Context
    from byeori_plugins.tuning.distributed.group import rank
    from byeori_plugins.tuning.distributed.messages import Reporter
    from byeori_plugins.tuning.distributed.spec import material_of, order_of
    from byeori_plugins.tuning.training.conductor import Training

    context = Context(spec.stage, spec.seed, folder / f"output-{rank()}", spec.scratch)
    if rank() == 0:
        reporter = Reporter(folder)
        context = Context(
            spec.stage,
            spec.seed,
            folder / "output-0",
            spec.scratch,
            on_measure=reporter.measure,
            progress_display=reporter,
        )
    method, material = _method(spec), material_of(spec, folder)
    model = _model(method, spec, material.train, context)
    # From here on each process draws its own numbers: dropout, noise.
    torch.manual_seed((spec.seed + rank()) % 2**32)
    return Training(
        model=model,
        pad_id=spec.pad_id,
        material=material,
        order=order_of(spec, folder),
        config=method.config,
        schedule=spec.schedule,
        context=context,
        key=spec.key,
        learning_rates=spec.learning_rates,
    )


def _method(spec: "Spec") -> "SupervisedTuning[Any]":
    from byeori.plugins import discover

    entries = [entry for plugin in discover().plugins for entry in plugin.components]
    (entry,) = (e for e in entries if e.name == spec.component and e.kind == "tuning")
    make: Any = entry.cls
    method: SupervisedTuning[Any] = make(make.config_model.model_validate(spec.config))
    return method


def _model(method: "SupervisedTuning[Any]", spec: "Spec", tokens: Any, context: Any) -> Any:
    """The model to train, made as the process that started this one made it."""
    import torch

    from byeori.models import on_device

    quantised = getattr(method.config, "quantise", None) is not None
    with nullcontext() if quantised else on_device("cpu"):
        model = method.prepare(method.load(spec.ref, context), tokens, spec.pad_id, context)
    if torch.cuda.is_available() and not quantised and not method.config.distributed.shards_weights:
        model.to("cuda")
    return model


if __name__ == "__main__":
    main()
