"""Merging of every kind of adapter and file that there is: exact, or refused."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from byeori import Context, ModelRef, RecipeError, TuningData
from byeori.models import load
from byeori_plugins.tuning import LlamaAdapter, Lora
from byeori_plugins.tuning.merging import weights as on_disk
from byeori_plugins.tuning.merging.config import MergeConfig, Point
from byeori_plugins.tuning.merging.merge import Merge

Make = Callable[..., Any]
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
SHORT = {"max_steps": 4, "learning_rate": 1e-2, "batch_size": 4, "micro_batch_size": 2}


def merge(**settings: object) -> Merge:
    return Merge(MergeConfig.model_validate(settings))


def weights_of(ref: ModelRef) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = load(ref, dtype="float64").model.state_dict()
    return state


def refused(method: Merge, ref: ModelRef, data: TuningData, context: Context) -> str:
    with pytest.raises(RecipeError) as error:
        method.tune(ref, data, context)
    (mistake,) = error.value.mistakes
    return f"{mistake.path}: {mistake.message}"


def lora_on(base: ModelRef, data: TuningData, context: Context, **settings: object) -> ModelRef:
    return Lora(Lora.config_model.model_validate({**SHORT, **settings})).tune(base, data, context)


@pytest.mark.parametrize("method", ["cat", "svd"])
@pytest.mark.parametrize(
    "settings",
    [
        [{"r": 4, "alpha": 16, "rslora": True}, {"r": 4, "alpha": 2}],
        [{"r": 2, "alpha": 3}, {"r": 6, "alpha": 5, "rslora": True}],
        [{"r": 4, "init": "pissa"}, {"r": 3, "init": "olora"}],
        [{"r": 4, "init": "eva"}, {"r": 2, "init": "eva"}],
        [{"r": 4, "targets": ("q_proj",)}, {"r": 4, "targets": ("v_proj", "down_proj")}],
    ],
    ids=["rslora first", "rslora second", "pissa and olora", "eva", "other layers"],
)
def test_updates_of_every_scale_start_and_place_add_up(
    method: str,
    settings: list[dict[str, Any]],
    ref: ModelRef,
    data: TuningData,
    tuned_by: Make,
    context: Context,
) -> None:
    models = tuple(tuned_by("lora", **one).result for one in settings)
    rank = {"rank": 40} if method == "svd" else {}  # above what a layer of 32 can have
    merged = merge(method=method, weights=[0.7, -0.4], **rank)
    result = merged.tune(ref, replace(data, models=models), context)
    base, first, second = weights_of(ref), *map(weights_of, models)
    for name, weight in weights_of(result).items():
        expected = 0.7 * (first[name] - base[name]) - 0.4 * (second[name] - base[name])
        torch.testing.assert_close(weight - base[name], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("family", ["llama", "gpt_neox"])
def test_a_merged_adapter_answers_as_it_did_live_on_every_item(
    family: str, family_folder: Make, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    from byeori_plugins.tuning.merging.adapters import AdapterMerger

    base = ModelRef(base=str(family_folder(family)), template=ref.template)
    models = [lora_on(base, data, context_in(f"m{r}"), r=r, rslora=r == 2) for r in (2, 3)]
    method = merge(method="cat", weights=[0.7, 0.4])
    result = method.tune(base, replace(data, models=tuple(models)), context_in("merged"))
    point = Point((0.7, 0.4), 0.5)
    live = AdapterMerger(models, base, method.config, context_in("live")).apply(point)
    loaded = load(result, dtype="float32")
    exact = load(result, dtype="float64").model
    for example in data.validation:
        ids = loaded.tokenizer(example.instruction + example.output, return_tensors="pt").input_ids
        with torch.no_grad():
            single, kept = loaded.model(ids).logits, live.float()(ids).logits
            assert torch.equal(single.argmax(-1), kept.argmax(-1))
            kept, merged = live.double()(ids).logits, exact(ids).logits
        torch.testing.assert_close(merged, kept, rtol=1e-9, atol=1e-9)


def test_what_peft_would_merge_wrongly_is_refused(
    ref: ModelRef, data: TuningData, tuned_by: Make, context: Context
) -> None:
    plain = tuned_by("lora", r=4).result
    for settings, reason in (
        ({"dora": True}, "DoRA"),
        ({"bias": "lora_only"}, "holds biases"),
        ({"init": "eva"}, "some layers differ"),
    ):
        models = plain, tuned_by("lora", r=4, **settings).result
        text = refused(merge(method="ties"), ref, replace(data, models=models), context)
        assert reason in text and "of: models" in text


def test_an_adapter_beside_the_weights_is_in_no_merge(
    family_folder: Make, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    base = ModelRef(base=str(family_folder("llama")), template=ref.template)
    config = LlamaAdapter.config_model.model_validate({**SHORT, "adapter_len": 2})
    beside = LlamaAdapter(config).tune(base, data, context_in("beside"))
    low = lora_on(base, data, context_in("low"), r=2)
    given = replace(data, models=(low, beside))
    with pytest.raises(
        RecipeError, match=r"lora.models: .* ADAPTION_PROMPT, which cannot be merged"
    ):
        merge(of="models").tune(base, given, context_in("merged"))


@pytest.mark.parametrize("method", ["average", "dare_ties"])
def test_a_model_in_many_files_is_merged_as_in_one(
    method: str,
    ref: ModelRef,
    data: TuningData,
    tuned_by: Make,
    context_in: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = tuned_by("full").result, tuned_by("full", max_steps=4).result
    given = replace(data, models=models)
    whole = merge(method=method).tune(ref, given, context_in("whole"))
    monkeypatch.setattr(on_disk, "LARGEST_FILE", 4_000)
    parts = merge(method=method).tune(ref, given, context_in("parts"))
    assert len(list(Path(str(parts.merged_path)).glob("*.safetensors"))) > 5
    found, expected = weights_of(parts), weights_of(whole)
    if method == "average":
        assert all(torch.equal(found[name], expected[name]) for name in expected)
    again = merge().tune(parts, replace(data, models=(parts, parts)), context_in("again"))
    same = weights_of(again)
    assert all(torch.allclose(found[name], same[name], rtol=0, atol=1e-7) for name in found)


def test_an_output_layer_tied_to_the_embeddings_may_stand_in_the_file_too(
    family_folder: Make, ref: ModelRef, data: TuningData, context_in: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "both"
    shutil.copytree(family_folder("bloom"), folder)
    assert json.loads((folder / "config.json").read_text()).get("tie_word_embeddings", True)
    state = load_file(folder / "model.safetensors")
    (embeddings,) = [n for n in state if n.endswith("word_embeddings.weight")]
    assert "lm_head.weight" not in state
    state["lm_head.weight"] = state[embeddings].clone()
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    base = ModelRef(base=str(folder), template=ref.template)
    tuned = lora_on(base, data, context_in("tuned"), r=2)  # written out, it has one of the two
    result = merge().tune(base, replace(data, models=(base, tuned)), context_in("merged"))
    start, end = weights_of(base), weights_of(tuned)
    for name, weight in weights_of(result).items():
        torch.testing.assert_close(weight, (start[name] + end[name]) / 2, rtol=0, atol=1e-6)
