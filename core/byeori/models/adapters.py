"""Adapters: each names the base it was trained on, and is merged before the next is applied."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori.models.errors import ModelError
from byeori.store.files import sha256_of_file

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ADAPTER_RECORD = "byeori.json"
"""File in an adapter's folder that says what it was trained on."""

WEIGHTS = "adapter_model.safetensors"


def write_adapter_record(folder: Path, base_fingerprint: str, **details: Any) -> None:
    """Write the record `load` asks for: the base's fingerprint, and whatever else is worth keeping.

    Args:
        folder: the adapter's folder, as `save_pretrained` of peft wrote it.
        base_fingerprint: `byeori.models.base_fingerprint` of the model it was trained on.
        details: JSON values, such as the method and its version; `after` is the list of `sha256:`
            hashes of the `adapter_model.safetensors` that were applied before it was trained.
    """
    record = {**details, "base_fingerprint": base_fingerprint}
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=2)
    (folder / ADAPTER_RECORD).write_text(text + "\n", encoding="utf-8")


def check_adapters(folders: Sequence[Path], base_fingerprint: str) -> None:
    """Refuse adapters that are incomplete, broken, or were trained on another model.

    peft itself loads an adapter on any base of the same shape without a word. Where an adapter's
    record says after which others it was trained (`after`, the hashes of their weights), these
    must be the ones before it.

    Args:
        folders: the adapters, in the order they are applied.
        base_fingerprint: what `byeori.models.base_fingerprint` says of the model below them.

    Raises:
        ModelError: naming the folder or file, and both fingerprints where they differ.
    """
    before: list[str] = []
    for folder in folders:
        _check_files(folder)
        record = _read_record(folder / ADAPTER_RECORD)
        if (trained_on := str(record["base_fingerprint"])) != base_fingerprint:
            raise ModelError(
                f"adapter {folder}: it was trained on the base {trained_on}, but this base is "
                f"{base_fingerprint}; load it on its own base, or tune again on this one"
            )
        if (after := record.get("after", before)) != before:
            raise ModelError(
                f"adapter {folder}: it was trained on the base with {len(after)} other adapters "
                f"applied, and these are not the {len(before)} before it here; load it after "
                "those, or tune again"
            )
        before.append(adapter_digest(folder))


def _check_files(folder: Path) -> None:
    for name in ("adapter_config.json", WEIGHTS):
        if not (folder / name).is_file():
            raise ModelError(
                f"adapter {folder}: {name} is missing; only adapters saved by peft as "
                "safetensors can be loaded"
            )
    check_safetensors(folder / WEIGHTS)


def adapter_digest(folder: Path) -> str:
    """Content hash of an adapter's weights: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{sha256_of_file(folder / WEIGHTS)}"


def _read_record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, dict) or "base_fingerprint" not in record:
            raise ValueError("found something else")
    except FileNotFoundError:
        raise ModelError(
            f"{path}: missing, so the base the adapter was trained on is unknown; write it with "
            "byeori.models.write_adapter_record"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path}: expected a JSON object with `base_fingerprint` ({error}); tune again"
        ) from error
    return record


def check_safetensors(path: Path) -> None:
    """Refuse a truncated or damaged safetensors file, naming it.

    Finds what the header tells: a wrong length, offset or name; not a flipped bit in a weight.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="np") as file:
            if not list(file.keys()):
                raise ModelError(f"{path}: it holds no tensors; save or fetch the model again")
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(
            f"{path}: not a whole safetensors file ({error}); save or fetch the model again"
        ) from error


def apply_adapter(model: "PreTrainedModel", folder: Path) -> "tuple[PreTrainedModel, str | None]":
    """The model with one adapter merged into its weights; `model` itself is changed.

    Returns:
        The model, and None; or, where an adapter of its kind cannot be merged, the model with the
        adapter at work beside its weights, and the kind.

    Raises:
        ModelError: the adapter does not fit the model, cannot be merged, or has NaN weights.
    """
    from peft import PeftModel

    try:
        with warnings.catch_warnings():
            # peft asks transformers for an attribute by its old name; nothing a user can act on.
            warnings.filterwarnings("ignore", ".*is_gradient_checkpointing.*", FutureWarning)
            # An error of our own follows, in `_check_names`.
            warnings.filterwarnings("ignore", "Found missing adapter keys", UserWarning)
            # It is said of adapters of single tokens too, which peft does tie.
            warnings.filterwarnings("ignore", ".*no implementation exists to tie", UserWarning)
            attached = PeftModel.from_pretrained(model, str(folder))
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"adapter {folder}: it does not fit the model ({error}); was it trained on another?"
        ) from error
    _check_names(attached, folder)
    kind = str(attached.peft_config["default"].peft_type.value)
    if kind in _IN_PLACE:
        attached.requires_grad_(False)
        return attached.get_base_model(), kind
    if not hasattr(attached.base_model, "merge_and_unload"):
        raise ModelError(f"adapter {folder}: an adapter of kind {kind} cannot be merged")
    try:
        merged: PreTrainedModel = attached.merge_and_unload(safe_merge=True)
    except (ValueError, NotImplementedError) as error:
        raise ModelError(f"adapter {folder}: cannot be merged: {error}") from error
    return merged, None


# Kinds that cannot be merged, and work inside the model's own modules once they are attached.
_IN_PLACE = ("ADAPTION_PROMPT",)


def _check_names(attached: Any, folder: Path) -> None:
    """Every tensor the configuration asks for must be in the file, and the other way round."""
    from peft import get_peft_model_state_dict
    from safetensors import safe_open

    # "auto" would ask the hub whether the vocabulary was changed.
    wanted = set(get_peft_model_state_dict(attached, save_embedding_layers=False))
    with safe_open(str(folder / WEIGHTS), framework="np") as file:
        found = set(file.keys())
    # Embeddings of the model itself may be saved with an adapter of them.
    missing, extra = sorted(wanted - found)[:3], sorted(found - wanted - set(attached.state_dict()))
    if missing or extra:
        raise ModelError(
            f"adapter {folder}: its weights do not match adapter_config.json "
            f"(missing {missing or 'none'}, unexpected {extra[:3] or 'none'}); tune again"
        )
