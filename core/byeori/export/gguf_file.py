"""A GGUF file for llama.cpp, converted from the merged model and read again for the gate."""

import shutil
from pathlib import Path
from typing import Any

from byeori.export.converter import convert, find_converter
from byeori.export.errors import ExportError
from byeori.export.loading import generation_of
from byeori.export.merged import save_merged
from byeori.export.parity import Exported
from byeori.export.subject import Subject
from byeori.models.loading import default_device, load_tokenizer, quiet
from byeori.models.transformers_model import TransformersModel
from byeori.records import ModelRef

NAME = "model.gguf"
_MERGED = "merged"


def check_gguf(subject: Subject) -> None:
    """Refuse, before anything is loaded, where there is no converter.

    Raises:
        ExportError: saying how to get it.
    """
    find_converter()


def save_gguf(model: TransformersModel, subject: Subject, folder: Path, dtype: str) -> None:
    """Write `model.gguf`, and the merged model it was made of, which `load_gguf` removes."""
    (folder / _MERGED).mkdir()
    save_merged(model, subject, folder / _MERGED, dtype)
    convert(folder / _MERGED, folder / NAME, dtype)


def load_gguf(folder: Path, ref: ModelRef, dtype: str) -> Exported:
    """The file's own weights, end token and chat template, with the tokenizer it was made of.

    Raises:
        ExportError: its vocabulary is another one, or transformers cannot read its architecture,
            so that nothing could be compared.
    """
    merged = folder / _MERGED
    tokenizer: Any = load_tokenizer(merged)
    written = metadata(folder / NAME)
    if message := _vocabulary(written, tokenizer):
        raise ExportError(f"the converter wrote another vocabulary: {message}")
    model = _weights(folder, dtype)
    model.generation_config = generation_of(merged)
    end = written.get("tokenizer.ggml.eos_token_id")
    if end not in _as_list(model.generation_config.eos_token_id):
        model.generation_config.eos_token_id = end
    tokenizer.chat_template = written.get("tokenizer.chat_template")
    shutil.rmtree(merged)
    return Exported(model, tokenizer, ref.template, dtype)


def metadata(path: Path) -> dict[str, Any]:
    """The keys and values of a GGUF file."""
    from gguf import GGUFReader

    return {name: field.contents() for name, field in GGUFReader(path).fields.items()}


def _weights(folder: Path, dtype: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    loader: Any = AutoModelForCausalLM
    with quiet():
        try:
            model = loader.from_pretrained(
                str(folder), gguf_file=NAME, dtype=getattr(torch, dtype), local_files_only=True
            )
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise ExportError(
                f"transformers cannot read the GGUF file, so it cannot be compared: {error}"
            ) from error
    return model.to(default_device()).eval()


def _vocabulary(written: dict[str, Any], tokenizer: Any) -> str:
    """What is wrong with the file's tokens, or nothing."""
    tokens = written.get("tokenizer.ggml.tokens") or []
    own = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    for number, (there, here) in enumerate(zip(tokens, own, strict=False)):
        if here is not None and there != here:
            return f"token {number} is {there!r}, not {here!r}"
    return "" if len(tokens) >= len(own) else f"it has {len(tokens)} tokens, not {len(own)}"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
