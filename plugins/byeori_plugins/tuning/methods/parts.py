"""The parts of a `together` stage: which method learns which layers, as settings and for peft."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from byeori import Config, Mistake, RecipeError

if TYPE_CHECKING:
    from peft import PeftConfig

_TARGETS = "Names of the layers this part learns on, such as q_proj."
_RATE = "Highest learning rate of this part. Empty: the stage's."


class Part(Config):
    """What all parts have in common.

    Attributes:
        additive: whether it adds to a weight without looking at it, so that several such parts may
            share a layer and can be merged one after the other in any order.
    """

    additive: ClassVar[bool] = False
    method: str
    targets: tuple[str, ...] = Field(min_length=1, description=_TARGETS)
    learning_rate: float | None = Field(None, gt=0, description=_RATE)


class AdapterPart(Part):
    """A part that peft has an adapter for."""

    @abstractmethod
    def peft_config(self, vocabulary: Mapping[str, int]) -> "PeftConfig":
        """peft's configuration.

        Args:
            vocabulary: ids of the model's tokens.
        """


class LoraPart(AdapterPart):
    """Low-rank updates (Hu et al. 2021, arXiv:2106.09685)."""

    additive = True
    method: Literal["lora"] = Field(description="`lora`: low-rank updates of linear layers.")
    r: int = Field(16, ge=1, description="Rank of the update.")
    alpha: float = Field(32, gt=0, description="The update is scaled by alpha / r.")
    dropout: float = Field(0.0, ge=0, lt=1, description="Dropout on the input of the update.")

    def peft_config(self, vocabulary: Mapping[str, int]) -> "PeftConfig":
        """peft's LoraConfig."""
        from peft import LoraConfig

        return LoraConfig(
            task_type="CAUSAL_LM",
            r=self.r,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=list(self.targets),
        )


class LoHaPart(AdapterPart):
    """Hadamard products of low-rank matrices (Hyeon-Woo et al. 2021, arXiv:2108.06098)."""

    additive = True
    method: Literal["loha"] = Field(description="`loha`: Hadamard products of low-rank matrices.")
    r: int = Field(8, ge=1, description="Rank of each of the two products.")
    alpha: float = Field(8, gt=0, description="The update is scaled by alpha / r.")

    def peft_config(self, vocabulary: Mapping[str, int]) -> "PeftConfig":
        """peft's LoHaConfig."""
        from peft import LoHaConfig

        targets = list(self.targets)
        return LoHaConfig(task_type="CAUSAL_LM", r=self.r, alpha=self.alpha, target_modules=targets)


class LoKrPart(AdapterPart):
    """Kronecker products (Yeh et al. 2023, arXiv:2309.14859)."""

    additive = True
    method: Literal["lokr"] = Field(description="`lokr`: Kronecker products.")
    r: int = Field(8, ge=1, description="Rank of the larger factor.")
    alpha: float = Field(8, gt=0, description="The update is scaled by alpha / r.")

    def peft_config(self, vocabulary: Mapping[str, int]) -> "PeftConfig":
        """peft's LoKrConfig."""
        from peft import LoKrConfig

        targets = list(self.targets)
        return LoKrConfig(task_type="CAUSAL_LM", r=self.r, alpha=self.alpha, target_modules=targets)


class IA3Part(AdapterPart):
    """Learnt scales (Liu et al. 2022, arXiv:2205.05638)."""

    method: Literal["ia3"] = Field(description="`ia3`: learnt scales.")
    feedforward: tuple[str, ...] = Field(
        (), description="Those of `targets` that are scaled at their input: the ones of the MLP."
    )

    @model_validator(mode="after")
    def _agrees(self) -> "IA3Part":
        if extra := sorted(set(self.feedforward) - set(self.targets)):
            raise ValueError(f"feedforward names {', '.join(extra)}, which targets does not")
        return self

    def peft_config(self, vocabulary: Mapping[str, int]) -> "PeftConfig":
        """peft's IA3Config."""
        from peft import IA3Config

        return IA3Config(
            task_type="CAUSAL_LM",
            target_modules=list(self.targets),
            feedforward_modules=list(self.feedforward),
        )


class FullPart(Part):
    """Layers whose weights are trained whole, such as embeddings."""

    method: Literal["full"] = Field(
        description="`full`: the layers' own weights, such as those of the embeddings."
    )


class TokensPart(AdapterPart):
    """Single rows of the embeddings and of the output layer, those of some tokens."""

    method: Literal["tokens"] = Field(description="`tokens`: single rows of the embeddings.")
    targets: tuple[str, ...] = Field(
        (),
        max_length=2,
        description="Names of the layers whose rows they are. Empty: the input embeddings, and the "
        "output layer, tied to them or not.",
    )
    tokens: tuple[str, ...] = Field((), description="Tokens, as they stand in the tokenizer.")
    from_id: int | None = Field(
        None,
        ge=0,
        description="All tokens from this id on: those that a `vocabulary` stage has added.",
    )

    @model_validator(mode="after")
    def _names_some(self) -> "TokensPart":
        if not self.tokens and self.from_id is None:
            raise ValueError("give tokens or from_id: which tokens are to be learnt?")
        return self

    def peft_config(self, vocabulary: Mapping[str, int]) -> "PeftConfig":
        """peft's TrainableTokensConfig."""
        from peft import TrainableTokensConfig

        return TrainableTokensConfig(
            task_type="CAUSAL_LM",
            target_modules=list(self.targets) or None,
            token_indices=self.ids(vocabulary),
        )

    def ids(self, vocabulary: Mapping[str, int]) -> list[int]:
        """The tokens' ids, sorted.

        Raises:
            RecipeError: one of the tokens is not in the vocabulary, or none is from `from_id` on.
        """
        if unknown := [token for token in self.tokens if token not in vocabulary]:
            text = f"the tokenizer has no token {', '.join(map(repr, unknown))}"
            raise RecipeError([Mistake("tokens", f"{text}; add them with a `vocabulary` stage")])
        first = len(vocabulary) if self.from_id is None else self.from_id
        later = {id_ for id_ in vocabulary.values() if id_ >= first}
        if self.from_id is not None and not later:
            text = f"there is no token from {first} on: the last one is {max(vocabulary.values())}"
            raise RecipeError([Mistake("from_id", text)])
        return sorted(later | {vocabulary[token] for token in self.tokens})


AnyPart = Annotated[
    LoraPart | IA3Part | LoHaPart | LoKrPart | FullPart | TokensPart, Field(discriminator="method")
]


def refuse_overlaps(parts: Sequence[Part], layers: Sequence[frozenset[str]]) -> None:
    """Refuse parts that meet on a layer, unless each of them only adds to its weight.

    Args:
        parts: the parts.
        layers: for each the names of the layers it learns on, by whatever naming.

    Raises:
        ValueError: naming the two parts and a layer, and the chain of stages that is possible.
    """
    for second, part in enumerate(parts):
        for first, other in enumerate(parts[:second]):
            shared = sorted(layers[first] & layers[second])
            if shared and not (part.additive and other.additive):
                raise ValueError(
                    f"parts {first} ({other.method}) and {second} ({part.method}) both learn on "
                    f"{shared[0]}, and what they would do there depends on their order; give them "
                    f"different layers, or train them in sequence: `{{id: first, use: "
                    f"{_stage(other)}}}`, then `{{use: {_stage(part)}, from: first}}`"
                )


def _stage(part: Part) -> str:
    """The tuning method that does alone what a part does."""
    return part.method if part.method in ("lora", "ia3", "full") else "together"
