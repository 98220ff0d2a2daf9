"""What transformers' Trainer is told."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.distributed.group import world
from byeori_plugins.tuning.distributed.strategies import (
    arguments_of_strategy,
    keeps_float32,
    offer_fsdp_on_the_cpu,
)
from byeori_plugins.tuning.training.conductor import Training


def arguments_of(training: Training, writing: Path) -> TrainingArguments:
    """The Trainer's arguments for a run that writes its checkpoints to `writing`."""
    config, schedule = training.config, training.schedule
    arguments = TrainingArguments(
        output_dir=str(writing),
        max_steps=schedule.steps,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.scheduler,
        warmup_steps=schedule.warmup,
        optim=_optimizer(config),
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        # The Trainer's batch is a whole step; what is computed at once, our trainer decides.
        per_device_train_batch_size=math.ceil(config.batch_size / world()),
        use_cpu=not (torch.cuda.is_available() or torch.backends.mps.is_available()),
        bf16=config.precision == "bfloat16" and not keeps_float32(config),
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
        report_to=list(config.report_to),
        project="byeori",
        run_name=f"{training.context.stage}-{training.key[:12]}",
        trackio_space_id=None,  # a Space would be on the network
        **arguments_of_strategy(config),
    )
    if arguments.n_gpu > 1:
        # Otherwise the Trainer wraps the model in DataParallel and multiplies the batch size.
        arguments._n_gpu = 1
    if arguments.fsdp and arguments.device.type == "cpu":
        offer_fsdp_on_the_cpu()
    return arguments


def _optimizer(config: TrainingConfig) -> str:
    """As transformers names it: AdamW in one kernel, seven times as fast on a core, where it can.

    What cuts weights up has its own way of stepping on the parts.
    """
    cut_up = config.distributed is not None and config.distributed.in_parts
    if config.optimizer == "adamw_torch" and not cut_up:
        return "adamw_torch_fused"
    return config.optimizer


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
