"""Continued pre-training: every token of the domain's documents (Gururangan et al. 2020,
arXiv:2004.10964), as for KONI and LLaMA-2-Ko."""

from typing import Literal

from pydantic import Field

from byeori_plugins.tuning.config import Scheduler
from byeori_plugins.tuning.methods.full import Full, FullConfig


class PretrainingConfig(FullConfig):
    """Settings of continued pre-training."""

    learn_from: Literal["documents", "all-documents"] = Field(
        "documents",
        description="What is learnt: every token of the `documents`, but for those of validation "
        "and test examples and those that overlap with an evaluation item; or of `all-documents` "
        "but those of validation examples.",
    )
    epochs: float = Field(1.0, gt=0, description="Passes over the documents.")
    scheduler: Scheduler = Field("cosine", description="How the learning rate moves over the run.")
    weight_decay: float = Field(0.1, ge=0, description="Decoupled weight decay.")
    batch_size: int = Field(
        32, ge=1, description="Rows of `max_length` tokens in one optimiser step."
    )


class Pretraining(Full):
    """Trains all weights on whole documents and writes a whole model."""

    name = "pretraining"
    version = 1
    config_model = PretrainingConfig
