"""LLaMA-Adapter: at work beside the weights wherever a model answers, and nothing on top of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from byeori import Context, Decoding, ModelRef, RecipeError, TuningData
from byeori.models import TransformersModel, load
from byeori_plugins.tuning import LlamaAdapter, LlamaAdapterConfig, Lora, LoraConfig, Merge
from byeori_plugins.tuning.merging.config import MergeConfig
from byeori_plugins.tuning.methods.vocabulary import Vocabulary, VocabularyConfig

Make = Callable[..., Any]
Lived = tuple[ModelRef, ModelRef]


def adapter(**settings: object) -> LlamaAdapter:
    short = {"max_steps": 3, "evaluations": 0, "checkpoints": 0, "batch_size": 4}
    settings = {**short, "adapter_len": 3, "learning_rate": 0.1, **settings}
    return LlamaAdapter(LlamaAdapterConfig.model_validate(settings))


def ids_of(model: TransformersModel, text: str) -> list[int]:
    return list(model.loaded.tokenizer(text).input_ids)


@pytest.fixture(params=["llama", "mistral"])
def tuned(
    request: pytest.FixtureRequest,
    family_folder: Make,
    ref: ModelRef,
    data: TuningData,
    context: Context,
) -> Lived:
    base = ModelRef(base=str(family_folder(request.param)), template=ref.template)
    return base, adapter().tune(base, data, context)


def test_it_scores_as_the_whole_model_does_in_one_pass(tuned: Lived, data: TuningData) -> None:
    model = TransformersModel(load(tuned[1]), "tuned", tuned[1].template)
    choices = ["It is 4.", "It is not known to anyone.", "네."]
    (found,) = model.log_likelihoods(data.train[:1], [choices])  # the prompt is computed once
    prompt = f"Q: {data.train[0].instruction}\nA: "
    for choice, result in zip(choices, found, strict=True):
        start = ids_of(model, prompt)
        answer = model.loaded.tokenizer(choice, add_special_tokens=False).input_ids
        with torch.no_grad():
            logits = model.loaded.model(torch.tensor([start + answer])).logits[0]
        scores = logits.log_softmax(-1)[len(start) - 1 : -1]
        expected = sum(scores[n, token].item() for n, token in enumerate(answer))
        assert result.total == pytest.approx(expected, abs=1e-3)
    base = TransformersModel(load(tuned[0]), "base", tuned[0].template)
    (before,) = base.log_likelihoods(data.train[:1], [choices])
    assert abs(before[0].total - found[0].total) > 1e-2


def test_it_generates_what_is_most_likely_token_by_token(tuned: Lived, data: TuningData) -> None:
    model = TransformersModel(load(tuned[1]), "tuned", tuned[1].template)
    prompts = data.train[:3]
    found = model.generate(prompts, Decoding(max_new_tokens=6))
    for example, answer in zip(prompts, found, strict=True):
        ids = ids_of(model, f"Q: {example.instruction}\nA: ")
        start = len(ids)
        with torch.no_grad():
            while len(ids) < start + 6 and (len(ids) == start or ids[-1] != 1):
                ids.append(int(model.loaded.model(torch.tensor([ids])).logits[0, -1].argmax()))
        text = model.loaded.tokenizer.decode(ids[start:], skip_special_tokens=True)
        assert answer == text.strip()


def test_its_gate_starts_closed(ref: ModelRef, data: TuningData, context: Context) -> None:
    started = adapter(max_steps=1, learning_rate=1e-12).tune(ref, data, context)
    ids = torch.arange(2, 40)[None]
    with torch.no_grad():
        before, after = load(ref).model(ids).logits, load(started).model(ids).logits
    torch.testing.assert_close(after, before, rtol=0, atol=1e-6)


def test_in_a_bfloat16_model_it_learns_in_float32(
    ref: ModelRef, data: TuningData, context: Context
) -> None:
    result = adapter(precision="bfloat16").tune(ref, data, context)
    weights = load_file(Path(result.adapters[0]) / "adapter_model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.float32}
    losses = json.loads((context.output / "training.json").read_text())["losses"]
    assert losses[-1]["loss"] != losses[0]["loss"]


def test_it_has_prompts_in_all_layers_but_the_first_two_or_in_those_asked_for(
    ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    for wanted, layers in ((None, {"1"}), (2, {"0", "1"})):
        result = adapter(adapter_layers=wanted).tune(ref, data, context_in(str(wanted)))
        weights = load_file(Path(result.adapters[0]) / "adapter_model.safetensors")
        assert {name.split(".layers.")[1][0] for name in weights} == layers
    with pytest.raises(RecipeError, match="adapter_layers: 3, but the model has 2 layers"):
        adapter(adapter_layers=3).tune(ref, data, context_in("three"))


def test_heads_of_another_width_than_the_model_are_refused(
    ref: ModelRef, data: TuningData, context: Context, tmp_path: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(ref.base)
    sizes = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}  # 32 of 64
    sizes |= {"hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 1}
    sizes |= {"vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 1}
    config = AutoConfig.for_model("mistral", **sizes)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "narrow")
    tokenizer.save_pretrained(tmp_path / "narrow")
    narrow = replace(ref, base=str(tmp_path / "narrow"))
    with pytest.raises(RecipeError, match=r"as wide together as the model \(64\).* are 32"):
        adapter().tune(narrow, data, context)


@pytest.mark.parametrize("what", ["lora", "vocabulary", "merge"])
def test_nothing_is_made_of_a_model_that_it_works_in(
    what: str, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    live = adapter().tune(ref, data, context_in("live"))
    method: Any = {
        "lora": Lora(LoraConfig(quantise="nf4", max_steps=1)),
        "vocabulary": Vocabulary(VocabularyConfig(size=5)),
        "merge": Merge(MergeConfig(of="models", method="average")),
    }[what]
    given = replace(data, models=(live, live)) if what == "merge" else data
    field = "lora.models" if what == "merge" else "lora.from"  # the stage is called that
    with pytest.raises(RecipeError, match="cannot be merged") as error:
        method.tune(ref if what == "merge" else live, given, context_in("on top"))
    assert error.value.mistakes[0].path == field
