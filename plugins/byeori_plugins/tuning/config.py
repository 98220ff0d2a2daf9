"""Settings that every tuning method shares."""

from typing import Literal

from pydantic import Field, model_validator

from byeori import Config
from byeori_plugins.tuning.distributed.config import Distributed
from byeori_plugins.tuning.selection import Mix, Where
from byeori_plugins.tuning.training.tracking import Tracker

Scheduler = Literal[
    "linear", "cosine", "polynomial", "inverse_sqrt", "constant", "constant_with_warmup"
]
Optimizer = Literal["adamw_torch", "adamw_torch_fused", "adafactor", "rmsprop", "sgd"]


class TrainingConfig(Config):
    """How long, how fast and on what to train; base of every method's settings."""

    epochs: float = Field(3.0, gt=0, description="Passes over the training examples.")
    max_steps: int | None = Field(
        None, ge=1, description="Optimiser steps to train, instead of `epochs`."
    )
    learning_rate: float = Field(2e-4, gt=0, description="Highest learning rate of the schedule.")
    scheduler: Scheduler = Field("linear", description="How the learning rate moves over the run.")
    warmup_ratio: float = Field(
        0.0, ge=0, lt=1, description="Share of the steps in which the learning rate rises from 0."
    )
    warmup_steps: int = Field(
        0, ge=0, description="Steps in which it rises from 0, instead of `warmup_ratio`."
    )
    optimizer: Optimizer = Field("adamw_torch", description="Optimiser, as transformers names it.")
    weight_decay: float = Field(0.0, ge=0, description="Decoupled weight decay.")
    max_grad_norm: float = Field(
        1.0, ge=0, description="Gradients are scaled down to this L2 norm; 0 leaves them."
    )
    batch_size: int = Field(32, ge=1, description="Examples in one optimiser step.")
    micro_batch_size: int | None = Field(
        None,
        ge=1,
        description="Examples computed at once; gradients are added up to `batch_size`. Changes "
        "memory and speed, not the result beyond rounding. Empty: see `micro_batch_tokens`.",
    )
    micro_batch_tokens: int | None = Field(
        None,
        ge=1,
        description="Tokens computed at once, about: what examples have in common is never "
        "computed twice for it. Empty: 512 on a CPU and 8,192 on an accelerator.",
    )
    max_length: int | None = Field(
        None,
        ge=2,
        description="Most tokens of prompt, answer and end token together. Empty: what the model "
        "has room for.",
    )
    too_long: Literal["refuse", "drop"] = Field(
        "refuse",
        description="What happens to examples beyond `max_length`: stop before the first step, or "
        "leave them out and count them. They are never cut.",
    )
    learn_from: Literal["examples", "documents", "all-documents"] = Field(
        "examples",
        description="What is learnt: the answers of the training `examples`; every token of the "
        "`documents`, but for those of validation and test examples and those that overlap with an "
        "evaluation item; or of `all-documents` but those of validation examples.",
    )
    where: Where = Field(
        default_factory=Where, description="Learn only from these examples; from all by default."
    )
    mix: Mix | None = Field(
        None,
        description="How often each group of examples is learnt from, and in which order. Empty: "
        "each example once in an epoch, shuffled.",
    )
    evaluations: int = Field(
        5, ge=0, description="How often in a run the loss on the validation examples is computed."
    )
    early_stopping_patience: int | None = Field(
        None,
        ge=1,
        description="Stop after this many evaluations in a row without a lower validation loss, "
        "and keep the weights of the lowest one. Empty: train to the end and keep the last.",
    )
    checkpoints: int = Field(
        10,
        ge=0,
        description="How often in a run training can be taken up again after a kill.",
        json_schema_extra={"identity": False},  # it changes no result
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="Arithmetic of the forward pass. With bfloat16 frozen weights are held in it "
        "too; weights that learn stay in float32.",
    )
    gradient_checkpointing: bool = Field(
        False, description="Compute activations again in the backward pass: less memory, slower."
    )
    layout: Literal["auto", "shared", "packed", "padded"] = Field(
        "auto",
        description="How examples become a batch: `shared` computes a beginning that examples have "
        "in common once, `packed` puts them one after the other without padding, `padded` one "
        "below the other. `auto` is the first of these that the model takes.",
    )
    neftune_alpha: float | None = Field(
        None,
        gt=0,
        description="Strength of uniform noise on the embeddings in training (NEFTune, Jain et al. "
        "2023, arXiv:2310.05914: 5 to 15); each example has its own, so that none are shared.",
    )
    shuffle: Literal["documents", "examples"] = Field(
        "documents",
        description="What is put into a new random order in each epoch: documents, so that a "
        "document's examples meet in one optimiser step and share its tokens (up to an eighth of "
        "`batch_size` of them, or 4), or single examples.",
    )
    report_to: tuple[Tracker, ...] = Field(
        (),
        description="Experiment trackers that get the losses, by transformers: `tensorboard`, "
        "`trackio`, `mlflow`, `wandb`. They write to `tracking/` in the workspace and use no "
        "network, unless their own environment variables say so.",
        json_schema_extra={"identity": False},  # it changes no result
    )
    distributed: Distributed | None = Field(
        None,
        description="Several processes train together, each on its part of every step: the "
        "strategy, such as `zero-2`, or a block with it. Empty: one process.",
        # `batch_size` stays that of all of them: rounding changes, and the draws of dropout.
        json_schema_extra={"identity": False},
    )

    @model_validator(mode="after")
    def _agrees(self) -> "TrainingConfig":
        if self.micro_batch_size is not None and self.micro_batch_tokens is not None:
            raise ValueError(
                "micro_batch_size and micro_batch_tokens both say how much is computed at once; "
                "give one of them"
            )
        if self.max_steps is not None and "epochs" in self.model_fields_set:
            raise ValueError("epochs and max_steps both say how long to train; give one of them")
        if self.warmup_ratio and self.warmup_steps:
            raise ValueError("warmup_ratio and warmup_steps say the same thing; give one of them")
        if self.scheduler == "constant" and (self.warmup_ratio or self.warmup_steps):
            raise ValueError(
                "scheduler: constant has no warm-up; use constant_with_warmup, or remove it"
            )
        if self.mix is not None and self.mix.curriculum and "shuffle" in self.model_fields_set:
            raise ValueError("mix.curriculum and shuffle both say the order; give one of them")
        if self.learn_from != "examples" and self.mix is not None:
            raise ValueError("mix: counts examples; remove it, or learn_from")
        if self.learn_from != "examples" and (self.where.task or self.where.generator):
            raise ValueError("documents have no task and no generator; remove them from where")
        if self.neftune_alpha is not None and self.layout == "shared":
            raise ValueError("neftune_alpha gives each example its own noise; use layout: packed")
        if self.early_stopping_patience is not None and not self.evaluations:
            raise ValueError("early_stopping_patience needs evaluations of at least 1")
        return self

    @model_validator(mode="after")
    def _can_be_distributed(self) -> "TrainingConfig":
        spread = self.distributed
        if spread is None:
            return self
        if self.optimizer == "adafactor" and spread.in_parts:
            raise ValueError(
                f"adafactor needs whole matrices, and {spread.strategy} cuts them up; use "
                "distributed: ddp, or adamw_torch"
            )
        if spread.processes and (problem := self.cannot_share(spread.processes * spread.machines)):
            raise ValueError(problem)
        return self

    def cannot_share(self, processes: int) -> str:
        """Why a step cannot be shared by so many processes; empty where it can."""
        if self.batch_size >= processes:
            return ""
        return (
            f"{processes} processes cannot share batch_size {self.batch_size}: some would have "
            "nothing to learn from; make it larger, or start fewer"
        )

    @property
    def wanted_layout(self) -> Literal["auto", "shared", "packed", "padded"]:
        """The layout to try: with noise on the embeddings, examples share nothing."""
        noisy = self.layout == "auto" and self.neftune_alpha is not None
        return "packed" if noisy else self.layout
