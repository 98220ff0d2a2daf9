"""A run of training, from the newest whole checkpoint to the end."""

from dataclasses import dataclass
from pathlib import Path

from transformers import PrinterCallback

from byeori import Mistake, RecipeError, StoppedError
from byeori.store.files import is_disk_full
from byeori_plugins.tuning.batches.fit import Fit, fit, fitted
from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.steps import how_much_at_once
from byeori_plugins.tuning.distributed.group import agreed, rank, world
from byeori_plugins.tuning.distributed.strategies import shards
from byeori_plugins.tuning.estimates.watch import watched
from byeori_plugins.tuning.speed.lora import fast_lora
from byeori_plugins.tuning.training.arguments import arguments_of
from byeori_plugins.tuning.training.checkpoints import Checkpoints, no_space, step_of
from byeori_plugins.tuning.training.conductor import Conductor, Training
from byeori_plugins.tuning.training.neftune import noisy_embeddings
from byeori_plugins.tuning.training.tracking import check_trackers, tracked
from byeori_plugins.tuning.training.trainer import SupervisedTrainer
from byeori_plugins.tuning.training.weights import load_weights, use_cache_kept


@dataclass(frozen=True)
class Trained:
    """What a run was.

    Attributes:
        history: what was logged: dictionaries with `step` and `loss`, `learning_rate` or
            `eval_loss`.
        fit: how batches were laid out.
        best: file with the weights of the lowest validation loss, where training stops early.
        processes: how many trained.
    """

    history: list[dict[str, float]]
    fit: Fit
    best: Path
    processes: int = 1


def train(training: Training) -> Trained:
    """Train to the end in this process alone; see `run`."""
    trained = run(training)
    if training.config.early_stopping_patience is not None:
        load_weights(training.model, trained.best)
    return trained


def run(training: Training) -> Trained:
    """Train to the end, from the newest whole checkpoint if there is one.

    Several processes call it together; the first one of them keeps the checkpoints.

    Raises:
        DataError: the loss is not a finite number.
        RecipeError: the model cannot take the layout that was asked for.
        StoppedError: the disk is full.
    """
    folder = training.context.scratch / "checkpoints"
    checkpoints = Checkpoints(folder, training.key, shards(training.config))
    trackers = training.config.report_to
    check_trackers(training.context.stage, trackers)
    with tracked(trackers, training.context, training.key):
        return _run(training, checkpoints)


def _run(training: Training, checkpoints: Checkpoints) -> Trained:
    newest = _newest(checkpoints, training)
    conductor = Conductor(training, checkpoints)
    try:
        with use_cache_kept(training.model):
            trainer = SupervisedTrainer(training, arguments_of(training, checkpoints.writing))
            trainer.remove_callback(PrinterCallback)
            trainer.add_callback(conductor)
            found = _fit(training)
            alpha = training.config.neftune_alpha
            with (
                fast_lora(training.model),
                noisy_embeddings(training.model, alpha) as trainer.noise,
                fitted(training.model, found) as targets,
            ):
                at_once = how_much_at_once(training.config, trainer.args.device.type)
                trainer.batches = Batches(training.model, found, training.pad_id, at_once, targets)
                done = step_of(newest) if newest else 0
                alone = training.config.distributed is None
                with watched(training, trainer.batches, done=done, alone=alone):
                    trainer.train(resume_from_checkpoint=str(newest) if newest else None)
    except Exception as error:
        if not is_disk_full(error):
            raise
        checkpoints.abandon()
        raise StoppedError(no_space(training.context.stage, checkpoints.folder)) from error
    return Trained(list(trainer.state.log_history), found, checkpoints.best, world())


def _newest(checkpoints: Checkpoints, training: Training) -> Path | None:
    """The checkpoint to go on from, the same in all processes; the first one tidies up."""
    found = checkpoints.newest() if rank() == 0 else None
    done = agreed(step_of(found) if found is not None else 0)
    if not done:
        return None
    context, steps = training.context, training.schedule.steps
    context.message(f"{context.stage}: resuming at step {done} of {steps}")
    if rank() == 0:
        checkpoints.restore_best(checkpoints.at(done))
    return checkpoints.at(done)


def _fit(training: Training) -> Fit:
    """The layout of the batches; one that is not what was asked for, or the fastest, is said."""
    stage, wanted = training.context.stage, training.config.layout
    low_precision = training.config.precision == "bfloat16"
    found = fit(training.model, training.config.wanted_layout, low_precision)
    if wanted not in ("auto", found.kind):
        problem = f"the model cannot take it: {found.reason}; set layout: auto or {found.kind}"
        raise RecipeError([Mistake(f"{stage}.layout", problem)])
    if found.reason:
        training.context.message(f"{stage}: batches are {found.kind}: {found.reason}")
    return found
