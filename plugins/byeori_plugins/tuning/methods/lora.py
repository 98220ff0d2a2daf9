"""LoRA: low-rank updates of linear layers (Hu et al. 2021, arXiv:2106.09685)."""

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from byeori import Context, Mistake, ModelRef, RecipeError
from byeori_plugins.tuning.methods.continued import AdapterConfig, AdapterTuning
from byeori_plugins.tuning.methods.initialisation import (
    MOVES_WEIGHTS,
    Initialisation,
    check_rank,
    factors,
    initialise_eva,
    relative_to_base,
)
from byeori_plugins.tuning.methods.quantised import Quantisation

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from torch import Tensor
    from transformers import PreTrainedModel

    from byeori.models import Loaded
    from byeori_plugins.tuning.data.tokens import Tokens


class LoraConfig(AdapterConfig):
    """Settings of LoRA."""

    r: int = Field(16, ge=1, description="Rank of the update: memory and capacity grow with it.")
    alpha: float = Field(
        32, gt=0, description="The update is scaled by alpha / r (alpha / sqrt(r) with rslora)."
    )
    dropout: float = Field(0.0, ge=0, lt=1, description="Dropout on the input of the update.")
    targets: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="Names of the layers to update, such as q_proj. Empty: all linear layers of "
        "attention and MLP, not the output layer.",
    )
    top_layers: int | None = Field(
        None,
        ge=1,
        description="Update only so many layers, from the last one down: nothing below them is "
        "passed backward. Empty: all.",
    )
    rslora: bool = Field(
        False, description="Scale by alpha / sqrt(r) (Kalajdzievski 2023, arXiv:2312.03732)."
    )
    dora: bool = Field(
        False,
        description="Learn the magnitude of each weight's columns apart from their direction (Liu "
        "et al. 2024, arXiv:2402.09353).",
    )
    init: Initialisation = Field(
        "default",
        description="Where it starts: `default` (an update of nothing), `gaussian`, `orthogonal`; "
        "`pissa` or `olora`, with a part of the weights (saved as an adapter of twice the rank); "
        "`eva`, by the variance of the layers' inputs on the training examples.",
    )
    quantise: Quantisation | None = Field(
        None,
        description="Hold the frozen base in 8 or 4 bits while training: int8, nf4 (QLoRA) or fp4. "
        "The adapter belongs to the unquantised base, on which it is also evaluated.",
    )
    bias: Literal["none", "all", "lora_only"] = Field(
        "none", description="Which biases learn too: none, all, or those of the updated layers."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "LoraConfig":
        if self.continue_adapter and self.init != "default":
            raise ValueError("an adapter that is continued starts where it is; remove init")
        if self.init == "orthogonal" and self.r % 2:
            raise ValueError(f"init: orthogonal needs an even r, and {self.r} is odd")
        if self.init in MOVES_WEIGHTS:
            if self.quantise or self.dora:
                other = "quantise" if self.quantise else "dora"
                raise ValueError(
                    f"init: {self.init} moves a part of the weights into the adapter, which does "
                    f"not go with {other}; use init: default, or leave {other} out"
                )
            if self.bias != "none":
                raise ValueError(f"init: {self.init} does not go with bias: {self.bias}")
        return self


class Lora(AdapterTuning[LoraConfig]):
    """Low-rank adaptation of the attention and MLP layers."""

    name = "lora"
    version = 2
    config_model = LoraConfig

    def __init__(self, config: LoraConfig) -> None:
        super().__init__(config)
        self._start: Mapping[str, Tensor] = {}

    def load(self, ref: ModelRef, context: Context) -> "Loaded":
        """The model, quantised where that is asked for."""
        if self.config.quantise is None:
            return super().load(ref, context)
        from byeori.models.loading import default_device
        from byeori_plugins.tuning.methods.quantised import load_quantised

        if self.config.dora and self.config.quantise == "int8" and default_device() == "cpu":
            # peft moves the weights when it reads them, and their scales are lost.
            message = "dora does not work on 8-bit weights on a CPU; use quantise: nf4"
            raise RecipeError([Mistake(f"{context.stage}.quantise", message)])
        self.keep(ref, context)
        return load_quantised(self.start(ref), self.config.quantise, self.config.precision, context)

    def peft_config(self, model: "PreTrainedModel") -> "PeftConfig":
        """peft's LoraConfig; raises RecipeError where a target is no layer of the model."""
        from peft import EvaConfig
        from peft import LoraConfig as PeftLoraConfig

        from byeori_plugins.tuning.methods.targets import check_targets, linear_layers, top_layers

        config = self.config
        targets = check_targets(model, "targets", config.targets or linear_layers(model))
        return PeftLoraConfig(
            task_type="CAUSAL_LM",
            r=config.r,
            lora_alpha=config.alpha,
            lora_dropout=config.dropout,
            target_modules=targets,
            layers_to_transform=top_layers(model, "top_layers", config.top_layers),
            use_rslora=config.rslora,
            use_dora=config.dora,
            init_lora_weights=True if config.init == "default" else config.init,
            eva_config=EvaConfig(use_label_mask=False) if config.init == "eva" else None,
            bias=config.bias,
        )

    def wrap(self, model: "PreTrainedModel") -> "PeftModel":
        """Freeze the model, put the adapter on it, and remember what it took of the weights."""
        from peft import get_peft_model

        from byeori_plugins.tuning.training.weights import learn_in_float32

        model.requires_grad_(False)
        later = self.config.init == "eva"  # then there is no use in values now
        wrapped: PeftModel = get_peft_model(model, self.peft_config(model), low_cpu_mem_usage=later)
        learn_in_float32(wrapped)
        check_rank(wrapped, self.config.init, self.config.r)
        if self.config.init in MOVES_WEIGHTS:
            self._start = factors(wrapped)
        return wrapped

    def wrap_outline(self, loaded: "Loaded") -> "PreTrainedModel | PeftModel":
        """Initialisations that look at the weights have none to look at."""
        return Lora(self.config.model_copy(update={"init": "default"})).wrap_loaded(loaded)

    def initialise(self, model: Any, tokens: "Tokens", pad_id: int, context: Context) -> None:
        """EVA looks at the training examples; nothing else does."""
        if self.config.init == "eva":
            initialise_eva(model, tokens, pad_id, context.stage)

    def save(self, model: Any, loaded: "Loaded", ref: ModelRef, context: Context) -> ModelRef:
        """Write an ordinary adapter of the base, whatever the training began with."""
        from byeori_plugins.tuning.training.saving import ADAPTER_FOLDER, write_adapter

        weights, settings = factors(model), copy.copy(model.active_peft_config)
        if self._start:
            weights, settings = relative_to_base(weights, self._start, settings)
        # Or loading it would initialise it once more.
        settings.init_lora_weights, settings.eva_config = True, None
        folder = (context.output / ADAPTER_FOLDER).absolute()
        return write_adapter(weights, settings, self.start(ref), folder, self.label)
