"""transformers' Trainer with the answer loss, steps known in advance, and checkpoints of ours."""

import inspect
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainingArguments

from byeori import DataError, StoppedError
from byeori_plugins.tuning.batches.padded import Collate, TokenDataset, answer_loss
from byeori_plugins.tuning.batches.steps import StepSampler, by_length
from byeori_plugins.tuning.training.checkpoints import Checkpoints, is_disk_full, no_space, step_of
from byeori_plugins.tuning.training.conductor import Conductor, Training
from byeori_plugins.tuning.training.weights import (
    learnt_weights,
    load_weights,
    save_weights,
    use_cache_kept,
)

LEARNT = "learnt.safetensors"


class SupervisedTrainer(Trainer):
    """Trainer whose loss is exact over accumulated batches, in training and in validation."""

    def __init__(self, training: Training, arguments: TrainingArguments) -> None:
        self.training = training
        validation = training.validation
        super().__init__(
            model=training.model,
            args=arguments,
            train_dataset=TokenDataset(training.train),
            eval_dataset=TokenDataset(validation) if validation is not None else None,
            data_collator=Collate(training.pad_id, takes_logits_to_keep(training.model)),
            compute_loss_func=answer_loss,
        )

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The micro-batches of this process, for the whole run; the Trainer sees one epoch."""
        training = self.training
        sampler = StepSampler(
            training.order,
            training.config.accumulation,
            by_length(training.train.lengths),
            self.args.process_index,
            self.args.world_size,
        )
        return self._loader(self.train_dataset, sampler)

    def _loader(self, dataset: Any, batches: Any) -> DataLoader[Any]:
        return DataLoader(
            dataset,
            batch_sampler=batches,
            collate_fn=self.data_collator,
            pin_memory=self.args.dataloader_pin_memory,
        )

    def create_optimizer(self, *args: Any, **kwargs: Any) -> Any:
        """The Trainer's, with a group more for each learning rate that some weights have."""
        optimizer = super().create_optimizer(*args, **kwargs)
        if rates := self.training.learning_rates:
            by_weight = {
                id(w): rates[n] for n, w in learnt_weights(self.model).items() if n in rates
            }
            optimizer.param_groups = split_by_rate(optimizer.param_groups, by_weight)
        return optimizer

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """A checkpoint holds the weights that learn; the others are those of the base."""
        folder = Path(output_dir or str(self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(learnt_weights(self.model), folder / LEARNT)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        load_weights(self.model, Path(resume_from_checkpoint) / LEARNT)

    def training_step(
        self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> Tensor:
        """One micro-batch; a loss that is not a number stops the run here, not weeks later."""
        index = inputs.pop("index")
        loss = super().training_step(model, inputs, num_items_in_batch)
        if not torch.isfinite(loss):
            raise DataError(self._not_finite(loss.item(), index.tolist()))
        return loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Mean loss per learnt token of the validation examples, in nats."""
        total, learnt = 0.0, 0
        model = self.model_wrapped
        model.eval()
        with torch.no_grad():
            for batch in self.get_eval_dataloader():
                batch.pop("index")
                batch = self._prepare_inputs(batch)
                labels = batch.pop("labels")
                total += answer_loss(model(**batch), labels, 1).item()
                learnt += int((labels[:, 1:] >= 0).sum())
        metrics = {"eval_loss": total / learnt}
        if not math.isfinite(total):
            raise DataError(
                f"{self.training.context.stage}: the validation loss became {total} at step "
                f"{self.state.global_step}; lower learning_rate, or set precision: float32"
            )
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _not_finite(self, loss: float, index: list[int]) -> str:
        training = self.training
        examples = [training.examples[training.train.rows[i]] for i in index]
        named = ", ".join(f"{e.id} (document {e.document_id or 'unknown'})" for e in examples)
        return (
            f"{training.context.stage}: the loss became {loss} at step "
            f"{self.state.global_step + 1} of {training.schedule.steps}, on examples {named}; "
            f"lower learning_rate ({training.config.learning_rate}) or add warmup_steps, set "
            "precision: float32, and look at these examples"
        )


def split_by_rate(
    groups: Sequence[dict[str, Any]], rates: Mapping[int, float]
) -> list[dict[str, Any]]:
    """An optimiser's groups, each cut into those weights with one learning rate.

    Args:
        groups: with `params` and `lr`.
        rates: by `id` of a weight, its own rate.
    """
    split = []
    for group in groups:
        by_rate: dict[float, list[Any]] = {}
        for weight in group["params"]:
            by_rate.setdefault(rates.get(id(weight), group["lr"]), []).append(weight)
        split += [{**group, "params": weights, "lr": rate} for rate, weights in by_rate.items()]
    return split


def train(training: Training) -> list[dict[str, float]]:
    """Train to the end, from the newest whole checkpoint if there is one.

    Returns:
        What was logged: dictionaries with `step` and `loss`, `learning_rate` or `eval_loss`.

    Raises:
        DataError: the loss is not a finite number.
        StoppedError: the disk is full.
    """
    checkpoints = Checkpoints(training.context.scratch / "checkpoints", training.key)
    newest = checkpoints.newest()
    if newest is not None:
        done, steps = step_of(newest), training.schedule.steps
        training.context.message(f"{training.context.stage}: resuming at step {done} of {steps}")
        checkpoints.restore_best(newest)
    conductor = Conductor(training, checkpoints)
    try:
        with use_cache_kept(training.model):
            trainer = SupervisedTrainer(training, _arguments(training, checkpoints.writing))
            trainer.remove_callback(PrinterCallback)
            trainer.add_callback(conductor)
            trainer.train(resume_from_checkpoint=str(newest) if newest else None)
    except Exception as error:
        if not is_disk_full(error):
            raise
        checkpoints.abandon()
        raise StoppedError(no_space(training.context.stage, checkpoints.folder)) from error
    if training.config.early_stopping_patience is not None:
        load_weights(training.model, checkpoints.best)
    return list(trainer.state.log_history)


def _arguments(training: Training, writing: Path) -> TrainingArguments:
    config, schedule = training.config, training.schedule
    arguments = TrainingArguments(
        output_dir=str(writing),
        max_steps=schedule.steps,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.scheduler,
        warmup_steps=schedule.warmup,
        optim=config.optimizer,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        per_device_train_batch_size=config.micro_batch,
        per_device_eval_batch_size=config.micro_batch,
        gradient_accumulation_steps=config.accumulation,
        use_cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()),
        bf16=config.precision == "bfloat16",
        # Conductor decides; a loss of NaN is caught, not averaged away.
        logging_strategy="no",
        eval_strategy="no",
        save_strategy="no",
        logging_nan_inf_filter=False,
        seed=training.context.seed % 2**32,
        label_names=["labels"],
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        disable_tqdm=True,
        report_to=[],
    )
    if arguments.n_gpu > 1:
        # Otherwise the Trainer wraps the model in DataParallel and multiplies the batch size.
        arguments._n_gpu = 1
    return arguments


def takes_logits_to_keep(model: Any) -> bool:
    """Whether the model can compute its output layer at chosen positions only."""
    if getattr(getattr(model, "active_peft_config", None), "is_prompt_learning", False):
        return False  # its hidden states have virtual tokens in front: other positions
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(base.forward).parameters
