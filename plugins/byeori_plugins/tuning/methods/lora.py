"""LoRA: low-rank updates of linear layers (Hu et al. 2021, arXiv:2106.09685)."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.method import PeftTuning

if TYPE_CHECKING:
    from peft import PeftConfig
    from transformers import PreTrainedModel


class LoraConfig(TrainingConfig):
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
    rslora: bool = Field(
        False, description="Scale by alpha / sqrt(r) (Kalajdzievski 2023, arXiv:2312.03732)."
    )
    bias: Literal["none", "all", "lora_only"] = Field(
        "none", description="Which biases learn too: none, all, or those of the updated layers."
    )


class Lora(PeftTuning[LoraConfig]):
    """Low-rank adaptation of the attention and MLP layers."""

    name = "lora"
    version = 2
    config_model = LoraConfig

    def peft_config(self, model: "PreTrainedModel") -> "PeftConfig":
        """peft's LoraConfig; raises RecipeError where a target is no layer of the model."""
        from peft import LoraConfig as PeftLoraConfig

        from byeori_plugins.tuning.methods.targets import check_targets

        config = self.config
        targets = config.targets
        return PeftLoraConfig(
            task_type="CAUSAL_LM",
            r=config.r,
            lora_alpha=config.alpha,
            lora_dropout=config.dropout,
            target_modules=check_targets(model, "targets", targets) if targets else "all-linear",
            use_rslora=config.rslora,
            bias=config.bias,
        )
