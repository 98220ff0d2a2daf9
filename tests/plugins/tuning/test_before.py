"""What a dry run tells of a training agrees with what the training says and takes."""

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, ModelRef, RecipeError, TuningData
from byeori.cli.main import run
from byeori_plugins.tuning import Full, Lora, Pretraining, Together
from byeori_plugins.tuning.training.process import quiet

FAMILIES = ("llama", "mistral", "qwen3", "gemma3_text", "gpt_neox", "bloom")
Make = Callable[..., Any]
Folder = Callable[[str], Path]


def told(method: Any, ref: ModelRef, data: TuningData | None, context: Context) -> Any:
    return {estimate.name: estimate for estimate in method.estimate(ref, data, context)}


def taken(method: Any, ref: ModelRef, data: TuningData, context: Context) -> dict[str, float]:
    measured: dict[str, float] = {}
    method.tune(ref, data, replace(context, on_measure=measured.update))
    return measured


CASES: list[tuple[str, str, dict[str, Any]]] = [
    *((family, "full", {}) for family in FAMILIES),
    ("llama", "lora", {}),
    ("llama", "ia3", {}),
    *((family, "lora", {"layout": "padded"}) for family in ("llama", "bloom")),
    *((family, "full", {"gradient_checkpointing": True}) for family in ("llama", "bloom")),
]


@pytest.mark.parametrize(("family", "name", "settings"), CASES)
def test_it_counts_what_the_training_counts_and_bounds_what_it_takes(
    family: str,
    name: str,
    settings: dict[str, Any],
    family_folder: Folder,
    make_method: Make,
    ref: ModelRef,
    data: TuningData,
    context_in: Make,
) -> None:
    base = replace(ref, base=str(family_folder(family)))
    method = make_method(name, max_steps=3, batch_size=8, micro_batch_size=8, **settings)
    before = told(method, base, data, context_in("before"))
    after = taken(method, base, data, context_in("after"))
    for exact in ("steps", "padding_share_if_padded", "computed_tokens_over_tokens"):
        assert before[exact].low == before[exact].high == after[exact], exact
    operations = before["floating_point_operations"].low
    assert operations == pytest.approx(after["floating_point_operations"])
    seconds, memory = before["seconds"], before["memory_bytes"]
    assert seconds.low <= after["seconds"]
    # The training's own bounds are of tensors that it had; half of them may be attention's.
    assert memory.low <= after["estimated_memory_bytes_low"] * 1.05
    assert memory.high >= after["estimated_memory_bytes_high"] * 0.95
    assert memory.high < 6 * memory.low


def test_no_weights_are_read(
    ref: ModelRef, data: TuningData, make_method: Make, context_in: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(ref.base, folder)
    expected = told(make_method("full"), ref, data, context_in("whole"))
    (folder / "model.safetensors").write_bytes(b"")
    found = told(make_method("full"), replace(ref, base=str(folder)), data, context_in("empty"))
    assert found.keys() == expected.keys()
    assert found["memory_bytes"] == expected["memory_bytes"]


def test_without_data_only_what_the_weights_say_is_told(
    ref: ModelRef, make_method: Make, context: Context
) -> None:
    found = told(make_method("full"), ref, None, context)
    assert list(found) == ["trainable_parameters", "memory_bytes"]
    weights = found["trainable_parameters"].low * 4
    # Weights, gradients, and the two moments of AdamW.
    assert found["memory_bytes"].low == 4 * weights
    assert found["memory_bytes"].high == math.inf
    sgd = told(make_method("full", optimizer="sgd"), ref, None, context)
    assert sgd["memory_bytes"].low == 2 * weights


METHODS: dict[str, tuple[Any, dict[str, Any]]] = {
    "dora": (Lora, {"dora": True}),
    "pissa": (Lora, {"init": "pissa", "r": 4}),
    "olora": (Lora, {"init": "olora", "r": 4}),
    "eva": (Lora, {"init": "eva", "r": 4}),
    "orthogonal": (Lora, {"init": "orthogonal", "r": 4}),
    "bias": (Lora, {"bias": "all"}),
    "bfloat16": (Lora, {"precision": "bfloat16"}),
    "top": (Lora, {"top_layers": 1}),
    "neftune": (Full, {"neftune_alpha": 5.0}),
    "documents": (Pretraining, {"max_length": 48}),
    "together": (
        Together,
        {
            "parts": [
                {"method": "lora", "targets": ["q_proj"]},
                {"method": "ia3", "targets": ["down_proj"], "feedforward": ["down_proj"]},
                {"method": "tokens", "tokens": ["e"]},
            ]
        },
    ),
}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_tells_as_many_weights_as_it_then_trains(
    name: str, ref: ModelRef, data: TuningData, corpus: TuningData, context_in: Make
) -> None:
    cls, settings = METHODS[name]
    config = {"max_steps": 1, "batch_size": 4, **settings}
    method = cls(cls.config_model.model_validate(config))
    rows = corpus if name == "documents" else data
    found = told(method, ref, rows, context_in("before"))
    context = context_in("after")
    method.tune(ref, rows, context)
    record = json.loads((context.output / "training.json").read_text())
    # EVA hands ranks from layer to layer, by their inputs.
    exact = 0.05 if name == "eva" else 0
    assert found["trainable_parameters"].low == pytest.approx(record["trainable_parameters"], exact)
    assert math.isfinite(found["memory_bytes"].high)


@pytest.mark.parametrize(("kind", "exact"), [("int8", 0.01), ("nf4", 0.02)])
def test_a_quantised_base_is_told_at_its_size(
    kind: str, exact: float, family_folder: Folder, ref: ModelRef, context_in: Make
) -> None:
    pytest.importorskip("bitsandbytes")
    base = replace(ref, base=str(family_folder("llama")))
    method = Lora(Lora.config_model(quantise=kind))
    with quiet():
        model = method.load(base, context_in("loaded")).model
    held = sum(weight.numel() * weight.element_size() for weight in model.parameters())
    found = told(method, base, None, context_in("told"))
    learnt = found["trainable_parameters"].low * 4
    assert found["memory_bytes"].low == pytest.approx(held + 4 * learnt, rel=exact)


def test_where_several_processes_train_the_memory_of_each_is_told_and_no_time(
    ref: ModelRef, data: TuningData, make_method: Make, context: Context
) -> None:
    spread = make_method("full", distributed={"strategy": "zero-2", "processes": 2})
    found = told(spread, ref, data, context)
    assert "floating_point_operations" in found
    assert "seconds" not in found
    learnt = found["trainable_parameters"].low
    assert found["memory_bytes"].low == (4 + (4 + 12) / 2) * learnt
    assert found["memory_bytes"].high > 4e9  # DeepSpeed's buckets have their size for any model


def test_what_this_machine_cannot_distribute_is_said_before_anything_is_made(
    ref: ModelRef, make_method: Make, context: Context
) -> None:
    with pytest.raises(RecipeError, match="no accelerator; say how many processes"):
        told(make_method("full", distributed="zero-2"), ref, None, context)
    elsewhere = make_method("full", distributed={"strategy": "zero-2", "nodes": 3})
    assert "memory_bytes" not in told(elsewhere, ref, None, context)


RECIPE = """\
name: mine
base_model: {path: builtin:tiny}
documents:
  - {use: csv, path: rows.csv, text: body}
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who is {{ name }}?", output: "{{ name }}"}
tuning:
  - {use: lora, r: 8, max_steps: 1, batch_size: 2}
  - {use: ia3, from: lora, max_steps: 1, batch_size: 2}
evaluators:
  - {use: generated-answers}
"""


def test_a_dry_run_shows_it_as_text_and_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"the text {n},Name{n}" for n in range(12)]
    (tmp_path / "rows.csv").write_text("\n".join(["body,name", *rows]) + "\n")
    (tmp_path / "mine.yaml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    assert run(["run", "mine.yaml", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "more is known once documents.0, examples.0 and items.generated-answers ran" in out
    assert "told as if it started from base, which has the same shape" in out
    assert run(["run", "mine.yaml", "--quiet"]) == 0
    capsys.readouterr()
    assert run(["run", "mine.yaml", "--dry-run", "--json", "--set", "tuning.lora.r=4"]) == 0
    stages = {stage["id"]: stage for stage in json.loads(capsys.readouterr().out)["stages"]}
    assert "outlook" not in stages["training"]
    outlook = stages["lora"]["outlook"]
    named = {estimate["name"]: estimate for estimate in outlook["estimates"]}
    assert named["steps"] == {"name": "steps", "low": 1, "high": 1, "text": named["steps"]["text"]}
    assert 0 < named["seconds"]["low"] < named["seconds"]["high"]
    assert (outlook["missing"], outlook["error"]) == ([], None)
    long = ["--set", "tuning.lora.max_length=3"]
    assert run(["run", "mine.yaml", "--dry-run", *long]) == 4
    shown = capsys.readouterr()
    assert "would stop; see below" in shown.out
    assert "max_length" in shown.err
