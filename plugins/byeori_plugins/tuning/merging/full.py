"""Merges full models, one file of weights at a time.

Sources: model soups (Wortsman et al. 2022, arXiv:2203.05482), task arithmetic (Ilharco et al. 2023,
arXiv:2212.04089), TIES (Yadav et al. 2023, arXiv:2306.01708), DARE (Yu et al. 2024,
arXiv:2311.03099). The arithmetic on one weight is peft's (`peft.utils.merge_utils`).
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import Context, DataError, ModelRef
from byeori.models import base_fingerprint, load, local_folder
from byeori.store.files import content_hash
from byeori_plugins.tuning.merging.config import MergeConfig
from byeori_plugins.tuning.training.saving import MODEL_FOLDER, written_out

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

_TOKENIZER = "tokenizer.json"


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
        scratch = context.scratch / "full"
        base = written_out(base, scratch / "base")
        self.base = _Weights(local_folder(base))
        self.models = [
            _Weights(local_folder(written_out(model, scratch / f"model{number}")))
            for number, model in enumerate(models)
        ]
        for model in self.models:
            _check_alike(self.base, model)
        loaded = load(base, dtype="float32")
        self.model: Any = loaded.model
        self.tokenizer: PreTrainedTokenizerBase = loaded.tokenizer
        self.context_length = loaded.context_length

    def apply(self, weights: tuple[float, ...]) -> Any:
        """The live model with the models' weights combined."""
        import torch

        live = self.model.state_dict()
        with torch.no_grad():
            for file in self.base.files:
                for name, merged in self._merged(file, weights).items():
                    live[name].copy_(merged)
        return self.model

    def save(self, weights: tuple[float, ...], label: str) -> ModelRef:
        """Write the merged model: the base's files, with other weights."""
        from safetensors.torch import save_file

        folder = (self.context.output / MODEL_FOLDER).absolute()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(
            self.base.folder, folder, ignore=shutil.ignore_patterns("*.safetensors", ".*", "*.bin")
        )
        for file in self.base.files:
            save_file(self._merged(file, weights), folder / file, metadata={"format": "pt"})
        known = self.ref.base_fingerprint or base_fingerprint(replace(self.ref, merged_path=None))
        return replace(self.ref, adapters=(), merged_path=str(folder), base_fingerprint=known)

    def _merged(self, file: str, weights: tuple[float, ...]) -> "dict[str, Tensor]":
        """The merged weights of one file of the base, in the dtype they have there."""
        import torch

        factors = torch.tensor(self.config.effective(weights))
        torch.manual_seed(self.context.seed % 2**32)  # DARE drops entries at random
        merged = {}
        with ExitStack() as stack:
            readers = [model.reader(stack) for model in self.models]
            for name, weight in self.base.weights(file, stack):
                if not weight.is_floating_point():
                    merged[name] = weight
                    continue
                start = weight.float()
                tasks = [read(name).float() - start for read in readers]
                merged[name] = (start + combine(tasks, factors, self.config)).to(weight.dtype)
        return merged


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


@dataclass(frozen=True)
class _Weights:
    """The safetensors files of a model's folder."""

    folder: Path

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.safetensors"))

    def places(self) -> Mapping[str, str]:
        """The file that each weight stands in."""
        from safetensors import safe_open

        found: dict[str, str] = {}
        for file in self.files:
            with safe_open(str(self.folder / file), framework="np") as opened:
                found |= dict.fromkeys(opened.keys(), file)
        return found

    def weights(self, file: str, stack: ExitStack) -> "Iterator[tuple[str, Tensor]]":
        from safetensors import safe_open

        opened = stack.enter_context(safe_open(str(self.folder / file), framework="pt"))
        for name in sorted(opened.keys()):
            yield name, opened.get_tensor(name)

    def reader(self, stack: ExitStack) -> Any:
        """A function from a weight's name to the weight; the files stay open until the end."""
        from safetensors import safe_open

        places = self.places()
        opened = {
            file: stack.enter_context(safe_open(str(self.folder / file), framework="pt"))
            for file in self.files
        }
        return lambda name: opened[places[name]].get_tensor(name)

    def shapes(self) -> dict[str, list[int]]:
        """By weight."""
        from safetensors import safe_open

        found: dict[str, list[int]] = {}
        for file in self.files:
            with safe_open(str(self.folder / file), framework="np") as opened:
                for name in sorted(opened.keys()):
                    found[name] = opened.get_slice(name).get_shape()
        return found


def _check_alike(base: _Weights, model: _Weights) -> None:
    """Refuse models with other weights, shapes or tokens than the base has.

    Raises:
        DataError: naming the two folders and the first difference.
    """
    ours, theirs = base.shapes(), model.shapes()
    for name in sorted(set(ours) | set(theirs)):
        if ours.get(name) != theirs.get(name):
            raise DataError(
                f"the models cannot be merged: {name} has the shape {ours.get(name)} in "
                f"{base.folder} and {theirs.get(name)} in {model.folder}; merge models that were "
                "tuned from one base, and name it as `from:`"
            )
    vocabularies = [_vocabulary(weights.folder) for weights in (base, model)]
    if vocabularies[0] != vocabularies[1]:
        raise DataError(
            f"the models cannot be merged: {base.folder} and {model.folder} have other tokens "
            "under the same ids; merge models that share a tokenizer"
        )


def _vocabulary(folder: Path) -> object:
    path = folder / _TOKENIZER
    if not path.is_file():
        return sorted(content_hash(file) for file in folder.glob("tokenizer*"))
    return json.loads(path.read_text(encoding="utf-8"))["model"].get("vocab")
