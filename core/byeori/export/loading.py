"""Loads an export as anyone would, with nothing but what stands in its folder."""

import warnings
from pathlib import Path
from typing import Any

from byeori.export.errors import ExportError
from byeori.export.parity import Exported
from byeori.models import local_folder
from byeori.models.loading import default_device, load_tokenizer, quiet
from byeori.records import ModelRef


def load_merged(folder: Path, ref: ModelRef, dtype: str) -> Exported:
    """A whole model by transformers' own classes, in the type it was saved in.

    Args:
        folder: the export.
        ref: the evaluated model.
        dtype: what the export should be in.
    """
    return Exported(_model(folder, "auto"), load_tokenizer(folder), ref.template, dtype)


def load_adapter(folder: Path, ref: ModelRef, dtype: str) -> Exported:
    """The base with the adapter beside its weights, as peft loads it; tokenizer of the export."""
    from peft import PeftModel

    base = _model(local_folder(ref), dtype)
    with quiet(), warnings.catch_warnings():
        # peft asks transformers for an attribute by its old name; nothing a user can act on.
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing.*", FutureWarning)
        try:
            attached: Any = PeftModel.from_pretrained(
                base, str(folder), autocast_adapter_dtype=False
            )
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise ExportError(f"peft cannot load the exported adapter: {error}") from error
    attached.generation_config = generation_of(folder)
    return Exported(attached.eval(), load_tokenizer(folder), ref.template, dtype)


def generation_of(folder: Path) -> Any:
    """The generation settings that stand in a folder."""
    from transformers import GenerationConfig

    return GenerationConfig.from_pretrained(str(folder), local_files_only=True)


def _model(folder: Path, dtype: str) -> Any:
    from transformers import AutoModelForCausalLM

    loader: Any = AutoModelForCausalLM
    with quiet():
        try:
            model = loader.from_pretrained(
                str(folder),
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
            )
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise ExportError(f"transformers cannot load the export: {error}") from error
    return model.to(default_device()).eval()
