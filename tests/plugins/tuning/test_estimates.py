"""What a training will take is told before it, and the truth lies within the bounds."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from byeori import Context, ModelRef, TuningData
from byeori.models import load
from byeori_plugins.tuning import TrainingConfig
from byeori_plugins.tuning.batches.fit import Fit, fitted
from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import TokenDataset
from byeori_plugins.tuning.batches.steps import AtOnce
from byeori_plugins.tuning.data.tokens import Tokeniser
from byeori_plugins.tuning.estimates.memory import memory_bounds
from byeori_plugins.tuning.estimates.probe import probe
from byeori_plugins.tuning.estimates.work import Size, Work, flops, size_of
from byeori_plugins.tuning.training.process import quiet

Make = Callable[..., Any]


class Lines:
    """Progress that keeps its messages."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def track(self, rows: Any, *, total: Any, unit: str, label: str) -> Any:
        yield from rows

    def message(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def train(
    make_method: Make,
    family_folder: Callable[[str], Path],
    ref: ModelRef,
    data: TuningData,
    context: Context,
) -> Make:
    def run(method: str, family: str, **settings: Any) -> tuple[dict[str, float], list[str]]:
        measured: dict[str, float] = {}
        lines = Lines()
        watched = replace(context, on_measure=measured.update, progress_display=lines)
        model = replace(ref, base=str(family_folder(family)))
        make_method(method, **settings).tune(model, data, watched)
        return measured, lines.lines

    return run


def test_the_message_says_what_there_is_and_the_events_what_it_took(train: Make) -> None:
    measured, lines = train("lora", "llama", epochs=2)
    (line,) = [line for line in lines if "examples, " in line]
    assert line.startswith("lora: 17 examples, ")
    assert "34 examples in 9 steps" in line
    assert measured["steps"] == 9
    assert measured["seconds"] > 0
    assert measured["peak_memory_bytes"] > 2**20
    assert measured["computed_tokens_over_tokens"] < 1  # the last tokens, and shared beginnings
    low, high = measured["estimated_seconds_low"], measured["estimated_seconds_high"]
    assert 0 < low < high


def test_padding_is_counted_as_it_would_be(train: Make) -> None:
    padded, _ = train("lora", "llama", layout="padded", max_steps=4)
    rows = padded["computed_tokens_over_tokens"]
    assert rows == pytest.approx(1 / (1 - padded["padding_share_if_padded"]), rel=1e-3)


@pytest.mark.parametrize("family", ["llama", "gpt_neox", "gemma3_text"])
@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize("kind", ["padded", "shared"])
def test_the_memory_of_a_step_lies_within_the_bounds(
    kind: Any,
    method: str,
    family: str,
    make_method: Make,
    family_folder: Callable[[str], Path],
    ref: ModelRef,
    data: TuningData,
    context: Context,
) -> None:
    with quiet():
        loaded = load(replace(ref, base=str(family_folder(family))))
        model = make_method(method).wrap(loaded.model)
    config = TrainingConfig()
    tokens = Tokeniser(ref.template, loaded.tokenizer, None, config, context)
    dataset, rows = TokenDataset(tokens.run(data.train, "train")), list(range(8))
    found = Fit(kind)
    with fitted(model, found) as targets:
        batches = Batches(model, found, 1, AtOnce(8, 1), targets)
        tried = probe(batches, dataset, rows, low_precision=False)
        low, high = memory_bounds(model.parameters(), "adamw_torch", tried.kept, tried.largest)
        learnt = [weight for weight in model.parameters() if weight.requires_grad]
        assert all(weight.grad is None for weight in model.parameters())
        with quiet():
            optimizer = torch.optim.AdamW(learnt, foreach=False)
            peak = _peak(model, optimizer, batches, dataset, rows)
    assert low <= peak <= high
    assert high < 4 * low


def _peak(model: Any, optimizer: Any, batches: Any, dataset: Any, rows: list[int]) -> int:
    """The weights, and the most that PyTorch's profiler sees allocated beside them in two steps."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        for _ in range(2):
            batch = batches.collate([dataset[row] for row in rows])
            batch.pop("index")
            batches.loss(model, batch).backward()
            optimizer.step()
            optimizer.zero_grad()
    events: Any = profiler.profiler.kineto_results.events()
    changes = sorted((e.start_ns(), e.nbytes()) for e in events if e.name() == "[memory]")
    assert changes
    weights = sum(weight.numel() * weight.element_size() for weight in model.parameters())
    return weights + max(itertools.accumulate(change for _, change in changes))


def test_operations_are_six_for_a_weight_in_full_tuning_and_four_with_adapters(
    family_folder: Callable[[str], Path], ref: ModelRef, make_method: Make
) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    for method in ("full", "ia3"):
        with quiet():
            loaded = load(replace(ref, base=str(family_folder("llama"))))
            model = make_method(method).wrap(loaded.model)
        loaded.model.set_attn_implementation("eager")  # the counter knows no other on the CPU
        ids = torch.arange(60)[None]
        with FlopCounterMode(display=False) as counter:
            model(input_ids=ids, labels=ids).loss.backward()
        work = Work(1, 60, 60, 1.0, 0.0, 60.0, ((0,), 60), 1)
        size = size_of(model)
        assert size.learnt == size.layers if method == "full" else size.learnt < size.layers / 50
        expected = flops(work, replace(size, head=0), checkpointing=False)
        # The first layer's input needs no gradient, and a frozen output layer gives it only on.
        head = 60 * size.head * (6 if method == "full" else 4)
        assert counter.get_total_flops() == pytest.approx(expected + head, rel=0.12)


def test_checkpointing_repeats_the_forward_pass() -> None:
    work = Work(1, 100, 10, 1.0, 0.0, 50.0, ((0,), 100), 1)
    size = Size(layers=10**9, learnt=10**9, head=0, hidden=1, depth=1)
    plain, again = (flops(work, size, checkpointing=c) for c in (False, True))
    assert again / plain == pytest.approx(8 / 6, rel=1e-3)
