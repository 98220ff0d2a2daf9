"""Methods whose weights are an adapter of Hugging Face peft."""

from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.method import SupervisedTuning

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

T = TypeVar("T", bound=TrainingConfig)


class PeftTuning(SupervisedTuning[T]):
    """Trains an adapter of Hugging Face peft; a subclass gives peft's configuration.

    The adapter is appended to the model's: adapters are applied in order, each on the merged
    result of those before it.
    """

    base_in_precision = True

    @abstractmethod
    def peft_config(self, model: "PreTrainedModel") -> "PeftConfig":
        """The configuration of the adapter, for this model."""

    def wrap(self, model: "PreTrainedModel") -> "PeftModel":
        """Freeze the model and put a fresh adapter on it, its weights in float32."""
        from peft import get_peft_model

        from byeori_plugins.tuning.training.weights import learn_in_float32

        model.requires_grad_(False)
        wrapped: PeftModel = get_peft_model(model, self.peft_config(model))
        learn_in_float32(wrapped)
        return wrapped
