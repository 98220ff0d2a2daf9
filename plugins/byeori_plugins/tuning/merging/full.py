"""Merges full models, one weight at a time.

Sources: model soups (Wortsman et al. 2022, arXiv:2203.05482), task arithmetic (Ilharco et al. 2023,
arXiv:2212.04089), TIES (Yadav et al. 2023, arXiv:2306.01708), DARE (Yu et al. 2024,
arXiv:2311.03099). The arithmetic on one weight is peft's (`peft.utils.merge_utils`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from byeori import Context, ModelRef
from byeori.models import base_fingerprint, load, local_folder
from byeori_plugins.tuning.merging.config import MergeConfig, Point
from byeori_plugins.tuning.merging.weights import (
    Read,
    Weights,
    check_alike,
    files_for,
    write_weights,
)
from byeori_plugins.tuning.training.saving import MODEL_FOLDER, written_out

if TYPE_CHECKING:
    from torch import Tensor

    from byeori.models import Loaded


class FullMerger:
    """Full models, and any combination of their differences to one base.

    Args:
        models: what is merged; one with adapters is written out in full first.
        base: the model whose weights the differences are taken from, and kept where there are none.
    """

    def __init__(
        self, models: Sequence[ModelRef], base: ModelRef, config: MergeConfig, context: Context
    ) -> None:
        self.ref, self.config, self.context = base, config, context
        scratch, field = context.scratch / "full", f"{context.stage}.models"
        self.full = written_out(base, scratch / "base", f"{context.stage}.from")
        self.base = Weights(local_folder(self.full))
        self.models = [
            Weights(local_folder(written_out(model, scratch / f"model{number}", field)))
            for number, model in enumerate(models)
        ]
        for model in self.models:
            check_alike(self.base, model)
        self.files = files_for(self.base)

    @cached_property
    def live(self) -> "Loaded":
        """The base in memory, which only a search needs."""
        return load(self.full, dtype="float32")

    def apply(self, point: Point) -> Any:
        """The live model with the models' weights combined."""
        import torch

        state = self.live.model.state_dict()
        with torch.no_grad(), self._merged(point) as merged:
            for names in self.files.values():
                for name in names:
                    state[name].copy_(merged(name))
        return self.live.model

    def save(self, point: Point, label: str) -> ModelRef:
        """Write the merged model: the base's files, with other weights."""
        folder = (self.context.output / MODEL_FOLDER).absolute()
        with self._merged(point) as merged:
            write_weights(self.files, merged, self.base.folder, folder)
        known = self.ref.base_fingerprint or base_fingerprint(replace(self.ref, merged_path=None))
        return replace(self.ref, adapters=(), merged_path=str(folder), base_fingerprint=known)

    @contextmanager
    def _merged(self, point: Point) -> Iterator[Read]:
        """A function from a name to the merged weight, in the dtype that the base has there.

        To be asked in the order of `files`, once for each name: DARE draws in that order.
        """
        import torch

        factors = torch.tensor(self.config.effective(point.weights))
        config = self.config.model_copy(update={"density": point.density})
        torch.manual_seed(self.context.seed % 2**32)  # DARE drops entries at random
        with ExitStack() as stack:
            base, *readers = [stack.enter_context(w.opened()) for w in (self.base, *self.models)]

            def merged(name: str) -> "Tensor":
                weight = base(name)
                if not weight.is_floating_point():
                    return weight
                start = weight.float()
                tasks = [read(name).float() - start for read in readers]
                return (start + combine(tasks, factors, config)).to(weight.dtype)

            yield merged


def combine(tasks: "list[Tensor]", weights: "Tensor", config: MergeConfig) -> "Tensor":
    """Combine one weight's differences to the base.

    Args:
        tasks: one float tensor a model, all of one shape.
        weights: [models], a factor for each.

    Returns:
        What is added to the base's weight.
    """
    from peft.utils import merge_utils as arithmetic

    merged: Tensor
    if config.method in ("average", "linear"):
        merged = arithmetic.task_arithmetic(tasks, weights)
    elif config.method == "ties":
        merged = arithmetic.ties(tasks, weights, config.density, config.majority_sign)
    elif config.method == "dare_ties":
        merged = arithmetic.dare_ties(tasks, weights, config.density, config.majority_sign)
    elif config.method == "dare_linear":
        merged = arithmetic.dare_linear(tasks, weights, config.density)
    else:
        merged = arithmetic.magnitude_prune(tasks, weights, config.density)
    return merged
