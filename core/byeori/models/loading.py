"""Loads a model reference: the base or merged model, with its adapters merged in, in order."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori.models.adapters import apply_adapter, check_adapters, check_safetensors
from byeori.models.bases import local_folder
from byeori.models.errors import ModelError
from byeori.models.fingerprints import base_fingerprint
from byeori.records import ModelRef

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Loaded:
    """A live model.

    Attributes:
        model: in evaluation mode, on its device, adapters merged in.
        tokenizer: the one saved with the merged model or the base; pads on the left.
        live: kind of the last adapter where it cannot be merged and works beside the weights, such
            as `ADAPTION_PROMPT`; else None.
    """

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    live: str | None = None

    @property
    def context_length(self) -> int | None:
        """Most tokens of prompt and answer together; None where the model sets no limit."""
        config = self.model.config.get_text_config()
        for name in ("max_position_embeddings", "n_positions", "max_sequence_length", "n_ctx"):
            if isinstance(length := getattr(config, name, None), int) and length > 0:
                return length
        return None


_chosen: ContextVar[str | None] = ContextVar("_chosen", default=None)


@contextmanager
def on_device(device: str) -> Iterator[None]:
    """Within the block models are loaded on this device, where nothing else is asked for."""
    token = _chosen.set(device)
    try:
        yield
    finally:
        _chosen.reset(token)


def default_device() -> str:
    """What `on_device` says; else `cuda`, `mps` or `cpu`: the first that is there."""
    import torch

    if (chosen := _chosen.get()) is not None:
        return chosen
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def evaluation_dtype() -> str:
    """What a model is loaded in unless told otherwise: `bfloat16` on CUDA, `float32` elsewhere."""
    return _dtype_on(default_device())


def _dtype_on(device: str) -> str:
    return "bfloat16" if device.startswith("cuda") else "float32"


def load(
    ref: ModelRef,
    *,
    dtype: str | None = None,
    device: str | None = None,
    quantisation: Any = None,
) -> Loaded:
    """Load a model with its adapters; each is merged into the result of those before it.

    An adapter of a kind that cannot be merged stays as it is, if it is the last one.

    Args:
        ref: what to load. The base's content must be what `ref.base_fingerprint` says, and what
            each adapter's own record says.
        dtype: `float32`, `bfloat16`, `float16` or `float64`; where None, bfloat16 on CUDA and
            float32 elsewhere. Adapters are merged in it.
        device: a torch device; where None, CUDA, MPS or the CPU, the first that is there.
        quantisation: transformers' configuration of a quantised model, for a reference without
            adapters: merged into quantised weights they would answer otherwise.

    Raises:
        ModelError: a file is missing, broken or pickled, an adapter belongs to another base, or
            the model needs code from its own repository, which is never run.
    """
    folder = local_folder(ref)
    fingerprint = base_fingerprint(ref)
    if ref.merged_path is None and ref.base_fingerprint not in ("", fingerprint):
        raise ModelError(
            f"base model {ref.base}: its content is {fingerprint}, but the reference says "
            f"{ref.base_fingerprint}; the files have changed: tune again, or restore them"
        )
    check_adapters([Path(adapter) for adapter in ref.adapters], fingerprint)
    device = device or default_device()
    dtype = dtype or _dtype_on(device)
    if quantisation is not None and ref.adapters:
        raise ModelError("adapters cannot be merged into a quantised model; merge them first")
    live: str | None = None
    with quiet():
        if quantisation is None:
            model = _load_model(folder, dtype).to(device)
        else:
            options = {"quantization_config": quantisation, "device_map": {"": device}}
            model = _load_model(folder, dtype, **options)
        for adapter in ref.adapters:
            if live is not None:
                raise ModelError(f"adapter {adapter}: nothing can be put on one of kind {live}")
            model, live = apply_adapter(model, Path(adapter))
        tokenizer = load_tokenizer(folder)
    model.eval()
    return Loaded(model, tokenizer, live)


def _load_model(folder: Path, dtype: str, **options: Any) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    for path in sorted(folder.glob("*.safetensors")):
        check_safetensors(path)
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            str(folder),
            dtype=getattr(torch, dtype),
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
            **options,
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ModelError(f"model {folder}: transformers cannot load it: {error}") from error
    model, info = loaded
    # transformers would go on with random numbers in their place.
    if lacking := sorted(info["missing_keys"]) + sorted(map(str, info["mismatched_keys"])):
        raise ModelError(
            f"model {folder}: {len(lacking)} weights are missing or of another shape than "
            f"config.json says ({', '.join(lacking[:3])}); save or fetch the model again"
        )
    return model


def load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    """The tokenizer of a model folder, padding on the left."""
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            str(folder), trust_remote_code=False, local_files_only=True, padding_side="left"
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ModelError(f"model {folder}: its tokenizer cannot be loaded: {error}") from error
    return tokenizer


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' own bars and tables off the terminal: byeori shows its own."""
    for name in _TALKATIVE:  # before anything imports them
        logging.getLogger(name).addFilter(_is_error)
    from transformers import utils

    own: Any = utils.logging
    bars, level = own.is_progress_bar_enabled(), own.get_verbosity()
    own.disable_progress_bar()
    own.set_verbosity_error()
    try:
        yield
    finally:
        own.set_verbosity(level)
        if bars:
            own.enable_progress_bar()


# They are imported by peft and accelerate where they are installed, and say what they did not find,
# or with every product in 8 bits that its inputs are rounded.
_TALKATIVE = ("DeepSpeed", "bitsandbytes.backends.cpu.ops", "bitsandbytes.autograd._functions")


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
