"""IA3: learnt scales of keys, values and MLP activations (Liu et al. 2022, arXiv:2205.05638)."""

from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from byeori import Mistake, RecipeError
from byeori_plugins.tuning.methods.continued import AdapterConfig, AdapterTuning

if TYPE_CHECKING:
    from peft import PeftConfig
    from transformers import PreTrainedModel

# Names of key and value projections, and of the layer that leads out of the MLP, in the model
# families of transformers: for those that peft has no entry for.
_ATTENTION = ("k_proj", "v_proj", "key", "value", "query_key_value", "qkv_proj", "c_attn", "Wqkv")
_FEEDFORWARD = ("down_proj", "dense_4h_to_h", "fc2", "fc_out", "w2", "wo", "Wo")


class IA3Config(AdapterConfig):
    """Settings of IA3."""

    learning_rate: float = Field(3e-3, gt=0, description="Highest learning rate of the schedule.")
    targets: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="Names of the layers to scale. Empty: keys, values and the layer that leads "
        "out of the MLP, as peft knows them for the model's family or as their names say.",
    )
    feedforward: tuple[str, ...] | None = Field(
        None,
        description="Those of `targets` that are scaled at their input instead of their output: "
        "the ones of the MLP. Needed with `targets`, may be [].",
    )

    @model_validator(mode="after")
    def _names_both(self) -> "IA3Config":
        if (self.targets is None) != (self.feedforward is None):
            raise ValueError("targets and feedforward go together: give both or neither")
        extra = set(self.feedforward or ()) - set(self.targets or ())
        if extra:
            raise ValueError(f"feedforward names {sorted(extra)}, which targets does not")
        return self


class IA3(AdapterTuning[IA3Config]):
    """Infused adapter by inhibiting and amplifying inner activations."""

    name = "ia3"
    version = 2
    config_model = IA3Config

    def peft_config(self, model: "PreTrainedModel") -> "PeftConfig":
        """peft's IA3Config; raises RecipeError where a target is no layer of the model."""
        from peft import IA3Config as PeftIA3Config

        from byeori_plugins.tuning.methods.targets import check_targets

        if self.config.targets is None:
            targets, feedforward = find_layers(model)
        else:
            targets = check_targets(model, "targets", self.config.targets)
            feedforward = list(self.config.feedforward or ())
        return PeftIA3Config(
            task_type="CAUSAL_LM", target_modules=targets, feedforward_modules=feedforward
        )


def find_layers(model: "PreTrainedModel") -> tuple[list[str], list[str]]:
    """Layers to scale, and those of them in the MLP: by peft's table, else by their names.

    Raises:
        RecipeError: neither knows them; lists the model's linear layers.
    """
    from peft.utils import (
        TRANSFORMERS_MODELS_TO_IA3_FEEDFORWARD_MODULES_MAPPING as FEEDFORWARD,
    )
    from peft.utils import TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING as TARGETS

    from byeori_plugins.tuning.methods.targets import linear_layers, only_real

    family = model.config.model_type
    if family in TARGETS:
        return list(TARGETS[family]), list(FEEDFORWARD[family])
    layers = linear_layers(model)
    feedforward = only_real(_FEEDFORWARD, layers)
    attention = only_real(_ATTENTION, layers)
    if not attention or not feedforward:
        raise RecipeError(
            [
                Mistake(
                    "targets",
                    f"which layers of a {family} model to scale is not known; give `targets` and "
                    f"`feedforward`. Its linear layers are: {', '.join(layers)}",
                )
            ]
        )
    return attention + feedforward, feedforward
