"""LoRA's options: where it starts, on which layers, and in what the weights that learn are held."""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file
from torch import Tensor

from byeori import Context, DataError, ModelRef, RecipeError, TuningData
from byeori.models import load
from byeori_plugins.tuning import LoraConfig
from byeori_plugins.tuning.data.tokens import Tokens
from byeori_plugins.tuning.methods.initialisation import Batches

Make = Callable[..., Any]
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
Q = "model.layers.0.self_attn.q_proj"


def weights_of(ref: ModelRef) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = load_file(Path(ref.adapters[-1]) / "adapter_model.safetensors")
    return {name.removeprefix("base_model.model."): weight for name, weight in tensors.items()}


@pytest.fixture
def tune(make_method: Make, ref: ModelRef, data: TuningData, context: Context) -> Make:
    def run(**settings: object) -> ModelRef:
        settings = {"max_steps": 2, "evaluations": 0, "checkpoints": 0, **settings}
        result: ModelRef = make_method("lora", **settings).tune(ref, data, context)
        return result

    return run


def test_pissa_starts_with_the_largest_singular_directions(tune: Make, ref: ModelRef) -> None:
    found = weights_of(tune(init="pissa", r=4, alpha=8, targets=["q_proj"]))
    start_a, start_b = found[f"{Q}.lora_A.weight"][4:], -found[f"{Q}.lora_B.weight"][:, 4:]
    u, s, vh = torch.linalg.svd(load(ref).model.get_submodule(Q).weight.detach())
    largest = u[:, :4] * s[:4] @ vh[:4]
    torch.testing.assert_close(8 / 4 * start_b @ start_a, largest, rtol=1e-4, atol=1e-5)


def test_olora_starts_with_orthonormal_columns(tune: Make) -> None:
    found = weights_of(tune(init="olora", r=4, targets=["q_proj"]))
    start = -found[f"{Q}.lora_B.weight"][:, 4:]
    torch.testing.assert_close(start.T @ start, torch.eye(4), rtol=0, atol=1e-5)


def test_eva_starts_with_the_directions_of_most_variance(
    tune: Make, ref: ModelRef, data: TuningData
) -> None:
    # So small a learning rate leaves the directions as they were at first.
    found = weights_of(tune(init="eva", r=4, targets=["q_proj", "up_proj"], learning_rate=1e-9))
    learnt = found[f"{Q}.lora_A.weight"]
    loaded, seen = load(ref), []
    loaded.model.get_submodule(Q).register_forward_hook(
        lambda module, inputs, output: seen.append(inputs[0][0])
    )
    end = loaded.tokenizer.eos_token
    for example in data.train:
        text = f"Q: {example.instruction}\nA: {example.output}{end}"
        ids = loaded.tokenizer(text, return_tensors="pt").input_ids
        with torch.no_grad():
            loaded.model(ids)
    inputs = torch.cat(seen)
    directions = torch.linalg.svd(inputs - inputs.mean(dim=0)).Vh[: len(learnt)]
    # How much of each direction lies in the space of the others: 1 where they span the same.
    shared = torch.linalg.svdvals(directions @ torch.linalg.qr(learnt.T).Q)
    assert shared.min() > 0.95


def test_evas_batches_have_more_tokens_than_it_looks_for_directions(tmp_path: Path) -> None:
    # peft passes over batches of fewer, and would wait for others for ever.
    lengths = [3, 5, 2, 8, 4, 1, 6, 3, 2]
    tokens = Tokens(tmp_path / "tokens.bin", array("q", [0, *accumulate(lengths)]))
    tokens.prompts.extend([1] * len(lengths))
    np.arange(100, 100 + sum(lengths), dtype=np.int32).tofile(tokens.path)
    torch.manual_seed(3)
    batches = Batches(tokens, pad_id=0, least=9)
    first, again = list(batches), list(batches)
    assert len(first) == len(batches) > 1
    assert all(batch["attention_mask"].sum() >= 9 for batch in first)
    seen = torch.cat([batch["input_ids"][batch["attention_mask"] == 1] for batch in first])
    assert sorted(seen.tolist()) == list(range(100, 100 + sum(lengths)))
    assert all(
        torch.equal(a["input_ids"], b["input_ids"]) for a, b in zip(first, again, strict=True)
    )


def test_eva_without_enough_tokens_is_refused(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    short = replace(data.train[0], instruction="?", output="!")
    few = TuningData(train=[short], validation=[], documents=[])
    method = make_method("lora", init="eva", r=16, max_steps=1)
    with pytest.raises(DataError, match=r"eva looks for 32 directions .* have \d+ tokens"):
        method.tune(ref, few, context)


@pytest.mark.parametrize(("init", "layer"), [("pissa", "k_proj"), ("olora", "k_proj")])
def test_a_rank_beyond_what_a_layer_has_is_refused_with_the_layer(
    tune: Make, init: str, layer: str
) -> None:
    with pytest.raises(RecipeError, match=rf"can take at most 16 in model\.layers\.0\..*{layer}"):
        tune(init=init, r=20)


def test_an_orthogonal_start_of_odd_rank_is_refused_before_anything_runs() -> None:
    with pytest.raises(ValidationError, match="needs an even r, and 3 is odd"):
        LoraConfig(init="orthogonal", r=3)


@pytest.mark.parametrize("settings", [{"quantise": "nf4"}, {"dora": True}, {"bias": "all"}])
def test_a_start_that_moves_weights_is_refused_with_what_does_not_go_with_it(
    settings: Mapping[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="init: pissa"):
        LoraConfig.model_validate({"init": "pissa", **settings})


def test_dora_is_a_direction_and_a_magnitude(tune: Make, ref: ModelRef) -> None:
    # Liu et al. 2024, equation 5: W' = m (W + BA) / ||W + BA||, by output here.
    result = tune(dora=True, r=4, alpha=8, targets=["q_proj"], learning_rate=1e-2)
    found = weights_of(result)
    base = load(ref, dtype="float64").model.get_submodule(Q).weight
    updated = base + 8 / 4 * (found[f"{Q}.lora_B.weight"] @ found[f"{Q}.lora_A.weight"]).double()
    magnitude = found[f"{Q}.lora_magnitude_vector"].double()
    expected = magnitude[:, None] * updated / updated.norm(dim=1, keepdim=True)
    merged = load(result, dtype="float64").model.get_submodule(Q).weight
    torch.testing.assert_close(merged, expected, rtol=1e-6, atol=1e-7)
    assert (magnitude - base.norm(dim=1)).abs().max() > 1e-4


def test_only_the_top_layers_learn_and_nothing_below_is_passed_backward(
    tune: Make, ref: ModelRef, make_method: Make
) -> None:
    assert {name.split(".")[2] for name in weights_of(tune(top_layers=1))} == {"1"}
    model = make_method("lora", top_layers=1).wrap(load(ref).model)
    states = model(torch.arange(2, 20)[None], output_hidden_states=True).hidden_states
    assert [state.requires_grad for state in states] == [False, False, True]


def test_more_top_layers_than_there_are_is_refused(tune: Make) -> None:
    with pytest.raises(RecipeError, match=r"lora\.top_layers: 3, but the model has 2 layers"):
        tune(top_layers=3)


def test_biases_of_a_bfloat16_model_learn_in_float32(
    make_method: Make, family_folder: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    base = ModelRef(base=str(family_folder("gpt_neox")), template=ref.template)
    method = make_method("lora", bias="all", precision="bfloat16", max_steps=1)
    found = weights_of(method.tune(base, data, context))
    assert {weight.dtype for weight in found.values()} == {torch.float32}
    assert any(name.endswith("layernorm.bias") for name in found)


@pytest.mark.skipif(torch.cuda.is_available(), reason="works on CUDA")
def test_dora_on_8_bit_weights_is_refused_on_a_cpu(tune: Make) -> None:
    with pytest.raises(RecipeError, match=r"lora\.quantise: dora does not work on 8-bit weights"):
        tune(dora=True, quantise="int8")


def test_layers_in_8_bits_are_not_talked_about(
    make_method: Make,
    family_folder: Make,
    ref: ModelRef,
    data: TuningData,
    context: Context,
    capfd: pytest.CaptureFixture[str],
) -> None:
    base = ModelRef(base=str(family_folder("llama")), template=ref.template)
    make_method("lora", quantise="int8", max_steps=1).tune(base, data, context)
    assert "float16" not in "".join(capfd.readouterr())
