"""What goes on around the steps of a run: logging, evaluations, checkpoints, the end, progress."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from byeori import Context
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.material import Material
from byeori_plugins.tuning.data.order import Order
from byeori_plugins.tuning.data.tokens import Tokens
from byeori_plugins.tuning.distributed.gather import gathered
from byeori_plugins.tuning.distributed.group import barrier, rank
from byeori_plugins.tuning.training.checkpoints import Checkpoints
from byeori_plugins.tuning.training.schedule import Schedule
from byeori_plugins.tuning.training.weights import save_weights


@dataclass(frozen=True)
class Training:
    """One run of training: the model, what it learns from, and how.

    Attributes:
        model: with the weights that learn marked by `requires_grad`.
        pad_id: id to pad with.
        material: what is learnt.
        order: what of it each step learns.
        context: seed, folders and progress of the stage.
        key: identifies this very run; checkpoints of another are not used.
        learning_rates: by name, the weights that learn at a rate of their own.
    """

    model: Any
    pad_id: int
    material: Material
    order: Order
    config: TrainingConfig
    schedule: Schedule
    context: Context
    key: str
    learning_rates: Mapping[str, float] = field(default_factory=dict)

    @property
    def train(self) -> Tokens:
        """What is learnt, as token ids."""
        return self.material.train

    @property
    def validation(self) -> Tokens | None:
        """What the validation loss is of; None where there is nothing."""
        return self.material.validation


class Conductor(TrainerCallback):
    """Says when to log, evaluate, save and stop, shows progress, and commits checkpoints."""

    def __init__(self, training: Training, checkpoints: Checkpoints) -> None:
        self.training = training
        self.checkpoints = checkpoints
        self._progress: Iterator[int] = iter(())

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the progress display at the first step still to do."""
        left = self.training.schedule.steps - state.global_step
        self._progress = self.training.context.progress(range(left), total=left, unit="steps")
        next(self._progress, None)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Mark what follows this step."""
        next(self._progress, None)
        schedule = self.training.schedule
        control.should_log = state.global_step in schedule.log
        control.should_evaluate = state.global_step in schedule.evaluate
        control.should_save = state.global_step in schedule.save

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Keep the best weights and stop when patience is over (where that is asked for).

        All of it follows from the logged losses, which travel in the checkpoint: a resumed run
        decides as an uninterrupted one.
        """
        patience = self.training.config.early_stopping_patience
        if patience is None:
            return
        losses = [entry["eval_loss"] for entry in state.log_history if "eval_loss" in entry]
        since_best = len(losses) - 1 - losses.index(min(losses))
        if since_best == 0:
            best = gathered(self.training.model)
            if rank() == 0:
                save_weights(best, self.checkpoints.best)
        if since_best >= patience:
            control.should_training_stop = True
            control.should_save = False

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Commit what the Trainer has just written, in all processes."""
        barrier()
        if rank() == 0:
            source = self.checkpoints.writing / f"checkpoint-{state.global_step}"
            self.checkpoints.commit(source, state.global_step)
        barrier()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """End the progress display, also where training stopped early."""
        close: Callable[[], None] = getattr(self._progress, "close", lambda: None)
        close()
