import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from byeori import ModelRef
from byeori.models import (
    ModelError,
    evaluation_dtype,
    folder_fingerprint,
    load,
    write_adapter_record,
)

# peft asks transformers for an attribute by its old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

Reference = Callable[..., ModelRef]
Train = Callable[..., Path]
IDS = torch.tensor([[0, 5, 17, 42, 99, 200, 311]])


def logits(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        result: torch.Tensor = model(input_ids=IDS).logits
    return result


def test_a_base_loads_as_transformers_loads_it(base: Path, reference: Reference) -> None:
    loaded = load(reference(base), device="cpu")
    plain = AutoModelForCausalLM.from_pretrained(str(base)).eval()
    assert torch.equal(logits(loaded.model), logits(plain))
    assert not loaded.model.training
    assert loaded.tokenizer.padding_side == "left"
    assert loaded.context_length == 160


def test_the_dtype_is_the_one_asked_for(base: Path, reference: Reference) -> None:
    assert load(reference(base), dtype="float64", device="cpu").model.dtype == torch.float64
    assert load(reference(base), device="cpu").model.dtype == torch.float32


@pytest.mark.parametrize(
    ("device", "dtype"), [("cpu", "float32"), ("mps", "float32"), ("cuda", "bfloat16")]
)
def test_the_dtype_of_an_evaluation_is_known_without_loading(
    monkeypatch: pytest.MonkeyPatch, device: str, dtype: str
) -> None:
    monkeypatch.setattr("byeori.models.loading.default_device", lambda: device)
    assert evaluation_dtype() == dtype


def test_a_model_is_loaded_in_the_dtype_of_evaluations(base: Path, reference: Reference) -> None:
    assert str(load(reference(base)).model.dtype) == f"torch.{evaluation_dtype()}"


@pytest.mark.parametrize("kind", ["lora", "ia3"])
def test_a_merged_adapter_answers_as_the_attached_one(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train, kind: str
) -> None:
    from peft import PeftModel

    folder = train_adapter(base, tmp_path / "adapter", kind)
    plain = AutoModelForCausalLM.from_pretrained(str(base)).eval()
    before = logits(plain)
    attached = PeftModel.from_pretrained(plain, str(folder)).eval()
    merged = load(reference(base, adapters=(str(folder),)), device="cpu").model
    assert (logits(attached) - before).abs().max() > 0.1
    torch.testing.assert_close(logits(merged), logits(attached), atol=2e-5, rtol=1e-5)


def test_adapters_are_merged_in_order(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train
) -> None:
    lora = str(train_adapter(base, tmp_path / "one", "lora"))
    ia3 = str(train_adapter(base, tmp_path / "two", "ia3"))
    both = load(reference(base, adapters=(lora, ia3)), device="cpu").model
    swapped = load(reference(base, adapters=(ia3, lora)), device="cpu").model
    assert (logits(both) - logits(swapped)).abs().max() > 1e-2
    # By hand: W' = (W + BA * alpha / r), then each row (or, in the MLP, column) scaled by IA3.
    plain = AutoModelForCausalLM.from_pretrained(str(base))
    weight = plain.model.layers[0].self_attn.q_proj.weight
    one, two = _tensors(lora), _tensors(ia3)
    name = "base_model.model.model.layers.0.self_attn.q_proj."
    delta = one[f"{name}lora_B.weight"] @ one[f"{name}lora_A.weight"] * (8 / 4)
    expected = (weight + delta) * two[f"{name}ia3_l"]
    found = both.model.layers[0].self_attn.q_proj.weight
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def _tensors(folder: str) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(Path(folder) / "adapter_model.safetensors")


def test_a_merged_model_takes_the_place_of_the_base(
    base: Path, built_bases: Callable[..., Path], reference: Reference
) -> None:
    other = built_bases("llama", 7)
    found = load(reference(base, merged_path=str(other)), device="cpu").model
    plain = AutoModelForCausalLM.from_pretrained(str(other)).eval()
    assert torch.equal(logits(found), logits(plain))


def test_an_adapter_of_another_base_is_refused_with_both_named(
    base: Path, built_bases: Callable[..., Path], tmp_path: Path, reference: Reference,
    train_adapter: Train,
) -> None:  # fmt: skip
    other = built_bases("llama", 7)
    folder = train_adapter(other, tmp_path / "adapter")
    with pytest.raises(ModelError) as caught:
        load(reference(base, adapters=(str(folder),)), device="cpu")
    for part in (str(folder), folder_fingerprint(base), folder_fingerprint(other)):
        assert part in str(caught.value)


def test_an_adapter_is_loaded_only_after_those_it_was_trained_after(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train
) -> None:
    import hashlib

    one, two = train_adapter(base, tmp_path / "one"), train_adapter(base, tmp_path / "two", "ia3")
    digest = hashlib.sha256((one / "adapter_model.safetensors").read_bytes()).hexdigest()
    write_adapter_record(two, folder_fingerprint(base), after=[f"sha256:{digest}"])
    load(reference(base, adapters=(str(one), str(two))), device="cpu")
    for wrong in ((str(two),), (str(two), str(one))):
        with pytest.raises(ModelError, match=r"two: it was trained on the base with 1 other"):
            load(reference(base, adapters=wrong), device="cpu")


def test_a_base_that_changed_since_is_refused(base: Path, reference: Reference) -> None:
    with pytest.raises(ModelError, match="the files have changed"):
        load(reference(base, base_fingerprint="sha256:0"), device="cpu")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("byeori.json", None, "byeori.json: missing, so the base"),
        ("byeori.json", b"[]", "byeori.json: expected a JSON object"),
        ("byeori.json", b"{}", "byeori.json: expected a JSON object"),
        ("byeori.json", b"{", "byeori.json: expected a JSON object"),
        ("adapter_config.json", None, "adapter_config.json is missing"),
        ("adapter_model.safetensors", None, "adapter_model.safetensors is missing"),
        ("adapter_model.safetensors", b"", "not a whole safetensors file"),
        ("adapter_model.safetensors", b"\xff" * 64, "not a whole safetensors file"),
    ],
)
def test_a_broken_adapter_names_its_file(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train,
    file: str, content: bytes | None, message: str,
) -> None:  # fmt: skip
    folder = train_adapter(base, tmp_path / "adapter")
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=message):
        load(reference(base, adapters=(str(folder),)), device="cpu")


def test_an_adapter_with_a_tensor_lost_is_refused(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train
) -> None:
    from safetensors.torch import save_file

    folder = train_adapter(base, tmp_path / "adapter")
    tensors = _tensors(str(folder))
    tensors.pop(sorted(tensors)[0])
    save_file(tensors, folder / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=r"weights do not match adapter_config.json \(missing"):
        load(reference(base, adapters=(str(folder),)), device="cpu")


def test_an_adapter_of_another_shape_does_not_fit(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train
) -> None:
    folder = train_adapter(base, tmp_path / "adapter")
    config = json.loads((folder / "adapter_config.json").read_text())
    config["r"] = 8
    (folder / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="does not fit the model"):
        load(reference(base, adapters=(str(folder),)), device="cpu")


def test_an_adapter_with_nan_weights_is_refused(
    base: Path, tmp_path: Path, reference: Reference, train_adapter: Train
) -> None:
    from safetensors.torch import save_file

    folder = train_adapter(base, tmp_path / "adapter")
    tensors = _tensors(str(folder))
    tensors[sorted(tensors)[0]][0, 0] = float("nan")
    save_file(tensors, folder / "adapter_model.safetensors")
    with pytest.raises(ModelError, match="cannot be merged"):
        load(reference(base, adapters=(str(folder),)), device="cpu")


def test_truncated_weights_name_their_file(base: Path, reference: Reference) -> None:
    path = base / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"model\.safetensors: not a whole safetensors file"):
        load(reference(base), device="cpu")


def test_missing_weights_are_refused_and_not_made_up(base: Path, reference: Reference) -> None:
    from safetensors.torch import load_file, save_file

    path = base / "model.safetensors"
    tensors = load_file(path)
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"1 weights are missing .*layers\.1\.mlp\.up_proj"):
        load(reference(base), device="cpu")


def test_weights_of_another_shape_than_the_configuration_are_refused(
    base: Path, reference: Reference
) -> None:
    config = json.loads((base / "config.json").read_text())
    config["intermediate_size"] = 48
    (base / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"cannot load it|another shape"):
        load(reference(base), device="cpu")


def test_code_from_a_model_folder_is_never_run(base: Path, reference: Reference) -> None:
    config = json.loads((base / "config.json").read_text())
    config["model_type"] = "unheard-of"
    config["auto_map"] = {
        "AutoConfig": "evil.EvilConfig",
        "AutoModelForCausalLM": "evil.EvilModel",
    }
    (base / "config.json").write_text(json.dumps(config))
    (base / "evil.py").write_text(f"open({str(base / 'ran')!r}, 'w')\n")
    with pytest.raises(ModelError, match="cannot load it"):
        load(reference(base), device="cpu")
    assert not (base / "ran").exists()


def test_a_broken_tokenizer_is_told(base: Path, reference: Reference) -> None:
    (base / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match="tokenizer"):
        load(reference(base), device="cpu")


def test_loading_says_nothing_on_the_terminal(
    base: Path, reference: Reference, capfd: pytest.CaptureFixture[str]
) -> None:
    load(reference(base), device="cpu")
    assert capfd.readouterr() == ("", "")
