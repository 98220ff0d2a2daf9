"""LLaMA-Adapter: learnt prompts in the upper layers, behind a gate that starts closed.

Source: Zhang et al. 2023, arXiv:2303.16199; the implementation is peft's adaption prompt.
"""

from typing import TYPE_CHECKING

from pydantic import Field

from byeori import Mistake, RecipeError
from byeori_plugins.tuning.methods.continued import AdapterConfig, AdapterTuning

if TYPE_CHECKING:
    from peft import PeftConfig
    from transformers import PreTrainedModel

FAMILIES = ("llama", "mistral")
"""Families whose attention peft can extend; its GPT-2 does not work with current transformers."""


class LlamaAdapterConfig(AdapterConfig):
    """Settings of LLaMA-Adapter."""

    learning_rate: float = Field(9e-3, gt=0, description="Highest learning rate of the schedule.")
    adapter_len: int = Field(10, ge=1, description="Learnt prompt vectors in each layer.")
    adapter_layers: int | None = Field(
        None,
        ge=1,
        description="How many layers have them, from the last one down. Empty: all but the first "
        "two, as in the paper (30 of 32).",
    )


class LlamaAdapter(AdapterTuning[LlamaAdapterConfig]):
    """Adaption prompts with zero-initialised attention, in the upper layers."""

    name = "llama-adapter"
    version = 1
    config_model = LlamaAdapterConfig

    def peft_config(self, model: "PreTrainedModel") -> "PeftConfig":
        """peft's AdaptionPromptConfig; raises RecipeError for families without one."""
        from peft import AdaptionPromptConfig

        family, layers = model.config.model_type, model.config.num_hidden_layers
        if family not in FAMILIES:
            message = f"works on {' and '.join(FAMILIES)} models, and this is a {family}: use lora"
            raise RecipeError([Mistake("use", message)])
        settings = model.config
        width = settings.num_attention_heads * (getattr(settings, "head_dim", None) or 0)
        if width not in (0, settings.hidden_size):
            # peft counts the heads of keys by the widths of layers.
            message = (
                f"needs heads that are as wide together as the model ({settings.hidden_size}), and "
                f"this one's are {width}: use lora"
            )
            raise RecipeError([Mistake("use", message)])
        wanted = self.config.adapter_layers
        if wanted is not None and wanted > layers:
            message = f"{wanted}, but the model has {layers} layers"
            raise RecipeError([Mistake("adapter_layers", message)])
        return AdaptionPromptConfig(
            task_type="CAUSAL_LM",
            adapter_len=self.config.adapter_len,
            adapter_layers=wanted or max(1, layers - 2),
        )
