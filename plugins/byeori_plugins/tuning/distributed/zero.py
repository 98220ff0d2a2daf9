"""DeepSpeed's configuration, checked here first: DeepSpeed takes a misspelt key for none.

ZeRO: Rajbhandari et al. 2020 (arXiv:1910.02054); offload: Ren et al. 2021 (arXiv:2101.06840).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from byeori_plugins.tuning.distributed.config import Distributed


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OffloadTo(_Section):
    """Where something is held instead of the accelerator."""

    device: Literal["cpu"] = "cpu"
    pin_memory: bool = False


class Zero(_Section):
    """What is cut into parts, and how it travels."""

    stage: Literal[1, 2, 3]
    overlap_comm: bool = True
    contiguous_gradients: bool = True
    offload_optimizer: OffloadTo | None = None
    offload_param: OffloadTo | None = None
    stage3_gather_16bit_weights_on_model_save: bool | None = None


class Autocast(_Section):
    """Weights in float32, products in bfloat16, as where one process trains.

    What belongs to modules of the named classes travels in bfloat16: by default that of linear
    layers, which rounds their gradients before they are summed.
    """

    enabled: Literal[True] = True
    dtype: Literal["bfloat16"] = "bfloat16"
    lower_precision_safe_modules: tuple[str, ...] | None = None


class DeepSpeedSettings(_Section):
    """All that byeori tells DeepSpeed; `auto` is what transformers fills in."""

    zero_optimization: Zero
    train_batch_size: Literal["auto"] = "auto"
    train_micro_batch_size_per_gpu: Literal["auto"] = "auto"
    gradient_accumulation_steps: Literal["auto"] = "auto"
    gradient_clipping: Literal["auto"] = "auto"
    torch_autocast: Autocast | None = None
    # The Trainer's own optimiser is torch's, whose update is that of one process; DeepSpeed's for
    # the CPU would have to be compiled first.
    zero_force_ds_cpu_optimizer: Literal[False] = False
    steps_per_print: int = 10**9


def deepspeed_settings(spread: Distributed, precision: str, *, pin: bool) -> dict[str, Any]:
    """DeepSpeed's JSON for a strategy.

    Args:
        spread: one of ZeRO.
        precision: of the forward pass, `float32` or `bfloat16`.
        pin: whether there is an accelerator, to which pinned memory is copied faster.
    """
    to_cpu = OffloadTo(pin_memory=pin)
    settings = DeepSpeedSettings(
        zero_optimization=Zero(
            stage=spread.stage,
            offload_optimizer=to_cpu if "optimizer" in spread.offload else None,
            offload_param=to_cpu if "parameters" in spread.offload else None,
            stage3_gather_16bit_weights_on_model_save=True if spread.stage == 3 else None,
        ),
        torch_autocast=_autocast(spread.stage) if precision == "bfloat16" else None,
    )
    return settings.model_dump(exclude_none=True)


def _autocast(stage: int) -> Autocast:
    """Gradients travel in float32, as in DDP; with ZeRO-3 as little as possible must be whole."""
    return Autocast(lower_precision_safe_modules=None if stage == 3 else ())
