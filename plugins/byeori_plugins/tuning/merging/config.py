"""Settings of merging."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationInfo, model_validator

from byeori import Config

Combination = Literal[
    "average",
    "linear",
    "ties",
    "dare_linear",
    "dare_ties",
    "magnitude_prune",
    "cat",
    "svd",
    "ties_svd",
    "dare_linear_svd",
    "dare_ties_svd",
    "magnitude_prune_svd",
]
EXACT = ("average", "linear", "cat", "svd")
"""Combinations that keep every entry of the models; the others have a density."""

LOW_RANK = tuple(name for name in get_args(Combination) if name == "cat" or name.endswith("svd"))
"""Combinations that only adapters with a rank have."""


@dataclass(frozen=True)
class Point:
    """What a search chooses.

    Attributes:
        weights: one for each model.
        density: share of each model's entries that is kept, by the methods that prune.
    """

    weights: tuple[float, ...]
    density: float

    def with_weight(self, place: int, weight: float) -> "Point":
        """The same with another weight for one model."""
        weights = (*self.weights[:place], weight, *self.weights[place + 1 :])
        return replace(self, weights=weights)


class Search(Config):
    """Weights, and densities, found on the validation examples."""

    grid: tuple[float, ...] = Field(
        (0.0, 0.25, 0.5, 0.75, 1.0), min_length=2, description="Values that each weight may take."
    )
    densities: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(
        (), description="Values that `density` may take, too. Empty: it stays as it is."
    )
    rounds: int = Field(
        2,
        ge=1,
        description="How often all weights, then the density, are gone through, one at a time; "
        "fewer where a round changes nothing.",
    )
    max_length: int | None = Field(
        None,
        ge=2,
        description="Most tokens of a validation example; longer ones are left out and counted. "
        "Empty: what the model has room for.",
    )


class MergeConfig(Config):
    """Settings of a merge."""

    method: Combination = Field(
        "average",
        description="How the models are combined: `average` (weights scaled to a sum of 1), "
        "`linear` (of full models: task arithmetic), `ties`, `dare_linear`, `dare_ties`, "
        "`magnitude_prune`; of LoRA adapters also `cat` (exact), `svd` and the others with `_svd`.",
    )
    weights: tuple[float, ...] | None = Field(
        None,
        description="One weight for each of `models`. Empty: equal ones, with a sum of 1 for "
        "average, linear, cat and svd; 1 for those that prune.",
    )
    density: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of each model's entries that is kept, by the methods that prune.",
    )
    majority_sign: Literal["total", "frequency"] = Field(
        "total",
        description="How `ties` and `dare_ties` elect a sign: by sums or by votes.",
    )
    rank: int | None = Field(
        None, ge=1, description="Rank of the result of svd. Empty: the largest among the adapters."
    )
    of: Literal["adapters", "models"] | None = Field(
        None,
        description="What is combined: the adapters, or the full models that they make. Empty: "
        "adapters where each model is one adapter on the same model, else full models.",
    )
    search: Search | None = Field(
        None,
        description="Search for the weights (and density) that give the lowest validation loss.",
    )

    @model_validator(mode="after")
    def _agrees(self, info: ValidationInfo) -> "MergeConfig":
        given, models = self.model_fields_set, (info.context or {}).get("models", 0)
        if self.weights is not None and models and len(self.weights) != models:
            raise ValueError(f"{len(self.weights)} weights for {models} models; give one for each")
        if self.method in EXACT and given & {"density", "majority_sign"}:
            raise ValueError(
                f"{self.method} prunes nothing: density and majority_sign are for ties"
            )
        if self.method in EXACT and self.search is not None and self.search.densities:
            raise ValueError(f"{self.method} prunes nothing: remove search.densities, or use ties")
        if self.rank is not None and not self.method.endswith("svd"):
            raise ValueError(f"{self.method} has the rank of its adapters; rank goes with svd")
        if self.of == "models" and self.method in LOW_RANK:
            raise ValueError(f"{self.method} is for LoRA adapters; for full models use linear")
        if self.weights is not None and self.method == "average" and sum(self.weights) <= 0:
            raise ValueError("an average needs weights with a sum above 0")
        return self

    @property
    def prunes(self) -> bool:
        """Whether the method has a density."""
        return self.method not in EXACT

    def start(self, models: int) -> Point:
        """What to begin with: the weights, one for each model, as they are given or by default."""
        default = 1 / models if self.method in EXACT else 1.0
        weights = self.weights if self.weights is not None else (default,) * models
        return Point(weights, self.density)

    def effective(self, weights: tuple[float, ...]) -> tuple[float, ...]:
        """The weights as they are used: those of an average have a sum of 1."""
        if self.method != "average":
            return weights
        return tuple(weight / sum(weights) for weight in weights)
