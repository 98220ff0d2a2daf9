"""A tuning method: only the scales (and biases) of the normalisation layers learn.

They are a thousandth of a model's weights or less; Zhao et al. (2024, arXiv:2312.11420) adapt
multi-modal models with them. The training itself is byeori's.
"""

from typing import TYPE_CHECKING

from byeori_plugins.tuning import SupervisedTuning, TrainingConfig

if TYPE_CHECKING:  # torch and transformers are imported when a model is there, not before
    from transformers import PreTrainedModel


class Norms(SupervisedTuning[TrainingConfig]):
    """Trains the normalisation layers alone and writes a whole model."""

    name = "norms"
    version = 1
    config_model = TrainingConfig  # epochs, learning_rate, batch_size, ...; subclass it to add some

    def wrap(self, model: "PreTrainedModel") -> "PreTrainedModel":
        """Freeze everything but the layers whose class is a kind of norm."""
        model.requires_grad_(False)
        for module in model.modules():
            if type(module).__name__.endswith("Norm"):  # LayerNorm, LlamaRMSNorm, ...
                module.requires_grad_(True)
        return model
