"""A whole model of transformers: weights with the adapters merged in, tokenizer, settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori.decoding import Decoding
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
    """How the model was asked when it was evaluated, as `generation_config.json` says it.

    Texts to stop at are left out: transformers refuses to generate by a configuration that has
    them, unless it is given the tokenizer as well.
    """
    from transformers import GenerationConfig

    tokenizer = model.loaded.tokenizer
    pad = tokenizer.pad_token_id
    settings = GenerationConfig(  # type: ignore[no-untyped-call]
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=list(model.end_ids) or None,
        pad_token_id=pad if pad is not None else next(iter(model.end_ids), None),
    )
    names = ("max_new_tokens", "num_beams", "repetition_penalty", "do_sample")
    drawing = ("temperature", "top_p") if decoding.do_sample else ()
    for name in (*names, *drawing):
        setattr(settings, name, getattr(decoding, name))
    if decoding.do_sample:
        settings.top_k = (
            decoding.top_k or 0
        )  # 0 is all; transformers takes 50 where nothing is said
    return settings
