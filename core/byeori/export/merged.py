"""A whole model of transformers: weights with the adapters merged in, tokenizer, settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori.components import Decoding
from byeori.export.chat_template import chat_template
from byeori.export.errors import ExportError
from byeori.export.subject import Subject
from byeori.models.loading import quiet
from byeori.models.transformers_model import TransformersModel

if TYPE_CHECKING:
    from transformers import GenerationConfig

DTYPES = ("float32", "bfloat16", "float16")


def save_merged(model: TransformersModel, subject: Subject, folder: Path, dtype: str) -> None:
    """Write what `AutoModelForCausalLM.from_pretrained(folder)` loads.

    Args:
        model: the evaluated model; its weights are rounded to `dtype` in place.
        subject: what it is.
        folder: to write to.
        dtype: of the weights on disk.

    Raises:
        ExportError: its last adapter cannot be merged.
    """
    import torch

    if model.loaded.live is not None:
        raise ExportError(
            f"{subject.stage} ends in an adapter of kind {model.loaded.live}, which cannot be "
            "merged into the weights; give --format adapter"
        )
    live: Any = model.loaded.model
    live.generation_config = generation_settings(model, subject.decoding)
    with quiet():
        live.to(getattr(torch, dtype)).save_pretrained(folder)
    save_tokenizer(model, folder)


def save_tokenizer(model: TransformersModel, folder: Path) -> None:
    """Write the tokenizer; its chat template writes the prompts the model was trained with."""
    tokenizer: Any = model.loaded.tokenizer
    own = tokenizer.chat_template
    tokenizer.chat_template = chat_template(model.template, tokenizer) or own
    try:
        tokenizer.save_pretrained(folder)
    finally:
        tokenizer.chat_template = own


def generation_settings(model: TransformersModel, decoding: Decoding) -> "GenerationConfig":
    """How the model was asked when it was evaluated, as `generation_config.json` says it."""
    from transformers import GenerationConfig

    tokenizer = model.loaded.tokenizer
    pad = tokenizer.pad_token_id
    settings = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=list(model.end_ids) or None,
        pad_token_id=pad if pad is not None else next(iter(model.end_ids), None),
    )
    for name, value in decoding.model_dump().items():
        if value is not None and hasattr(settings, name):
            setattr(settings, name, value)
    return settings
