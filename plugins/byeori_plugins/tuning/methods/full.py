"""Full supervised fine-tuning: every weight learns (Ouyang et al. 2022, arXiv:2203.02155)."""

from typing import TYPE_CHECKING

from pydantic import Field

from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.method import SupervisedTuning

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class FullConfig(TrainingConfig):
    """Settings of full fine-tuning."""

    learning_rate: float = Field(2e-5, gt=0, description="Highest learning rate of the schedule.")


class Full(SupervisedTuning[FullConfig]):
    """Trains all weights and writes a whole model."""

    name = "full"
    version = 2
    config_model = FullConfig

    def wrap(self, model: "PreTrainedModel") -> "PreTrainedModel":
        """The model as it is, every weight learning."""
        model.requires_grad_(True)
        return model
