"""Adapters that may be trained on, instead of being merged below another one."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field, ValidationInfo, model_validator

from byeori import Context, Mistake, ModelRef, RecipeError
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.peft_method import PeftTuning

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

    from byeori.models import Loaded

A = TypeVar("A", bound="AdapterConfig")

# peft's names of what an adapter consists of, and the settings that say it.
_SETTINGS = {
    "r": "r",
    "lora_alpha": "alpha",
    "use_rslora": "rslora",
    "use_dora": "dora",
    "bias": "bias",
    "target_modules": "targets",
    "layers_to_transform": "top_layers",
    "rank_pattern": "r",
    "alpha_pattern": "alpha",
    "feedforward_modules": "feedforward",
    "adapter_len": "adapter_len",
    "adapter_layers": "adapter_layers",
}


class AdapterConfig(TrainingConfig):
    """Settings of every adapter."""

    continue_adapter: bool = Field(
        False,
        description="Train the last adapter of the model that `from:` names on, instead of merging "
        "it and training another on top. Its method and shape must be those of this stage.",
    )

    @model_validator(mode="after")
    def _has_one(self, info: ValidationInfo) -> "AdapterConfig":
        start = (info.context or {}).get("from")
        if self.continue_adapter and start == "base":
            raise ValueError("continue_adapter needs a stage that trained an adapter: add `from:`")
        return self


class AdapterTuning(PeftTuning[A]):
    """Trains a fresh adapter, or goes on with the last one of the model it starts from."""

    _kept: Path | None = None

    def start(self, ref: ModelRef) -> ModelRef:
        """The model below the adapter that is trained."""
        if self.config.continue_adapter:
            return replace(ref, adapters=ref.adapters[:-1])
        return ref

    def load(self, ref: ModelRef, context: Context) -> "Loaded":
        """The model below the adapter that is trained; earlier adapters are merged.

        Raises:
            RecipeError: an adapter is to be continued, and the model ends in none.
            ModelError: it was trained on another model.
        """
        self.keep(ref, context)
        return super().load(self.start(ref), context)

    def keep(self, ref: ModelRef, context: Context) -> None:
        """Remember the adapter to go on with, if there is to be one; see `load`."""
        from byeori.models import base_fingerprint
        from byeori.models.adapters import check_adapters

        if not self.config.continue_adapter:
            return
        if not ref.adapters:
            message = "the model of `from:` ends in no adapter; remove it, or name another stage"
            raise RecipeError([Mistake(f"{context.stage}.continue_adapter", message)])
        folders = [Path(adapter) for adapter in ref.adapters]
        check_adapters(folders, base_fingerprint(ref))
        self._kept = folders[-1]

    def wrap_loaded(self, loaded: "Loaded") -> "PreTrainedModel | PeftModel":
        """The model with the adapter on it: fresh, or with the weights it had."""
        wrapped = super().wrap_loaded(loaded)
        if self._kept is not None:
            _take_weights(wrapped, self._kept)
        return wrapped

    def save(self, model: Any, loaded: "Loaded", ref: ModelRef, context: Context) -> ModelRef:
        """Write the adapter: in place of the one that was continued."""
        return super().save(model, loaded, self.start(ref), context)


def _take_weights(model: Any, folder: Path) -> None:
    """Give a fresh adapter the weights of a saved one.

    Raises:
        RecipeError: they differ in what they consist of, named by setting.
    """
    from peft import PeftConfig, load_peft_weights, set_peft_model_state_dict

    before, now = PeftConfig.from_pretrained(str(folder)), model.active_peft_config
    if before.peft_type != now.peft_type:
        message = f"the adapter that is continued is of kind {before.peft_type.value}"
        raise RecipeError([Mistake("use", f"{message}, not {now.peft_type.value}")])
    saved, fresh = _shape(before), _shape(now)
    mistakes = [
        Mistake(setting, f"{fresh.get(name)}, but the adapter that is continued has {value}")
        for name, setting in _SETTINGS.items()
        if (value := saved.get(name)) != fresh.get(name)
    ]
    if mistakes:
        raise RecipeError(mistakes)
    set_peft_model_state_dict(model, load_peft_weights(str(folder), device="cpu"))


def _shape(config: "PeftConfig") -> dict[str, Any]:
    settings = config.to_dict()
    return {
        name: sorted(value) if isinstance(value := settings.get(name), (set, list)) else value
        for name in _SETTINGS
    }
