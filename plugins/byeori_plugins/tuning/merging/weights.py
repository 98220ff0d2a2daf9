"""Weights of full models on disk: read one at a time, written in files of a bounded size."""

import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import DataError
from byeori.store.files import content_hash, write_json

if TYPE_CHECKING:
    from torch import Tensor

Read = Callable[[str], "Tensor"]

_WEIGHTS = "model.safetensors"
_INDEX = f"{_WEIGHTS}.index.json"
_TOKENIZER = "tokenizer.json"
_BESIDE = ("*.json", "*.jinja", "*.model", "*.txt")
LARGEST_FILE = 500_000_000
"""Numbers in one file, unless a single weight has more: 2 GB of float32."""


@dataclass(frozen=True)
class Weights:
    """The weights in a model's folder, without those that are only another name of one of them.

    Attributes:
        folder: as transformers reads it: an index, or `model.safetensors`, or any such files.
    """

    folder: Path

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """By weight, in the order of the files."""
        from safetensors import safe_open

        found: dict[str, tuple[int, ...]] = {}
        for file in self._files:
            with safe_open(str(self.folder / file), framework="np") as opened:
                for name in sorted(opened.keys()):
                    found[name] = tuple(opened.get_slice(name).get_shape())
        tied = _tied(self.folder)
        return {n: shape for n, shape in found.items() if tied.get(n) not in found}

    @property
    def _files(self) -> list[str]:
        index = self.folder / _INDEX
        if index.is_file():
            placed = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
            return sorted(set(placed.values()))
        if (self.folder / _WEIGHTS).is_file():
            return [_WEIGHTS]
        return sorted(path.name for path in self.folder.glob("*.safetensors"))

    @contextmanager
    def opened(self) -> Iterator[Read]:
        """A function from a weight's name to the weight, as it is saved, on the CPU."""
        from safetensors import safe_open

        with ExitStack() as stack:
            found: dict[str, Any] = {}
            for file in self._files:
                opened = stack.enter_context(safe_open(str(self.folder / file), framework="pt"))
                found |= dict.fromkeys(opened.keys(), opened)
            yield lambda name: found[name].get_tensor(name)

    @cached_property
    def vocabulary(self) -> object:
        """What the tokenizer's ids stand for."""
        path = self.folder / _TOKENIZER
        if not path.is_file():
            return sorted(content_hash(file) for file in self.folder.glob("tokenizer*"))
        return json.loads(path.read_text(encoding="utf-8"))["model"].get("vocab")


def _tied(folder: Path) -> Mapping[str, str]:
    """By name, the weight whose memory it shares in the live model; some files hold both."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    auto: Any = AutoModelForCausalLM
    config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    with torch.device("meta"):
        model = auto.from_config(config, trust_remote_code=False)
    tied: dict[str, str] = model.all_tied_weights_keys
    return tied


def check_alike(base: Weights, model: Weights) -> None:
    """Refuse models with other weights, shapes or tokens than the base has.

    Raises:
        DataError: naming the two folders and the first difference.
    """
    ours, theirs = base.shapes, model.shapes
    for name in sorted(set(ours) | set(theirs)):
        if ours.get(name) != theirs.get(name):
            raise DataError(
                f"the models cannot be merged: {name} has the shape {_shape(ours.get(name))} in "
                f"{base.folder} and {_shape(theirs.get(name))} in {model.folder}; merge models "
                "that were tuned from one base, and name it as `from:`"
            )
    if base.vocabulary != model.vocabulary:
        raise DataError(
            f"the models cannot be merged: {base.folder} and {model.folder} have other tokens "
            "under the same ids; merge models that share a tokenizer"
        )


def _shape(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else str(list(shape))


def files_for(weights: Weights) -> Mapping[str, list[str]]:
    """The weights that each file of a copy of the model holds, by the file's name."""
    from huggingface_hub import split_state_dict_into_shards_factory

    split = split_state_dict_into_shards_factory(
        dict(weights.shapes),
        get_storage_size=math.prod,
        filename_pattern="model{suffix}.safetensors",
        max_shard_size=LARGEST_FILE,
    )
    files: dict[str, list[str]] = split.filename_to_tensors
    return files


def write_weights(files: Mapping[str, list[str]], make: Read, like: Path, folder: Path) -> None:
    """Write a model's folder; only one file's weights are in memory at a time.

    Args:
        files: what `files_for` says.
        make: the weight of a name; asked in the order of `files`.
        like: folder of a model with the same configuration and tokenizer, which are copied.
        folder: where to write; what a killed run left there is removed.
    """
    from safetensors.torch import save_file

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted(file for pattern in _BESIDE for file in like.glob(pattern)):
        if path.is_file() and not path.name.endswith(".index.json"):
            shutil.copyfile(path, folder / path.name)
    size, places = 0, dict[str, str]()
    for file, names in files.items():
        state = {name: make(name).contiguous() for name in names}
        save_file(state, folder / file, metadata={"format": "pt"})
        size += sum(weight.nbytes for weight in state.values())
        places |= dict.fromkeys(names, file)
    if len(files) > 1:
        write_json(folder / _INDEX, {"metadata": {"total_size": size}, "weight_map": places})
