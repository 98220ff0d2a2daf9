"""Merging: models tuned side by side, on different data, made into one."""

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from byeori import Context, DataError, Mistake, ModelRef, RecipeError, TuningData, TuningMethod
from byeori.store.files import write_json
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.merging.config import LOW_RANK, MergeConfig, Point, Search
from byeori_plugins.tuning.merging.search import Points, search
from byeori_plugins.tuning.training.checkpoints import stopping_when_full
from byeori_plugins.tuning.training.process import deterministic, quiet

if TYPE_CHECKING:
    from byeori_plugins.tuning.merging.adapters import AdapterMerger
    from byeori_plugins.tuning.merging.full import FullMerger


class Merge(TuningMethod[MergeConfig]):
    """Combines several tuned models by weights, given or searched on the validation examples."""

    name = "merge"
    version = 2
    config_model = MergeConfig
    needs_models = 2

    def tune(self, model: ModelRef, data: TuningData, context: Context) -> ModelRef:
        """Write the merged adapter or model, and `training.json` with weights and tried points.

        Args:
            model: the base: where full models are merged, their differences to it are combined.
            data: `models` are merged; `validation` decides where weights are searched.

        Raises:
            RecipeError: a setting does not fit the models.
            DataError: the models have different shapes or tokens, or there is nothing to search on.
            StoppedError: the disk is full.
        """
        context.scratch.mkdir(parents=True, exist_ok=True)
        point = self._start(len(data.models), context)
        record: dict[str, Any] = {"method": self._label, "train_examples": 0}
        full = stopping_when_full(context.stage, context.output)
        with full, quiet(), deterministic(context.seed):
            merger = self._merger(model, data, context)
            if self.config.search is not None:
                point, found = self._searched(point, self.config.search, merger, data, context)
                record |= found
            result = merger.save(point, self._label)
        used = self.config.effective(point.weights)
        write_json(context.output / "training.json", {**record, "weights": used})
        return result

    @property
    def _label(self) -> str:
        return f"{self.name}@{self.version}"

    def _start(self, models: int, context: Context) -> Point:
        point = self.config.start(models)
        if len(point.weights) != models:
            message = f"{len(point.weights)} weights for {models} models; give one for each"
            raise RecipeError([Mistake(f"{context.stage}.weights", message)])
        return point

    def _merger(
        self, base: ModelRef, data: TuningData, context: Context
    ) -> "AdapterMerger | FullMerger":
        from byeori_plugins.tuning.merging.adapters import AdapterMerger, below, refusal
        from byeori_plugins.tuning.merging.full import FullMerger

        under, method = below(data.models), self.config.method
        problem = ""
        if self.config.of == "models" or (self.config.of is None and under is None):
            if method in LOW_RANK:
                problem = f"{method} needs models that are each one adapter on the same model"
            merger: Any = FullMerger
            under = base
        else:
            merger = AdapterMerger
            if under is None:
                problem = "not every model is one adapter on the same model"
            else:
                problem = refusal(data.models, self.config)
        if problem or under is None:
            message = f"{problem}. `of: models` merges the full models that they make, by " + (
                "average, linear, ties, dare_linear, dare_ties or magnitude_prune"
            )
            raise RecipeError([Mistake(f"{context.stage}.method", message)])
        made: AdapterMerger | FullMerger = merger(data.models, under, self.config, context)
        return made

    def _searched(
        self,
        start: Point,
        settings: Search,
        merger: "AdapterMerger | FullMerger",
        data: TuningData,
        context: Context,
    ) -> tuple[Point, dict[str, Any]]:
        """The point of the lowest validation loss, and what was tried."""
        compute, digest, examples = _validation_loss(merger, data, settings, context)
        parts = [self._label, self.config.model_dump_json(), digest, *map(str, data.models)]
        key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        points = Points.read(context.scratch / "points.json", key)
        point = search(start, settings, points, compute)
        tried = [{**_named(p, settings), "loss": loss} for p, loss in points.losses.items()]
        context.message(
            f"{context.stage}: {len(tried)} points tried; {_shown(point, settings)}, validation "
            f"loss {points.losses[point]:.4f} (at first {points.losses[start]:.4f})"
        )
        found = _named(point, settings)
        return point, {**found, "validation_examples": examples, "points": tried}


def _named(point: Point, settings: Search) -> dict[str, Any]:
    """A point as the record has it: with its density where that is searched."""
    density = {"density": point.density} if settings.densities else {}
    return {"weights": point.weights, **density}


def _shown(point: Point, settings: Search) -> str:
    """A point for people."""
    return ", ".join(f"{name} {value}" for name, value in _named(point, settings).items())


def _validation_loss(
    merger: "AdapterMerger | FullMerger", data: TuningData, settings: Search, context: Context
) -> tuple[Callable[[Point], float], str, int]:
    """A function from a point to the loss in nats a token; the tokens' digest, and the examples."""
    from byeori_plugins.tuning.data.tokens import Tokeniser
    from byeori_plugins.tuning.training.validation import mean_loss

    longest = settings.max_length or merger.live.context_length
    config = TrainingConfig(too_long="drop")
    template, tokenizer = data.models[0].template, merger.live.tokenizer
    tokens = Tokeniser(template, tokenizer, longest, config, context).run(
        data.validation, "validation"
    )
    if not len(tokens):
        raise DataError(
            f"{context.stage}: search needs validation examples, and there are none; give the "
            "split a validation share, or give `weights`"
        )

    def compute(point: Point) -> float:
        loss = mean_loss(merger.apply(point), tokens, tokenizer)
        context.message(f"{context.stage}: {_shown(point, settings)}: validation loss {loss:.4f}")
        return loss

    return compute, tokens.digest, len(tokens)
