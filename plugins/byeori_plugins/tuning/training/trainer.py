"""transformers' Trainer with the answer loss, steps known in advance, and checkpoints of ours."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import Trainer, TrainingArguments

from byeori import DataError
from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import StepDataset, TokenDataset
from byeori_plugins.tuning.batches.steps import StepSampler
from byeori_plugins.tuning.data.order import Order
from byeori_plugins.tuning.distributed.strategies import autocast, shards
from byeori_plugins.tuning.training.advice import against_divergence, at_the_first_step
from byeori_plugins.tuning.training.arguments import split_by_rate
from byeori_plugins.tuning.training.conductor import Training
from byeori_plugins.tuning.training.neftune import Noise
from byeori_plugins.tuning.training.weights import (
    learnt_weights,
    load_weights,
    save_weights,
)

LEARNT = "learnt.safetensors"
MICRO = "micro_batches"


class SupervisedTrainer(Trainer):
    """Trainer whose loss is exact over accumulated batches, in training and in validation.

    Attributes:
        batches: how a batch is laid out; set before `train`.
        noise: on the embeddings, or None.
    """

    batches: Batches
    noise: Noise | None = None

    def __init__(self, training: Training, arguments: TrainingArguments) -> None:
        self.training = training
        validation = training.validation
        super().__init__(
            model=training.model,
            args=arguments,
            train_dataset=TokenDataset(training.train),
            eval_dataset=TokenDataset(validation) if validation is not None else None,
        )
        self.model_accepts_loss_kwargs = True  # learnt tokens of the whole step are counted,
        self.loss_is_scaled_for_ga = True  # the loss is divided by them,
        self._loss_shifts_labels = False  # and labels are counted as they are

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The steps of the whole run, each as its micro-batches; the Trainer sees one epoch."""
        return self._loader(self.train_dataset, self.training.order)

    def get_eval_dataloader(self, eval_dataset: Any = None) -> DataLoader[Any]:
        """The same for the validation examples, in their own order."""
        order = Order(
            np.arange(len(self.training.validation or ())), self.training.config.batch_size
        )
        return self._loader(self.eval_dataset, order)

    def _loader(self, dataset: Any, order: Order) -> DataLoader[Any]:
        cut, place = self.batches.cut(dataset), (self.args.process_index, self.args.world_size)
        return DataLoader(
            StepDataset(dataset),
            batch_sampler=StepSampler(order, cut, *place),
            collate_fn=self._collate,
            pin_memory=self.args.dataloader_pin_memory,
        )

    def _collate(self, step: Sequence[Any]) -> dict[str, Any]:
        return {MICRO: [self.batches.collate(rows) for rows in step]}

    def get_batch_samples(self, epoch_iterator: Any, num_batches: int, device: Any) -> Any:
        """One step, and how many tokens are learnt in it by all processes."""
        step = next(epoch_iterator)
        learnt = sum(int((batch["labels"] >= 0).sum()) for batch in step[MICRO])
        return [step], int(self._of_all_processes(learnt)[0])

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The loss of a micro-batch, over the learnt tokens of the optimiser step.

        Processes average their gradients, so that each loss counts as often as there are of them.
        """
        if self.noise is not None:
            self.noise.of(inputs)
        with autocast(self.training.config, self.args.device):
            total = self.batches.loss(model, inputs)
        return total * self.accelerator.num_processes / num_items_in_batch

    def create_optimizer(self, *args: Any, **kwargs: Any) -> Any:
        """The Trainer's, with a group more for each learning rate that some weights have."""
        optimizer = super().create_optimizer(*args, **kwargs)
        if rates := self.training.learning_rates:
            by_weight = {
                id(w): rates[n] for n, w in learnt_weights(self.model).items() if n in rates
            }
            optimizer.param_groups = split_by_rate(optimizer.param_groups, by_weight)
        return optimizer

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Of a checkpoint: nothing where each process writes its part of the weights."""
        if not shards(self.training.config):
            super().save_model(output_dir, _internal_call)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """A checkpoint holds the weights that learn; the others are those of the base."""
        folder = Path(output_dir or str(self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(learnt_weights(self.model), folder / LEARNT)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if shards(self.training.config):
            super()._load_from_checkpoint(resume_from_checkpoint, model)
        else:
            load_weights(self.model, Path(resume_from_checkpoint) / LEARNT)

    def training_step(
        self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> Tensor:
        """Forward and backward through the micro-batches of a step; returns their loss."""
        *first, last = inputs[MICRO]
        losses = [self._micro_step(model, batch, num_items_in_batch, last=False) for batch in first]
        losses.append(self._micro_step(model, last, num_items_in_batch, last=True))
        return torch.stack(losses).sum()

    def _micro_step(self, model: Any, batch: Any, learnt: int, *, last: bool) -> Tensor:
        """A loss that is not a number stops the run here, not weeks later."""
        # Processes exchange gradients once a step; DeepSpeed reads it off the same flag.
        self.accelerator.gradient_state._set_sync_gradients(last)
        wait = not (last or self.is_deepspeed_enabled)
        with self.accelerator.no_sync(model=model) if wait else nullcontext():
            index = batch.pop("index")
            loss = super().training_step(model, batch, learnt)
        if not torch.isfinite(loss):
            raise DataError(self._not_finite(loss.item(), index.tolist()))
        return loss

    def floating_point_ops(self, inputs: Any) -> int:
        """Not counted here; see `byeori_plugins.tuning.estimates`."""
        return 0

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Mean loss per learnt token of the validation examples, in nats."""
        total, learnt = 0.0, 0.0
        model = self.model_wrapped
        model.eval()
        with torch.no_grad():
            for batch in (b for step in self.get_eval_dataloader() for b in step[MICRO]):
                batch.pop("index")
                batch = self._prepare_inputs(batch)
                with autocast(self.training.config, self.args.device):
                    total += self.batches.loss(model, batch).item()
                learnt += int((batch["labels"] >= 0).sum())
        total, learnt = self._of_all_processes(total, learnt)
        metrics = {"eval_loss": total / learnt}
        if not math.isfinite(total):
            raise DataError(
                f"{self.training.context.stage}: the validation loss became {total} at step "
                f"{self.state.global_step}; {against_divergence(self.training.config)}"
            )
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _of_all_processes(self, *sums: float) -> list[float]:
        if self.args.world_size == 1:
            return list(sums)
        mine = torch.tensor([sums], dtype=torch.float64, device=self.args.device)
        together: list[float] = self.accelerator.gather(mine).sum(dim=0).tolist()
        return together

    def _not_finite(self, loss: float, index: list[int]) -> str:
        training, done = self.training, self.state.global_step
        advice = against_divergence if done else at_the_first_step
        named = f"{training.material.unit} {', '.join(training.material.named(index))}"
        return (
            f"{training.context.stage}: the loss became {loss} at step "
            f"{done + 1} of {training.schedule.steps}, on {named}; "
            f"{advice(training.config)}; and look at these"
        )
