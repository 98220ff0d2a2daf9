"""The loss is the masked cross-entropy, exact however a batch is cut into micro-batches."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from byeori import Context, DataError, Example, ModelRef, TuningData
from byeori.models import load
from byeori.prompts import answer_token_ids, prompt_token_ids
from byeori_plugins.tuning.batches.head import summed_loss_of_logits
from byeori_plugins.tuning.batches.padded import IGNORED, learnt_positions, learnt_tokens
from byeori_plugins.tuning.training.advice import against_divergence

Make = Callable[..., Any]


def losses(context: Context) -> list[dict[str, float]]:
    record = json.loads((context.output / "training.json").read_text())
    return list(record["losses"])


def independent_loss(ref: ModelRef, examples: list[Example]) -> float:
    """Mean of -log p(token | before) over the answers' tokens, one example at a time, float64."""
    loaded = load(ref, dtype="float64")
    total, count = 0.0, 0
    for example in examples:
        prompt = prompt_token_ids(ref.template, example, loaded.tokenizer)
        answer = [
            *answer_token_ids(example.output, loaded.tokenizer),
            loaded.tokenizer.eos_token_id,
        ]
        with torch.no_grad():
            logits = loaded.model(torch.tensor([prompt + answer])).logits[0]
        for position, token in enumerate(answer, start=len(prompt)):
            row = logits[position - 1]
            total -= (row[token] - row.logsumexp(0)).item()
            count += 1
    return total / count


def test_training_and_validation_loss_equal_an_independent_computation(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    # One step over all examples at a vanishing rate: the loss is the base's before and after.
    method = make_method(
        "full", max_steps=1, batch_size=17, micro_batch_size=17, learning_rate=1e-12
    )
    method.tune(ref, data, context)
    (point,) = losses(context)
    assert point["loss"] == pytest.approx(independent_loss(ref, list(data.train)), rel=1e-6)
    expected = independent_loss(ref, list(data.validation))
    assert point["validation_loss"] == pytest.approx(expected, rel=1e-6)


def test_long_examples_are_learnt_in_bfloat16(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    # Float32 weights, products in bfloat16; from 64 tokens on attention has blocks in float32.
    long = [dataclasses.replace(row, instruction=row.instruction * 8) for row in data.train]
    method = make_method(
        "full", max_steps=1, batch_size=17, learning_rate=1e-12, precision="bfloat16"
    )
    method.tune(ref, TuningData(long, [], []), context)
    (point,) = losses(context)
    assert point["loss"] == pytest.approx(independent_loss(ref, long), rel=1e-2)


def test_micro_batches_of_one_and_of_all_give_the_same_losses_and_weights(
    make_method: Make, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    from safetensors.torch import load_file

    weights = []
    curves = []
    for micro in (1, 4):
        context = context_in(f"micro-{micro}")
        # Plain gradient descent: Adam would blow rounding up where a gradient is nearly zero.
        method = make_method("full", micro_batch_size=micro, optimizer="sgd", max_grad_norm=0)
        tuned = method.tune(ref, data, context)
        weights.append(load_file(Path(tuned.merged_path or "") / "model.safetensors"))
        curves.append([point["loss"] for point in losses(context)])
    assert curves[0] == pytest.approx(curves[1], rel=1e-6)
    for name, weight in weights[0].items():
        torch.testing.assert_close(weight, weights[1][name], rtol=0, atol=1e-6)


def test_the_output_layer_at_learnt_positions_gives_the_loss_and_gradient_of_all_positions() -> (
    None
):
    torch.manual_seed(3)
    hidden = torch.randn(3, 9, 5, dtype=torch.float64, requires_grad=True)
    head = torch.randn(5, 11, dtype=torch.float64)
    labels = torch.randint(0, 11, (3, 9))
    for row, (start, end) in enumerate([(2, 5), (6, 9), (3, 4)]):
        labels[row, :start] = IGNORED
        labels[row, end:] = IGNORED
    gradients = []
    for kept in (None, learnt_positions(labels)):
        logits = (hidden @ head)[:, slice(None) if kept is None else kept]
        (rows, places), learnt = learnt_tokens(labels, kept)
        flat = (rows + 1) * logits.shape[1] + places
        loss = summed_loss_of_logits(logits.flatten(0, 1), flat, learnt) / 7
        gradients.append(torch.autograd.grad(loss, hidden)[0])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0, atol=1e-14)
    reference = torch.nn.functional.cross_entropy(
        (hidden @ head)[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED
    )
    assert loss.item() * 7 == pytest.approx(reference.item() * 7, rel=1e-12)


def test_a_loss_that_is_not_a_number_stops_with_step_and_examples(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    method = make_method("full", learning_rate=1e30, max_grad_norm=0, optimizer="sgd")
    with pytest.raises(
        DataError,
        match=r"lora: the loss became (nan|inf) at step [2-6] of 6, on "
        r"examples e\d+ \(document d\d+\).*; lower learning_rate \(1e\+30\), or add warmup_steps"
        r", or set max_grad_norm: 1; and look at these$",
    ):
        method.tune(ref, data, context)
    assert not list(context.output.iterdir())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_loss_that_is_not_a_number_before_any_step_is_not_blamed_on_the_learning_rate(
    precision: str, make_method: Make, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    from safetensors.torch import load_file, save_file

    context = context_in("broken")
    folder = context.scratch / "model"
    shutil.copytree(ref.base, folder)
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"][0] = torch.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    broken = dataclasses.replace(ref, base=str(folder))
    advice = "set precision: float32, and " if precision == "bfloat16" else ""
    with pytest.raises(DataError, match="at step 1 of 6.*; no step was made yet: " + advice) as e:
        make_method("full", precision=precision, layout="padded").tune(broken, data, context)
    assert "learning_rate" not in str(e.value)
    assert ("precision" in str(e.value)) == bool(advice)


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"warmup_steps": 5}, ""),
        ({"warmup_ratio": 0.1, "max_grad_norm": 0}, ", or set max_grad_norm: 1"),
        (
            {"scheduler": "constant"},
            ", or add warmup_steps, with scheduler: constant_with_warmup",
        ),
        ({"precision": "bfloat16"}, ", or add warmup_steps, or set precision: float32"),
    ],
)
def test_advice_names_only_what_is_not_set_already(
    settings: dict[str, Any], advice: str, make_method: Make
) -> None:
    config = make_method("full", **settings).config
    assert against_divergence(config) == "lower learning_rate (0.01)" + advice


def test_weights_broken_by_the_last_step_are_not_written(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    method = make_method(
        "full",
        max_steps=1,
        learning_rate=3e38,
        max_grad_norm=0,
        optimizer="sgd",
        evaluations=0,
        weight_decay=1e6,
    )
    with pytest.raises(DataError, match=r"after the last step the weight .* holds NaN or infinity"):
        method.tune(ref, data, context)
    assert not list(context.output.iterdir())


def test_a_validation_loss_that_is_not_a_number_stops_with_its_step(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    method = make_method(
        "full",
        max_steps=2,
        learning_rate=1e30,
        max_grad_norm=0,
        optimizer="sgd",
        evaluations=2,
        early_stopping_patience=1,
    )
    with pytest.raises(
        DataError,
        match=r"lora: the validation loss became (nan|inf) at step 1; "
        r"lower learning_rate \(1e\+30\), or add warmup_steps, or set max_grad_norm: 1$",
    ):
        method.tune(ref, data, context)
    assert not list(context.scratch.rglob("best*"))


def test_early_stopping_keeps_the_weights_of_the_lowest_validation_loss(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    odd = [dataclasses.replace(row, output="zzyzx") for row in data.validation]
    data = TuningData(train=data.train, validation=odd, documents=[])
    method = make_method(
        "full", max_steps=40, learning_rate=2e-2, evaluations=20, early_stopping_patience=2
    )
    tuned = method.tune(ref, data, context)
    curve = [p["validation_loss"] for p in losses(context) if "validation_loss" in p]
    best = curve.index(min(curve))
    assert len(curve) == best + 3 < 20
    found = independent_loss(tuned, list(data.validation))
    assert found == pytest.approx(min(curve), rel=1e-5)


def test_early_stopping_without_validation_examples_is_refused(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    without = TuningData(train=data.train, validation=[], documents=[])
    with pytest.raises(DataError, match="early_stopping_patience needs validation examples"):
        make_method("lora", early_stopping_patience=1).tune(ref, without, context)
