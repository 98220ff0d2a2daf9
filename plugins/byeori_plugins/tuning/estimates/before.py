"""What a training will take, told before any weights are there: `byeori run --dry-run`."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

from byeori import Context, Estimate, ModelRef, TuningData
from byeori.estimates import exactly
from byeori.models.loading import default_device
from byeori_plugins.tuning.batches.fit import expected
from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import TokenDataset
from byeori_plugins.tuning.batches.steps import how_much_at_once
from byeori_plugins.tuning.batches.switch import plain_model
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.order import order_of_run
from byeori_plugins.tuning.distributed.config import Distributed
from byeori_plugins.tuning.distributed.launch import count_processes
from byeori_plugins.tuning.distributed.memory import held
from byeori_plugins.tuning.estimates.activations import activations
from byeori_plugins.tuning.estimates.memory import memory_bounds
from byeori_plugins.tuning.estimates.rate import matmul_rate
from byeori_plugins.tuning.estimates.watch import duration, gigabytes
from byeori_plugins.tuning.estimates.work import Work, flops, size_of, work_of
from byeori_plugins.tuning.speed.attention import MOST_WEIGHTS
from byeori_plugins.tuning.training.process import compute_activations_again

if TYPE_CHECKING:
    from byeori_plugins.tuning.data.material import Material
    from byeori_plugins.tuning.method import SupervisedTuning

_LEAST, _MOST = 0.7, 6.0
"""Time of a run over its operations divided by the rate of one product: a larger product may be
faster; what is no product, and the optimiser, evaluations and checkpoints, come on top."""

_EACH_LAYER = 0.01
"""Seconds that a layer takes forward and backward at most, however little there is to compute."""

_AROUND = 5.0
"""Seconds at most before the first step, between steps, and after the last one."""

_LEAST_KEPT = {"float32": 0.7, "bfloat16": 0.5}
_MOST_KEPT = 1.3
"""What the backward pass keeps, over what is traced: layers and loss are computed otherwise in
training, and with bfloat16 about half of it is as wide."""

_QUANTISED = {"int8": 1.01, "nf4": 0.53, "fp4": 0.53}
"""Bytes of a weight, its share of the scales among them (arXiv:2305.14314, section 3)."""


def before_training(
    method: "SupervisedTuning[Any]", ref: ModelRef, data: TuningData | None, context: Context
) -> Iterator[Estimate]:
    """What is known of a run: of its weights always, of its data, time and memory with data.

    Raises:
        RecipeError: it cannot be distributed as asked for, here.
    """
    loaded, model = method.outline(ref, context)
    yield _weights(model)
    if (spread := method.config.distributed) is not None:
        yield from _shared(model, method.config, spread, context.stage)
    if data is None:
        if method.config.distributed is None:
            yield _memory(model, method.config, 0.0, math.inf, 0.0)
        return
    learnt = method.material(loaded, ref, data, context)
    epochs = method.epochs(learnt.train, data, context)
    order = order_of_run(method.config, epochs, learnt.documents, context.seed)
    found = expected(model, method.config.wanted_layout)
    at_once = how_much_at_once(method.config, torch.device(default_device()).type)
    dataset, batches = TokenDataset(learnt.train), Batches(model, found, 0, at_once)
    work = work_of(order, dataset, batches, 1)
    yield from _counts(learnt, work, found.kind)
    yield from _costs(model, method.config, work, batches, dataset)


def _weights(model: Any) -> Estimate:
    sizes = [(weight.numel(), weight.requires_grad) for weight in model.parameters()]
    learnt, total = sum(n for n, learns in sizes if learns), sum(n for n, _ in sizes)
    text = f"{learnt:,} of {total:,} weights learn ({learnt / total:.2%})"
    return exactly("trainable_parameters", learnt, text)


def _shared(
    model: Any, config: TrainingConfig, spread: Distributed, stage: str
) -> Iterator[Estimate]:
    """Bytes of each process, where it is known how many there are: more machines tell it later."""
    if spread.machines > 1:
        return
    processes = count_processes(config, spread, stage)
    each = held(
        spread,
        processes,
        sum(weight.numel() for weight in model.parameters() if weight.requires_grad),
        frozen=_held(model, getattr(config, "quantise", None), frozen=True),
        low_precision=config.precision == "bfloat16",
    )
    text = (
        f"{gigabytes(each.accelerator)} for weights, gradients and optimiser in each of "
        f"{processes} processes, at least {gigabytes(each.model)} of it at any time"
    )
    yield Estimate("memory_bytes", round(each.model), round(each.accelerator), text)


def _counts(learnt: "Material", work: Work, layout: str) -> Iterator[Estimate]:
    train, unit = learnt.train, "examples" if learnt.unit == "examples" else "rows of documents"
    dropped = sum(train.dropped.values())
    left_out = f", {dropped:,} left out" if dropped else ""
    yield exactly("examples", len(train), f"{len(train):,} {unit} to train on{left_out}")
    validation = 0 if learnt.validation is None else len(learnt.validation)
    yield exactly("validation_examples", validation, f"{validation:,} {unit} for validation")
    yield exactly("tokens", train.total, f"{train.total:,} tokens, {train.supervised:,} learnt")
    text = f"{work.steps:,} optimiser steps, {work.examples:,} {unit} in all"
    yield exactly("steps", work.steps, text)
    text = f"{work.padding:.1%} of padded rows would be padding"
    yield exactly("padding_share_if_padded", round(work.padding, 4), text)
    text = f"{work.computed:.1%} of the tokens are computed, if batches are {layout}"
    yield exactly("computed_tokens_over_tokens", round(work.computed, 4), text)


def _costs(
    model: Any, config: TrainingConfig, work: Work, batches: Batches, dataset: TokenDataset
) -> Iterator[Estimate]:
    """Operations; and where one process trains, time and memory."""
    operations = flops(work, size_of(model), checkpointing=config.gradient_checkpointing)
    yield exactly("floating_point_operations", operations, f"{operations:.2e} operations")
    if config.distributed is not None:
        return
    rows, _ = work.largest
    batch = batches.collate([dataset[row] for row in rows])
    yield _seconds(model, config, work, operations)
    shape = batch["input_ids"].shape
    found = activations(model, (shape[0], shape[1]), int((batch["labels"] >= 0).sum()))
    if found is None:
        yield _memory(model, config, 0.0, math.inf, 0.0)
        return
    low = _LEAST_KEPT[config.precision] * found.kept
    high = _MOST_KEPT * found.with_pairs + _pairs_kept(model, config, work)
    if config.gradient_checkpointing:  # the last layer keeps what it has
        high += _MOST_KEPT * _of_a_layer(model, (shape[0], shape[1]))
    yield _memory(model, config, low, high, found.largest)


def _seconds(model: Any, config: TrainingConfig, work: Work, operations: float) -> Estimate:
    device, settings = default_device(), plain_model(model).config.get_text_config()
    rows = min(max(work.largest[1], 16), 4096)
    rate = matmul_rate(device, getattr(torch, config.precision), rows, settings.hidden_size)
    slow = rate
    if device == "cpu" and config.precision != "float32":  # attention and norms stay in float32
        slow = min(rate, matmul_rate(device, torch.float32, rows, settings.hidden_size))
    micro_batches = work.steps + 2 * work.computed_tokens / work.largest[1]
    passes = micro_batches * settings.num_hidden_layers
    low = _LEAST * operations / rate
    high = _MOST * operations / slow + passes * _EACH_LAYER + _AROUND
    text = (
        f"about {duration(low)} to {duration(high)}, by the {rate / 1e9:,.0f} billion operations a "
        f"second of a product of matrices here ({device})"
    )
    return Estimate("seconds", round(low, 3), round(high, 3), text)


def _pairs_kept(model: Any, config: TrainingConfig, work: Work) -> float:
    """Bytes at most of the weights of pairs of tokens that attention on the CPU keeps."""
    if default_device() != "cpu" or config.precision != "float32":
        return 0.0
    settings = plain_model(model).config.get_text_config()
    pairs = settings.num_attention_heads * work.pairs * work.largest[1]
    layers = 1 if config.gradient_checkpointing else settings.num_hidden_layers
    kept: float = layers * min(MOST_WEIGHTS, 2 * pairs) * torch.float32.itemsize
    return kept


def _of_a_layer(model: Any, shape: tuple[int, int]) -> float:
    """Bytes that one layer keeps where it is not computed again."""
    base = plain_model(model)
    base.activation_checkpointing_disable()
    found = activations(model, shape, 1)
    compute_activations_again(base)
    layers: int = base.config.get_text_config().num_hidden_layers
    return 0.0 if found is None else found.with_pairs / layers


def _memory(
    model: Any, config: TrainingConfig, low: float, high: float, largest: float
) -> Estimate:
    """Of weights, gradients and optimiser states; and of what is kept, between bounds."""
    held = _held(model, getattr(config, "quantise", None))
    weights, optimizer = list(model.parameters()), config.optimizer
    least, _ = memory_bounds(weights, optimizer, low, largest, held=held)
    _, most = memory_bounds(weights, optimizer, high, largest, held=held)
    if math.isinf(most):
        text = f"at least {gigabytes(least)} of memory for weights, gradients and optimiser"
    else:
        text = f"{gigabytes(least)} to {gigabytes(most)} of memory for the model"
    return Estimate("memory_bytes", round(least), most if math.isinf(most) else round(most), text)


def _held(model: Any, quantise: str | None, *, frozen: bool = False) -> float:
    """Bytes of the weights, or of the frozen ones; the frozen matrices of the layers quantised."""
    base = plain_model(model)
    output = base.get_output_embeddings()
    whole = {id(base.get_input_embeddings().weight), id(getattr(output, "weight", None))}
    total = 0.0
    for weight in model.parameters():
        if frozen and weight.requires_grad:
            continue
        size = weight.element_size()
        if quantise is not None and not weight.requires_grad:
            layer = weight.dim() == 2 and id(weight) not in whole
            size = _QUANTISED[quantise] if layer else torch.float32.itemsize
        total += weight.numel() * size
    return total
