"""What transformers' Trainer is told of a strategy."""

import importlib
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.distributed.group import world
from byeori_plugins.tuning.distributed.zero import deepspeed_settings

_TIMEOUT = 7200  # seconds; while one process writes a large checkpoint, the others wait


def arguments_of_strategy(config: TrainingConfig) -> dict[str, Any]:
    """Arguments of `TrainingArguments`, in a process of a distributed training."""
    spread = config.distributed
    if spread is None:
        return {}
    if spread.by_deepspeed:
        pin = torch.cuda.is_available()
        return {"deepspeed": deepspeed_settings(spread, config.precision, pin=pin)}
    if spread.strategy == "fsdp":
        return {
            "fsdp": True,
            "fsdp_config": {"version": 2, "state_dict_type": "SHARDED_STATE_DICT"},
        }
    return {"ddp_timeout": _TIMEOUT}


def keeps_float32(config: TrainingConfig) -> bool:
    """Whether the Trainer is not told of bfloat16: it would hold and add up everything in it.

    DeepSpeed is told itself to keep weights in float32; for FSDP see `autocast`.
    """
    return config.distributed is not None and config.distributed.in_parts


def autocast(config: TrainingConfig, device: torch.device) -> AbstractContextManager[Any]:
    """Products in bfloat16 where FSDP has float32 weights, as where one process trains."""
    spread = config.distributed
    if spread is None or spread.strategy != "fsdp" or config.precision != "bfloat16":
        return nullcontext()
    # A cache would hold a whole copy of the weights until the end of the forward pass, although a
    # layer's are gathered for that layer alone; each is used once.
    context: AbstractContextManager[Any] = torch.autocast(
        device.type, torch.bfloat16, cache_enabled=False
    )
    return context


def shards(config: TrainingConfig) -> str:
    """Whose parts a checkpoint consists of; empty where it is whole."""
    spread = config.distributed
    if spread is None or not spread.in_parts:
        return ""
    return f"{spread.strategy} in {world()} processes"


def offer_fsdp_on_the_cpu() -> None:
    """accelerate shards on accelerators only; PyTorch can on the CPU, where tests run.

    To be called once `TrainingArguments` has found its device, which is when accelerate decides.
    """
    accelerate: Any = importlib.import_module("accelerate.state")
    kinds = accelerate.DistributedType
    state = accelerate.PartialState()
    if state.distributed_type == kinds.MULTI_CPU:
        state.distributed_type = kinds.MULTI_GPU
