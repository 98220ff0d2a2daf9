"""The shared harness: what every tuning method does around the weights it chooses to train."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from byeori import (
    Context,
    Estimate,
    Mistake,
    ModelRef,
    PluginError,
    RecipeError,
    TuningData,
    TuningMethod,
)
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.training.checkpoints import stopping_when_full
from byeori_plugins.tuning.training.process import (
    compute_activations_again,
    deterministic,
    quiet,
)
from byeori_plugins.tuning.training.schedule import plan_steps

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel

    from byeori.models import Loaded
    from byeori_plugins.tuning.data.material import Material
    from byeori_plugins.tuning.data.order import Epochs
    from byeori_plugins.tuning.data.tokens import Tokens
    from byeori_plugins.tuning.training.conductor import Training
    from byeori_plugins.tuning.training.run import Trained

T = TypeVar("T", bound=TrainingConfig)


class SupervisedTuning(TuningMethod[T]):
    """Supervised fine-tuning with transformers' Trainer; a subclass says which weights learn.

    The loss is the cross-entropy of the answer's tokens and the end token, over their number in
    the whole batch; the prompt is not learnt. Earlier adapters of the model are merged first. What
    `wrap` returns decides what is written: a peft model as an adapter, another one whole. On the
    CPU, with the same number of threads, equal inputs give equal bytes, also when the process was
    killed and run again.

    Attributes:
        base_in_precision: whether the weights are loaded in `config.precision`; else in float32,
            as weights that learn need.
    """

    base_in_precision: ClassVar[bool] = False

    @abstractmethod
    def wrap(self, model: "PreTrainedModel") -> "PreTrainedModel | PeftModel":
        """The model to train: the weights that learn have `requires_grad`, all others do not.

        Args:
            model: loaded, all of its weights with `requires_grad`; may be changed in place.
        """

    def wrap_loaded(self, loaded: "Loaded") -> "PreTrainedModel | PeftModel":
        """As `wrap`, for a method that needs the tokenizer too."""
        return self.wrap(loaded.model)

    def learning_rates(self, model: Any) -> dict[str, float]:
        """By name, the weights that learn at a rate of their own; none by default."""
        return {}

    def epochs(self, tokens: "Tokens", data: TuningData, context: Context) -> "Epochs":
        """What one pass over the training examples consists of: as `mix` says, or each once."""
        from byeori_plugins.tuning.data.mixing import mixture_of
        from byeori_plugins.tuning.data.order import EveryExample

        mix = self.config.mix
        if mix is None:
            return EveryExample(len(tokens))
        return mixture_of(mix, self.config, tokens, data, context.stage, context.seed)

    def tune(self, model: ModelRef, data: TuningData, context: Context) -> ModelRef:
        """Train, and write the adapter or model, `training.json`, and nothing else.

        Raises:
            DataError: nothing to learn from, answers that would be cut, a loss that is not finite.
            RecipeError: a setting that does not fit the model.
            StoppedError: the disk is full; running again goes on from the last checkpoint.
        """
        context.scratch.mkdir(parents=True, exist_ok=True)
        full = stopping_when_full(context.stage, context.output)
        with full, quiet(), deterministic(context.seed), self._on_device():
            return self._tune(self._loaded(model, context), model, data, context)

    def load(self, ref: ModelRef, context: Context) -> "Loaded":
        """The model to start from, earlier adapters merged."""
        from byeori.models import load

        return load(ref, dtype=self.config.precision if self.base_in_precision else "float32")

    def initialise(self, model: Any, tokens: "Tokens", pad_id: int, context: Context) -> None:
        """Set the weights that learn to where they start, if that takes data; nothing by default.

        Args:
            model: what `wrap` returned.
            tokens: the training examples.
            pad_id: id to pad with.
            context: of the stage.
        """

    def prepare(self, loaded: "Loaded", tokens: "Tokens", pad_id: int, context: Context) -> Any:
        """The model to train, with its weights where they start; see `wrap` and `initialise`."""
        model = self._wrapped(self.wrap_loaded, loaded, context)
        self.initialise(model, tokens, pad_id, context)
        return model

    def _on_device(self) -> AbstractContextManager[None]:
        """Where several processes train, this one leaves the accelerators to them."""
        from byeori.models import on_device

        return on_device("cpu") if self.config.distributed else nullcontext()

    def _trained(self, training: "Training", ref: ModelRef) -> "Trained":
        if (spread := self.config.distributed) is None:
            from byeori_plugins.tuning.training.run import train

            return train(training)
        from byeori_plugins.tuning.distributed.launch import train_in_processes

        return train_in_processes(training, spread, self, ref)

    def _loaded(self, ref: ModelRef, context: Context) -> "Loaded":
        from byeori_plugins.tuning.training.saving import refuse_live

        loaded = self.load(ref, context)
        refuse_live(loaded, f"{context.stage}.from")
        return loaded

    def _tune(
        self, loaded: "Loaded", ref: ModelRef, data: TuningData, context: Context
    ) -> ModelRef:
        from byeori_plugins.tuning.data.mixture import table_of
        from byeori_plugins.tuning.data.order import order_of_run
        from byeori_plugins.tuning.training.advice import against_divergence
        from byeori_plugins.tuning.training.conductor import Training
        from byeori_plugins.tuning.training.key import key_of_run
        from byeori_plugins.tuning.training.saving import write_record
        from byeori_plugins.tuning.training.weights import check_finite, learnt_weights

        learnt = self.material(loaded, ref, data, context)
        pad_id = loaded.tokenizer.pad_token_id
        pad_id = loaded.tokenizer.eos_token_id if pad_id is None else pad_id
        model = self.prepare(loaded, learnt.train, pad_id, context)
        weights = learnt_weights(model)
        epochs = self.epochs(learnt.train, data, context)
        order = order_of_run(self.config, epochs, learnt.documents, context.seed)
        trained = self._trained(
            Training(
                model=model,
                pad_id=pad_id,
                material=learnt,
                order=order,
                config=self.config,
                schedule=plan_steps(self.config, epochs.size, validate=bool(learnt.validation)),
                context=context,
                key=key_of_run(self.label, self.config, context.seed, ref, learnt),
                learning_rates=self.learning_rates(model),
            ),
            ref,
        )
        check_finite(weights, against_divergence(self.config))
        trainable = sum(weight.numel() for weight in weights.values())
        total = sum(weight.numel() for weight in model.parameters())
        result = self.save(model, loaded, ref, context)
        mixture = table_of(epochs, order, learnt.train, trained.history)
        sizes = (trainable, total)
        write_record(context.output, self.label, self.config, sizes, learnt, trained, mixture)
        return result

    def material(
        self, loaded: "Loaded", ref: ModelRef, data: TuningData, context: Context
    ) -> "Material":
        """What is learnt, as token ids on disk; by default what `learn_from` says."""
        from byeori_plugins.tuning.data.material import prepare

        return prepare(self.config, loaded, ref, data, context)

    def wrap_outline(self, loaded: "Loaded") -> "PreTrainedModel | PeftModel":
        """As `wrap_loaded`, for a model of shapes without values (on `meta`)."""
        return self.wrap_loaded(loaded)

    def outline(self, ref: ModelRef, context: Context) -> "tuple[Loaded, Any]":
        """The model to start from, and the one to train, as shapes without values."""
        from byeori.models import load_outline

        dtype = self.config.precision if self.base_in_precision else "float32"
        loaded = load_outline(ref, dtype=dtype)
        return loaded, self._wrapped(self.wrap_outline, loaded, context)

    def estimate(
        self, model: ModelRef, data: TuningData | None, context: Context
    ) -> Iterable[Estimate]:
        """Examples, steps, time and memory, by the model's shape, the tokens, and a product."""
        with quiet():  # what is imported here talks too
            from byeori_plugins.tuning.estimates.before import before_training

            return list(before_training(self, model, data, context))

    def _wrapped(self, wrap: "Callable[[Loaded], Any]", loaded: "Loaded", context: Context) -> Any:
        try:
            wrapped = wrap(loaded)
        except RecipeError as error:
            raise RecipeError(
                [Mistake(f"{context.stage}.{m.path}", m.message) for m in error.mistakes]
            ) from error
        if not any(weight.requires_grad for weight in wrapped.parameters()):
            raise PluginError(f"{type(self).__name__}.wrap left no weight with requires_grad")
        if self.config.gradient_checkpointing:
            compute_activations_again(loaded.model)
        return wrapped

    def save(self, model: Any, loaded: "Loaded", ref: ModelRef, context: Context) -> ModelRef:
        """Write what was learnt below `context.output`, and refer to it."""
        import torch
        from peft import PeftModel

        from byeori_plugins.tuning.training import saving

        if isinstance(model, PeftModel):
            folder = context.output / saving.ADAPTER_FOLDER
            return saving.save_adapter(model, ref, folder.absolute(), self.label)
        model.to(getattr(torch, self.config.precision))
        folder = context.output / saving.MODEL_FOLDER
        return saving.save_model(model, loaded.tokenizer, ref, folder.absolute())

    @property
    def label(self) -> str:
        """`name@version`, as records have it."""
        return f"{self.name}@{self.version}"
