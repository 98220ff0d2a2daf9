"""A model's shape without its weights: for what can be told of a training before it."""

from typing import Any

from byeori.models.bases import outline_folder
from byeori.models.errors import ModelError
from byeori.models.loading import Loaded, load_tokenizer, quiet
from byeori.records import ModelRef


def load_outline(ref: ModelRef, *, dtype: str) -> Loaded:
    """The tokenizer, and a model whose weights have shapes and no values (on `meta`).

    Of a hub model only the configuration and the tokenizer are fetched. Adapters are left out:
    merged, they change no shape.

    Args:
        ref: what to load.
        dtype: what the weights would be held in.

    Raises:
        ModelError: a file is missing or broken, or the model needs code from its own repository.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    folder = outline_folder(ref)
    auto: Any = AutoModelForCausalLM
    with quiet():
        try:
            config = AutoConfig.from_pretrained(
                str(folder), trust_remote_code=False, local_files_only=True
            )
            with torch.device("meta"):
                model = auto.from_config(
                    config, dtype=getattr(torch, dtype), trust_remote_code=False
                )
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise ModelError(f"model {folder}: transformers cannot outline it: {error}") from error
        return Loaded(model, load_tokenizer(folder))
