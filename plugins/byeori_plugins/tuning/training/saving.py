"""Writes what tuning made: an adapter or a whole model, and the record of the training."""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import Mistake, ModelRef, RecipeError
from byeori.models import (
    adapter_digest,
    base_fingerprint,
    load,
    portable_base,
    write_adapter_record,
)
from byeori.store.files import write_json
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.material import Material
from byeori_plugins.tuning.data.packing import PackedTokens
from byeori_plugins.tuning.data.tokens import Tokens

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from byeori.models import Loaded
    from byeori_plugins.tuning.training.run import Trained

ADAPTER_FOLDER = "adapter"
MODEL_FOLDER = "model"


def save_adapter(model: "PeftModel", ref: ModelRef, folder: Path, method: str) -> ModelRef:
    """Write a peft adapter that peft alone can load, and say what it belongs to.

    The files are a function of the weights and the reference: peft's own `save_pretrained` adds a
    model card and writes sets in an order that changes from process to process.

    Args:
        model: the trained model with one active adapter.
        ref: the model it was trained on; its adapters come before this one.
        folder: where to write; what a killed run left there is removed.
        method: `name@version` of the tuning method. Beside it, `byeori.json` holds the prompt
            template, and in `after` the content hashes of the adapters that come first.
    """
    from peft import get_peft_model_state_dict

    weights = get_peft_model_state_dict(model, save_embedding_layers=False)
    return write_adapter(weights, model.active_peft_config, ref, folder, method)


def write_adapter(
    weights: "Mapping[str, Tensor]",
    peft_config: "PeftConfig",
    ref: ModelRef,
    folder: Path,
    method: str,
) -> ModelRef:
    """Write an adapter's weights, by peft's names for a file, and its configuration; see above."""
    from safetensors.torch import save_file

    _fresh(folder)
    # Cloned: safetensors refuses tied weights, which share their memory.
    tensors = {name: w.detach().cpu().contiguous().clone() for name, w in weights.items()}
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    fingerprint = base_fingerprint(ref)
    config = {key: _plain(value) for key, value in peft_config.to_dict().items()}
    # A merged model has no name, and the base's own would be that of another model.
    named = (fingerprint, None) if ref.merged_path else (portable_base(ref), ref.revision)
    config["base_model_name_or_path"], config["revision"] = named
    config["inference_mode"] = True
    write_json(folder / "adapter_config.json", config)
    write_adapter_record(
        folder,
        fingerprint,
        method=method,
        prompt_template={
            "name": ref.template.name,
            "template": ref.template.template,
            "version": ref.template.version,
        },
        after=[adapter_digest(Path(adapter)) for adapter in ref.adapters],
    )
    known = ref.base_fingerprint or (fingerprint if ref.merged_path is None else "")
    return replace(ref, adapters=(*ref.adapters, str(folder)), base_fingerprint=known)


def save_model(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerBase",
    ref: ModelRef,
    folder: Path,
) -> ModelRef:
    """Write a whole model with its tokenizer, which takes the base's place."""
    _fresh(folder)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    known = ref.base_fingerprint or (base_fingerprint(ref) if ref.merged_path is None else "")
    return replace(ref, adapters=(), merged_path=str(folder), base_fingerprint=known)


def refuse_live(loaded: "Loaded", field: str) -> None:
    """Refuse a model whose last adapter works beside its weights.

    Args:
        loaded: the model.
        field: of the recipe, which names the stage that it came from.
    """
    if loaded.live is not None:
        message = (
            f"the model before ends in an adapter of kind {loaded.live}, which cannot be merged, "
            "and nothing can be made of it; make it the last stage of the chain"
        )
        raise RecipeError([Mistake(field, message)])


def written_out(ref: ModelRef, folder: Path, field: str) -> ModelRef:
    """The same model without adapters: they are merged, in float32, and it is written to a folder.

    A reference without adapters is returned as it is, and nothing is written.

    Raises:
        RecipeError: at `field` of the recipe, where the last adapter cannot be merged.
    """
    if not ref.adapters:
        return ref
    loaded = load(ref, dtype="float32")
    refuse_live(loaded, field)
    return save_model(loaded.model, loaded.tokenizer, ref, folder)


def write_record(
    folder: Path,
    method: str,
    config: TrainingConfig,
    parameters: tuple[int, int],
    learnt: Material,
    trained: "Trained",
    mixture: list[dict[str, Any]],
) -> None:
    """Write `training.json`: what was learnt from what, and how the loss went; no times of day.

    Args:
        folder: the artifact's.
        method: `name@version`.
        config: its settings.
        parameters: how many learn, and how many there are.
        learnt: token counts are of one pass over it.
        trained: what was logged, how batches were laid out, and how many processes there were.
        mixture: by group, what `mix` made of it; empty where nothing was mixed.
    """
    trainable, total = parameters
    history, layout = trained.history, trained.fit
    splits = {"train": learnt.train, "validation": learnt.validation}
    curve = losses(history)
    record = {
        "method": method,
        "trainable_parameters": trainable,
        "total_parameters": total,
        **{f"{name}_{learnt.unit}": _count(tokens) for name, tokens in splits.items()},
        "dropped": {
            name: dict(sorted(tokens.dropped.items())) if tokens is not None else {}
            for name, tokens in splits.items()
        },
        "supervised_tokens": learnt.train.supervised,
        "total_tokens": learnt.train.total,
        "steps": max((int(entry["step"]) for entry in history), default=0),
        **({"mixture": mixture} if mixture else {}),
        "layout": layout.kind,
        **({"layout_reason": layout.reason} if layout.reason else {}),
        **_distributed(config, trained.processes),
        "losses": curve,
        **_per_byte(learnt.validation, curve),
    }
    write_json(folder / "training.json", record)


def _distributed(config: TrainingConfig, processes: int) -> dict[str, Any]:
    if config.distributed is None:
        return {}
    return {"distributed": {"strategy": config.distributed.strategy, "processes": processes}}


def _count(tokens: Tokens | None) -> int:
    if isinstance(tokens, PackedTokens):
        return tokens.documents
    return 0 if tokens is None else len(tokens)


def _per_byte(tokens: Tokens | None, curve: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The last validation loss of documents as perplexity, and as bits for each byte of text.

    Bits per byte (Gao et al. 2020, arXiv:2101.00027, section 3.1) can be compared between models
    whose tokens differ; perplexity cannot.
    """
    found = [point["validation_loss"] for point in curve if "validation_loss" in point]
    if not found or not isinstance(tokens, PackedTokens):
        return {}
    nats = found[-1] * tokens.supervised
    return {
        "validation_perplexity": math.exp(found[-1]),
        "validation_bits_per_byte": nats / math.log(2) / tokens.text_bytes,
    }


def losses(history: list[dict[str, float]]) -> list[dict[str, float]]:
    """The curve: `step`, mean training `loss` since the point before, and what was known there."""
    points: dict[int, dict[str, float]] = {}
    names = {"loss": "loss", "learning_rate": "learning_rate", "eval_loss": "validation_loss"}
    for entry in history:
        known = {names[k]: v for k, v in entry.items() if k in names and math.isfinite(v)}
        if known:
            step = int(entry["step"])
            points.setdefault(step, {"step": step}).update(known)
    return [points[step] for step in sorted(points)]


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _plain(value: Any) -> Any:
    """Sets as sorted lists: their own order changes from process to process."""
    return sorted(value) if isinstance(value, (set, frozenset)) else value
