"""What holds for every tuning method: one set of tests, run on each."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from byeori import Context, ModelRef, TuningData
from byeori.models import load

METHODS = ["lora", "ia3", "full"]
pytestmark = pytest.mark.parametrize("name", METHODS)
Make = Callable[..., Any]


@pytest.fixture
def tuned(name: str, tuned_by: Make) -> Any:
    return tuned_by(name)


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.arange(2, 40)[None]).logits


def test_the_same_input_gives_the_same_bytes_and_another_seed_does_not(
    tuned: Any, name: str, make_method: Make, context_in: Make, folder_bytes: Make
) -> None:
    same, other = context_in("same"), context_in("other", seed=8)
    for context in (same, other):
        make_method(name).tune(tuned.base, tuned.data, context)
    assert folder_bytes(same.output) == folder_bytes(tuned.output)
    assert folder_bytes(other.output) != folder_bytes(tuned.output)


def test_the_result_differs_from_the_base_and_answers_alike_each_time_it_is_loaded(
    tuned: Any,
) -> None:
    before, after = logits(load(tuned.base).model), logits(load(tuned.result).model)
    assert (before - after).abs().max() > 1e-3
    assert torch.equal(after, logits(load(tuned.result).model))


def test_the_artifact_holds_safetensors_and_json_and_no_path(
    tuned: Any, folder_bytes: Make, model_folder: Path
) -> None:
    files = folder_bytes(tuned.output)
    assert {Path(path).suffix for path in files} <= {".safetensors", ".json", ".jinja"}
    for path, content in files.items():
        assert str(model_folder.parents[1]).encode() not in content, path


def test_the_result_keeps_the_base_and_the_prompt_template(tuned: Any) -> None:
    result = tuned.result
    assert (result.base, result.template) == (tuned.base.base, tuned.base.template)
    assert result.base_fingerprint.startswith("sha256:")


def test_the_record_counts_examples_tokens_and_parameters(tuned: Any, name: str) -> None:
    record = json.loads((tuned.output / "training.json").read_text())
    assert record["method"] == f"{name}@2"
    assert record["train_examples"] == len(tuned.data.train)
    assert record["validation_examples"] == len(tuned.data.validation)
    assert record["dropped"] == {"train": {}, "validation": {}}
    assert 0 < record["supervised_tokens"] < record["total_tokens"]
    base = load(tuned.base).model.num_parameters()
    if name == "full":
        assert record["trainable_parameters"] == record["total_parameters"] == base
    else:
        assert record["total_parameters"] == base + record["trainable_parameters"]
    assert record["steps"] == 6
    points = record["losses"]
    assert [point["step"] for point in points] == [1, 2, 3, 4, 5, 6]
    assert all(point["loss"] > 0 and point["learning_rate"] > 0 for point in points)
    assert sum("validation_loss" in point for point in points) == 5


def test_training_lowers_the_loss(
    name: str, make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    rate = {"lora": 3e-2, "ia3": 0.5, "full": 1e-2}[name]
    method = make_method(name, max_steps=30, learning_rate=rate, evaluations=2, checkpoints=1)
    method.tune(ref, data, context)
    losses = json.loads((context.output / "training.json").read_text())["losses"]
    assert losses[-1]["loss"] < 0.99 * losses[0]["loss"]


def test_tuning_goes_on_from_a_tuned_model(
    name: str, make_method: Make, tuned: Any, context: Context
) -> None:
    further = make_method(name).tune(tuned.result, tuned.data, context)
    if name == "full":
        assert further.adapters == ()
        assert further.merged_path != tuned.result.merged_path
    else:
        assert further.adapters[:-1] == tuned.result.adapters
        assert len(further.adapters) == 2
        record = json.loads((Path(further.adapters[-1]) / "byeori.json").read_text())
        first = Path(further.adapters[0]) / "adapter_model.safetensors"
        assert record["after"] == ["sha256:" + hashlib.sha256(first.read_bytes()).hexdigest()]
    difference = logits(load(further).model) - logits(load(tuned.result).model)
    assert difference.abs().max() > 1e-3


def test_gradient_checkpointing_still_trains(
    name: str, make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    tuned = make_method(name, gradient_checkpointing=True).tune(ref, data, context)
    assert (logits(load(ref).model) - logits(load(tuned).model)).abs().max() > 1e-3


def test_bfloat16_keeps_what_learns_in_float32(
    name: str, make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    tuned = make_method(name, precision="bfloat16").tune(ref, data, context)
    if name == "full":
        weights = load_file(Path(tuned.merged_path or "") / "model.safetensors")
        assert {weight.dtype for weight in weights.values()} == {torch.bfloat16}
    else:
        weights = load_file(Path(tuned.adapters[0]) / "adapter_model.safetensors")
        assert {weight.dtype for weight in weights.values()} == {torch.float32}
    assert logits(load(tuned).model).isfinite().all()


def test_deterministic_kernels_are_asked_for_during_training_only(
    name: str, make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    seen: list[bool] = []

    class Watching:
        def track(self, rows: Any, **kwargs: Any) -> Iterator[Any]:
            for row in rows:
                seen.append(torch.are_deterministic_algorithms_enabled())
                yield row

        def message(self, text: str) -> None: ...

    watched = Context("t", 1, context.output, context.scratch, progress_display=Watching())
    make_method(name).tune(ref, data, watched)
    assert seen
    assert all(seen)
    assert not torch.are_deterministic_algorithms_enabled()
