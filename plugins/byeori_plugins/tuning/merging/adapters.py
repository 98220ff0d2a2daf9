"""Merges adapters that were trained on one model: peft's weighted combinations."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import Context, ModelRef
from byeori.models import base_fingerprint, load
from byeori.models.adapters import check_adapters
from byeori_plugins.tuning.merging.config import MergeConfig, Point

if TYPE_CHECKING:
    from byeori.models import Loaded

_MERGED = "merged"
_IA3 = ("average", "linear")


def below(models: Sequence[ModelRef]) -> ModelRef | None:
    """The model that each of `models` is one adapter on, or None where they are something else."""
    first = models[0]
    one_model = {(m.merged_path, m.base, m.revision, m.adapters[:-1]) for m in models}
    if len(one_model) > 1 or not all(model.adapters for model in models):
        return None
    return dataclasses.replace(first, adapters=first.adapters[:-1])


def refusal(models: Sequence[ModelRef], config: MergeConfig) -> str:
    """Why these adapters cannot be combined in that way, or empty."""
    settings = [_settings(model) for model in models]
    kinds = sorted({str(s["peft_type"]) for s in settings})
    if kinds not in (["LORA"], ["IA3"]):
        return f"adapters of {' and '.join(kinds)} cannot be combined with each other"
    if any(s.get("use_dora") for s in settings):
        return "DoRA's update depends on its base and does not add up with others"
    if any(s.get("modules_to_save") or s.get("trainable_token_indices") for s in settings):
        return "an adapter holds whole layers or tokens beside its low-rank updates"
    if any(s.get("bias", "none") != "none" for s in settings):
        return "an adapter holds biases beside its low-rank updates"
    if kinds == ["IA3"]:
        return _ia3_refusal(settings, config)
    if config.method not in ("cat", "svd") and not config.method.endswith("_svd"):
        ranks = sorted({int(s["r"]) for s in settings})
        if len(ranks) > 1:
            return f"{config.method} needs equal ranks, and these are {ranks}: use cat or svd"
        if any(s.get("rank_pattern") != settings[0].get("rank_pattern") for s in settings):
            return f"{config.method} needs equal ranks, and some layers differ: use cat or svd"
    return ""


def _ia3_refusal(settings: Sequence[dict[str, Any]], config: MergeConfig) -> str:
    if config.method not in _IA3:
        return f"{config.method} is for low-rank updates; scales (IA3) are averaged"
    if len({tuple(sorted(s["target_modules"])) for s in settings}) > 1:
        return "the adapters scale different layers"
    return ""


def _settings(model: ModelRef) -> dict[str, Any]:
    text = (Path(model.adapters[-1]) / "adapter_config.json").read_text(encoding="utf-8")
    settings: dict[str, Any] = json.loads(text)
    return settings


class AdapterMerger:
    """The model with all the adapters on it, and any combination of them.

    Args:
        models: each one adapter on `base`; `below` has said so.
        base: what they lie on.
    """

    def __init__(
        self, models: Sequence[ModelRef], base: ModelRef, config: MergeConfig, context: Context
    ) -> None:
        from peft import PeftModel

        fingerprint = base_fingerprint(base)
        self.base, self.config, self.context = base, config, context
        self.names = [f"model{number}" for number in range(len(models))]
        for model in models:
            check_adapters([Path(adapter) for adapter in model.adapters], fingerprint)
        self.live: Loaded = load(base, dtype="float32")
        first, *others = models
        self.model: Any = PeftModel.from_pretrained(
            self.live.model, first.adapters[-1], adapter_name=self.names[0]
        )
        for name, model in zip(self.names[1:], others, strict=True):
            self.model.load_adapter(model.adapters[-1], adapter_name=name)
        self.model.eval()

    def apply(self, point: Point) -> Any:
        """The live model with the adapters combined so."""
        import torch

        if _MERGED in self.model.peft_config:
            self.model.set_adapter(self.names[0])
            self.model.delete_adapter(_MERGED)
        torch.manual_seed(self.context.seed % 2**32)  # DARE drops entries at random
        self._add(list(self.config.effective(point.weights)), point.density)
        self.model.set_adapter(_MERGED)
        return self.model

    def _add(self, weights: list[float], density: float) -> None:
        from peft.tuners.ia3 import IA3Model

        tuner = self.model.base_model
        if isinstance(tuner, IA3Model):
            tuner.add_weighted_adapter(self.names, weights, _MERGED)
            return
        # peft makes the result's configuration from the first one's, and its factors for a scale of
        # 1, which rank-stabilised LoRA would multiply. The first one has its own scale already.
        tuner.peft_config[self.names[0]].use_rslora = False
        config = self.config
        prunes = {"density": density, "majority_sign_method": config.majority_sign}
        method = "linear" if config.method == "average" else config.method
        tuner.add_weighted_adapter(
            self.names,
            weights,
            _MERGED,
            combination_type=method,
            svd_rank=config.rank,
            svd_full_matrices=False,  # the same factors, without those that are cut off
            **(prunes if config.prunes else {}),
        )
        _fill_up(self.model, tuner.peft_config[_MERGED].r)

    def save(self, point: Point, label: str) -> ModelRef:
        """Write the combination as an adapter of the base."""
        from peft import get_peft_model_state_dict

        from byeori_plugins.tuning.training.saving import ADAPTER_FOLDER, write_adapter

        model = self.apply(point)
        state = get_peft_model_state_dict(model, adapter_name=_MERGED, save_embedding_layers=False)
        folder = (self.context.output / ADAPTER_FOLDER).absolute()
        return write_adapter(state, model.peft_config[_MERGED], self.base, folder, label)


def _fill_up(model: Any, rank: int) -> None:
    """Rows and columns of zeros where a layer has a lower rank, so that all are as configured."""
    from peft.tuners.lora import LoraLayer
    from torch.nn.functional import pad

    for layer in (module for module in model.modules() if isinstance(module, LoraLayer)):
        if _MERGED not in layer.lora_A:
            continue
        down, up = layer.lora_A[_MERGED].weight, layer.lora_B[_MERGED].weight
        lacking = rank - down.shape[0]
        down.data, up.data = pad(down.data, (0, 0, 0, lacking)), pad(up.data, (0, lacking))
