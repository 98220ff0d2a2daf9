"""A folder that `ollama create NAME -f Modelfile` takes: weights and Modelfile."""

from pathlib import Path
from typing import Any

from byeori.export.converter import find_converter
from byeori.export.errors import ExportError
from byeori.export.gguf_file import NAME, load_gguf, save_gguf
from byeori.export.loading import load_merged
from byeori.export.merged import save_merged
from byeori.export.modelfile import modelfile
from byeori.export.parity import Exported
from byeori.export.subject import Subject
from byeori.export.turns import take_apart
from byeori.models.outline import load_outline
from byeori.models.transformers_model import TransformersModel
from byeori.records import ModelRef

MODELFILE = "Modelfile"
_PROMPTS = 200
# What Ollama imports from a folder of safetensors by itself (its documentation, "Importing a
# model"); everything else it takes as GGUF.
_IMPORTED = ("LlamaForCausalLM", "MistralForCausalLM", "GemmaForCausalLM", "Phi3ForCausalLM")


def check_ollama(subject: Subject) -> None:
    """Refuse, before weights are loaded, a template or architecture Ollama cannot have.

    Raises:
        ExportError: the architecture needs a GGUF file and there is no converter.
        DataError: the prompt template cannot be written for Ollama.
    """
    outline = load_outline(subject.ref, dtype="float32")
    take_apart(subject.ref.template, outline.tokenizer, subject.prompts(_PROMPTS))
    if type(outline.model).__name__ not in _IMPORTED:
        find_converter()


def save_ollama(model: TransformersModel, subject: Subject, folder: Path, dtype: str) -> None:
    """Write the weights, as GGUF where the converter is at hand, and the Modelfile."""
    loaded = model.loaded
    turns = take_apart(model.template, loaded.tokenizer, subject.prompts(_PROMPTS))
    tokenizer: Any = loaded.tokenizer
    stops = [str(token) for token in tokenizer.convert_ids_to_tokens(model.end_ids)]
    length = loaded.context_length
    as_gguf = _converter_at_hand()
    (save_gguf if as_gguf else save_merged)(model, subject, folder, dtype)
    weights = f"./{NAME}" if as_gguf else "."
    text = modelfile(weights, turns, stops, subject.decoding, length)
    (folder / MODELFILE).write_text(text, encoding="utf-8")


def load_ollama(folder: Path, ref: ModelRef, dtype: str) -> Exported:
    """The weights that the Modelfile names."""
    return (load_gguf if (folder / NAME).is_file() else load_merged)(folder, ref, dtype)


def _converter_at_hand() -> bool:
    try:
        find_converter()
    except ExportError:
        return False
    return True
