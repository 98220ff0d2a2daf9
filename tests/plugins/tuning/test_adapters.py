"""Adapters and models as others read them, the layers they go on, and methods from outside."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from byeori import Context, ModelRef, PluginError, RecipeError, TuningData
from byeori.models import folder_fingerprint, load
from byeori_plugins.tuning import SupervisedTuning, TrainingConfig
from byeori_plugins.tuning.methods.ia3 import find_layers

Make = Callable[..., Any]
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.arange(2, 40)[None]).logits


@pytest.mark.parametrize("name", ["lora", "ia3"])
def test_peft_alone_loads_the_adapter_and_answers_the_same(
    name: str, tuned_by: Make, model_folder: Path
) -> None:
    from peft import PeftModel

    tuned = tuned_by(name).result
    base = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    alone = PeftModel.from_pretrained(base, tuned.adapters[0]).eval()
    torch.testing.assert_close(logits(alone), logits(load(tuned).model), rtol=0, atol=2e-5)


def test_transformers_alone_loads_the_fully_tuned_model_and_its_tokenizer(tuned_by: Make) -> None:
    tuned = tuned_by("full").result
    alone = AutoModelForCausalLM.from_pretrained(tuned.merged_path, dtype=torch.float32)
    assert torch.equal(logits(alone), logits(load(tuned).model))
    assert alone.config.use_cache
    tokenizer = AutoTokenizer.from_pretrained(tuned.merged_path)
    original = AutoTokenizer.from_pretrained(tuned.base)
    assert tokenizer("철 26").input_ids == original("철 26").input_ids


def test_an_adapter_says_what_it_was_trained_on_and_how(tuned_by: Make) -> None:
    tuned = tuned_by("lora")
    folder = Path(tuned.result.adapters[0])
    assert sorted(path.name for path in folder.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
        "byeori.json",
    ]
    record = json.loads((folder / "byeori.json").read_text())
    assert record["base_fingerprint"] == tuned.result.base_fingerprint
    assert record["method"] == "lora@2"
    assert record["prompt_template"]["template"] == tuned.base.template.template
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == record["base_fingerprint"]  # no path
    assert config["target_modules"] == sorted(config["target_modules"])
    layers = {name.rpartition(".")[2] for name in config["target_modules"]}
    assert layers == {"down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"}


def test_an_adapter_on_a_whole_model_does_not_pass_for_one_on_the_base(
    make_method: Make, tuned_by: Make, context: Context
) -> None:
    whole = tuned_by("full")
    tuned = make_method("ia3", max_steps=1).tune(whole.result, whole.data, context)
    folder = Path(tuned.adapters[0])
    config = json.loads((folder / "adapter_config.json").read_text())
    record = json.loads((folder / "byeori.json").read_text())
    assert config["base_model_name_or_path"] == record["base_fingerprint"]
    assert record["base_fingerprint"] == folder_fingerprint(Path(whole.result.merged_path))
    assert record["base_fingerprint"] != tuned.base_fingerprint


def test_a_wrong_target_is_refused_with_the_real_ones(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    with pytest.raises(RecipeError) as error:
        make_method("lora", targets=["q_proj", "v_prjo"]).tune(ref, data, context)
    message = str(error.value)
    assert message.startswith("lora.targets: the model has no layer v_prjo; did you mean v_proj?")
    assert "down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj" in message
    assert "lm_head" not in message


def test_chosen_targets_alone_are_tuned(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    from safetensors.torch import load_file

    tuned = make_method("lora", targets=["q_proj", "v_proj"], rslora=True).tune(ref, data, context)
    weights = load_file(Path(tuned.adapters[0]) / "adapter_model.safetensors")
    assert {name.split(".")[-3] for name in weights} == {"q_proj", "v_proj"}


@pytest.mark.parametrize(
    ("family", "targets", "feedforward"),
    [
        ("GPTNeoX", {"query_key_value", "dense_4h_to_h"}, {"dense_4h_to_h"}),
        ("Olmo2", {"k_proj", "v_proj", "down_proj"}, {"down_proj"}),
    ],
)
def test_ia3_finds_its_layers_in_known_and_in_unknown_families(
    family: str, targets: set[str], feedforward: set[str]
) -> None:
    import transformers

    config = getattr(transformers, f"{family}Config")(
        vocab_size=32,
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
    )
    model = getattr(transformers, f"{family}ForCausalLM")(config)
    found = find_layers(model)
    assert (set(found[0]), set(found[1])) == (targets, feedforward)


class LastLayer(SupervisedTuning[TrainingConfig]):
    """A method from outside: what the documentation shows."""

    name = "last-layer"
    config_model = TrainingConfig

    def wrap(self, model: Any) -> Any:
        model.requires_grad_(False)
        model.get_decoder().layers[-1].requires_grad_(True)
        return model


class Nothing(LastLayer):
    """One that forgot to say what learns."""

    def wrap(self, model: Any) -> Any:
        return model.requires_grad_(False)


def test_a_method_from_outside_trains_what_it_chose_and_nothing_else(
    ref: ModelRef, data: TuningData, context: Context
) -> None:
    tuned = LastLayer(TrainingConfig(max_steps=3, learning_rate=1e-2)).tune(ref, data, context)
    before = load(ref).model.state_dict()
    changed = {
        name
        for name, weight in load(tuned).model.state_dict().items()
        if not torch.equal(weight, before[name])
    }
    assert changed
    assert all(name.startswith("model.layers.1.") for name in changed)


def test_a_method_that_leaves_nothing_to_learn_is_the_plugins_fault(
    ref: ModelRef, data: TuningData, context: Context
) -> None:
    with pytest.raises(PluginError, match=r"Nothing\.wrap left no weight with requires_grad"):
        Nothing(TrainingConfig(max_steps=1)).tune(ref, data, context)


def test_importing_the_methods_imports_no_torch() -> None:
    code = "import sys, byeori_plugins.tuning; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for heavy in ("torch", "transformers", "peft", "datasets", "numpy"):
        assert f"'{heavy}'" not in done.stdout


def test_nothing_is_trained_on_an_adapter_that_cannot_be_merged(
    ref: ModelRef, data: TuningData, make_method: Make, context_in: Make
) -> None:
    from byeori_plugins.tuning import LlamaAdapter, LlamaAdapterConfig

    settings = LlamaAdapterConfig(max_steps=2, batch_size=2, adapter_len=2)
    live = LlamaAdapter(settings).tune(ref, data, context_in("live"))
    assert load(live).live == "ADAPTION_PROMPT"
    with pytest.raises(RecipeError) as error:
        make_method("lora").tune(live, data, context_in("on top"))
    (mistake,) = error.value.mistakes
    assert mistake.path == "lora.from" and "last stage of the chain" in mistake.message


def test_without_bitsandbytes_a_quantised_base_is_refused_with_what_to_install(
    ref: ModelRef,
    data: TuningData,
    make_method: Make,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from byeori_plugins.tuning.methods import quantised

    monkeypatch.setattr(quantised.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RecipeError, match=r"byeori\[quantised\]") as error:
        make_method("lora", quantise="nf4").tune(ref, data, context)
    assert error.value.mistakes[0].path == "lora.quantise"


def test_a_quantised_base_may_have_adapters_below(
    ref: ModelRef, data: TuningData, make_method: Make, context_in: Make
) -> None:
    first = make_method("lora").tune(ref, data, context_in("first"))
    second = make_method("lora", quantise="nf4").tune(first, data, context_in("second"))
    assert second.adapters[:1] == first.adapters and len(second.adapters) == 2
    assert (logits(load(second).model) - logits(load(first).model)).abs().max() > 1e-4
