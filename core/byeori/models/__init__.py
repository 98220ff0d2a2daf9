"""Models by reference: find a base, fingerprint it, load it with its adapters, ask it questions.

Importing this package imports no torch; `load` and `TransformersModel` import it when they are
used.
"""

from byeori.models.adapters import ADAPTER_RECORD, adapter_digest, write_adapter_record
from byeori.models.bases import (
    base_reference,
    builtin_bases,
    check_base,
    local_folder,
    resolve_base,
)
from byeori.models.errors import ModelError, PromptTooLongError
from byeori.models.fingerprints import base_fingerprint, folder_fingerprint
from byeori.models.loading import Loaded, evaluation_dtype, load, on_device
from byeori.models.outline import load_outline
from byeori.models.references import portable_base
from byeori.models.transformers_model import TransformersModel

__all__ = [
    "ADAPTER_RECORD",
    "Loaded",
    "ModelError",
    "PromptTooLongError",
    "TransformersModel",
    "adapter_digest",
    "base_fingerprint",
    "base_reference",
    "builtin_bases",
    "check_base",
    "evaluation_dtype",
    "folder_fingerprint",
    "load",
    "load_outline",
    "local_folder",
    "on_device",
    "portable_base",
    "resolve_base",
    "write_adapter_record",
]
