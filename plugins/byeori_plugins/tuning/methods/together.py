"""Several methods at once, each on layers of its own; no peft model can hold LoRA and IA3 both."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator, model_validator

from byeori import Context, Mistake, ModelRef, RecipeError
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.method import SupervisedTuning
from byeori_plugins.tuning.methods.parts import (
    AdapterPart,
    AnyPart,
    FullPart,
    Part,
    TokensPart,
    refuse_overlaps,
)

if TYPE_CHECKING:
    from peft import PeftConfig
    from transformers import PreTrainedModel

    from byeori.models import Loaded

_UNMERGEABLE = ("llama-adapter", "prompt", "prefix")


class TogetherConfig(TrainingConfig):
    """Settings of several methods at once."""

    parts: tuple[AnyPart, ...] = Field(
        min_length=1,
        description="What learns: each with `method` (lora, ia3, loha, lokr, full or tokens), its "
        "`targets`, and the settings of the method.",
    )

    @field_validator("parts", mode="before")
    @classmethod
    def _mergeable(cls, parts: object) -> object:
        for part in parts if isinstance(parts, list | tuple) else ():
            method = part.get("method") if isinstance(part, dict) else None
            if method in _UNMERGEABLE:
                raise ValueError(
                    f"{method} cannot be merged into a model, so nothing can be learnt beside it "
                    "that is; tune the other parts first and put it on top, in a stage of its own "
                    "with `from:`"
                )
        return parts

    @model_validator(mode="after")
    def _fit(self) -> "TogetherConfig":
        refuse_overlaps(self.parts, [frozenset(part.targets) for part in self.parts])
        if not any(isinstance(part, AdapterPart) for part in self.parts):
            raise ValueError(
                "no part is an adapter (lora, ia3, loha, lokr), and the other parts are saved with "
                "one; add one, or use `full`"
            )
        if sum(isinstance(part, TokensPart) for part in self.parts) > 1:
            raise ValueError("two parts learn tokens; name all of them in one")
        return self


class Together(SupervisedTuning[TogetherConfig]):
    """Trains several methods at once on one model: LoRA here, IA3 there, embeddings whole.

    Each adapter part is injected under a name of its own and saved as an ordinary peft adapter.
    Loading merges them one after the other, which is the same model, because parts that share a
    layer only add to it.
    """

    name = "together"
    version = 3
    config_model = TogetherConfig
    base_in_precision = True

    def __init__(self, config: TogetherConfig) -> None:
        super().__init__(config)
        self._vocabulary: Mapping[str, int] = {}

    def wrap_loaded(self, loaded: "Loaded") -> "PreTrainedModel":
        """As `wrap`, once the tokens' ids are known."""
        self._vocabulary = loaded.tokenizer.get_vocab()
        return self.wrap(loaded.model)

    def wrap(self, model: "PreTrainedModel") -> "PreTrainedModel":
        """Freeze the model and inject the adapters; parts without one go with the first."""
        from peft import inject_adapter_in_model

        from byeori_plugins.tuning.training.weights import learn_in_float32

        self._check_layers(model)
        configs = self._peft_configs(model)
        model.requires_grad_(False)
        with _peft_warnings():
            for number, config in enumerate(configs):
                inject_adapter_in_model(config, model, adapter_name=_adapter(number))
        _activate_all(model)
        learn_in_float32(model)
        return model

    def _check_layers(self, model: "PreTrainedModel") -> None:
        from byeori_plugins.tuning.methods.targets import check_targets, matching

        for number, part in enumerate(self.config.parts):
            check_targets(model, f"parts.{number}.targets", _targets(part, model))
        try:
            layers = [
                frozenset(matching(model, _targets(part, model))) for part in self.config.parts
            ]
            refuse_overlaps(self.config.parts, layers)
        except ValueError as error:  # q_proj and self_attn.q_proj are two names of one layer
            raise RecipeError([Mistake("parts", str(error))]) from error

    def _peft_configs(self, model: "PreTrainedModel") -> list["PeftConfig"]:
        configs = []
        for number, part in enumerate(self.config.parts):
            if isinstance(part, AdapterPart):
                with _below(f"parts.{number}"):
                    config = part.peft_config(self._vocabulary)
                if isinstance(part, TokensPart):
                    config.target_modules = list(_targets(part, model))
                configs.append(config)
        whole = [
            t for part in self.config.parts if isinstance(part, FullPart) for t in part.targets
        ]
        if whole:
            # peft saves these with an adapter.
            configs[0].modules_to_save = whole
            text_config = model.config.get_text_config()
            configs[0].ensure_weight_tying = getattr(text_config, "tie_word_embeddings", False)
        return configs

    @property
    def _adapters(self) -> list[AdapterPart]:
        return [part for part in self.config.parts if isinstance(part, AdapterPart)]

    def learning_rates(self, model: Any) -> dict[str, float]:
        """The rates of those weights that have one of their own, by name."""
        rates: dict[str, float] = {}
        for part in self.config.parts:
            if part.learning_rate is None:
                continue
            label = _label(part, self._adapters)
            for name, weight in model.named_parameters():
                if weight.requires_grad and label in name and _is_on(name, part):
                    rates[name] = part.learning_rate
        return rates

    def save(self, model: Any, loaded: "Loaded", ref: ModelRef, context: Context) -> ModelRef:
        """Write one adapter a part, in order; each names those before it."""
        from peft import get_peft_model_state_dict

        from byeori_plugins.tuning.training.saving import ADAPTER_FOLDER, write_adapter

        for number, config in enumerate(model.peft_config.values()):
            state = get_peft_model_state_dict(
                model, adapter_name=_adapter(number), save_embedding_layers=False
            )
            # An adapter that another one was put on stands as that one's base layer.
            weights = {
                f"base_model.model.{name.replace('.base_layer', '')}": weight
                for name, weight in state.items()
            }
            folder = context.output / ADAPTER_FOLDER / f"{number}-{config.peft_type.lower()}"
            ref = write_adapter(weights, config, ref, folder.absolute(), self.label)
        return ref


def _targets(part: Part, model: "PreTrainedModel") -> Sequence[str]:
    if part.targets:
        return part.targets
    whole: Any = model
    rows, output = [whole.get_input_embeddings()], whole.get_output_embeddings()
    if output is not None and output.weight is not rows[0].weight:
        if getattr(output, "bias", None) is not None:
            message = (
                "the model's output layer has a bias, which peft would leave out; name targets"
            )
            raise RecipeError([Mistake("parts", message)])
        rows.append(output)
    return [name for name, module in model.named_modules() if any(module is r for r in rows)]


def _is_on(weight: str, part: Part) -> bool:
    return not part.targets or any(f".{target}." in f".{weight}" for target in part.targets)


@contextmanager
def _below(place: str) -> Iterator[None]:
    """Put a place before those of the mistakes that are found."""
    try:
        yield
    except RecipeError as error:
        mistakes = [replace(m, path=f"{place}.{m.path}") for m in error.mistakes]
        raise RecipeError(mistakes) from error


@contextmanager
def _peft_warnings() -> Iterator[None]:
    """What peft warns of when it puts several adapters on a model: no matter, or an error."""
    with warnings.catch_warnings():
        # Several adapters on one model are just what is wanted, and tokens' rows are tied.
        warnings.filterwarnings("ignore", "Already found a `peft_config`", UserWarning)
        warnings.filterwarnings("ignore", ".*no implementation exists to tie", UserWarning)
        warnings.filterwarnings("error", ".*requested `ensure_weight_tying`", UserWarning)
        try:
            yield
        except UserWarning as warning:
            raise RecipeError(
                [
                    Mistake(
                        "parts",
                        "the model's output layer is tied to its embeddings, and in this family "
                        "peft cannot keep trained embeddings tied; learn single rows with "
                        "`method: tokens`, or use the method `full`",
                    )
                ]
            ) from warning


def _activate_all(model: "PreTrainedModel") -> None:
    """Let every adapter of every layer work; peft has only the first one of a kind do so."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.set_adapter(sorted(module._get_available_adapters()))


def _adapter(number: int) -> str:
    return f"part{number}"


def _label(part: Part, adapters: Sequence[AdapterPart]) -> str:
    """What stands in the names of a part's weights."""
    if isinstance(part, FullPart):
        return ".modules_to_save."
    number = next(n for n, adapter in enumerate(adapters) if adapter is part)
    return f".{_adapter(number)}"
