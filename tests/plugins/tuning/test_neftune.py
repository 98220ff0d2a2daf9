"""NEFTune's noise: its size is that of the paper, for each example by its own length."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from byeori import ModelRef, TuningData
from byeori.models import load
from byeori_plugins.tuning import TrainingConfig
from byeori_plugins.tuning.batches.layout import lay_out
from byeori_plugins.tuning.training.neftune import noisy_embeddings

Make = Callable[..., Any]


def noise_of(model: Any, ids: torch.Tensor, batch: dict[str, Any]) -> torch.Tensor:
    embed = model.get_input_embeddings()
    plain = embed(ids)
    model.train()
    with noisy_embeddings(model, 5.0) as noise:
        assert noise is not None
        noise.of(batch)
        return (embed(ids) - plain).detach()


def test_each_example_of_a_row_has_noise_by_its_own_length(ref: ModelRef) -> None:
    model = load(ref).model
    width = model.config.hidden_size
    ids = torch.randint(2, 300, (1, 400))
    noise = noise_of(model, ids, {"layout": lay_out([(0, [100]), (0, [300])])})[0]
    for part, length in ((noise[:100], 100), (noise[100:], 300)):
        largest = 5.0 / (length * width) ** 0.5
        assert part.abs().max() <= largest * 1.0001
        # A uniform distribution on [-a, a] has the standard deviation a / sqrt(3).
        assert part.std().item() == pytest.approx(largest / 3**0.5, rel=0.05)


def test_padding_does_not_count_in_the_length(ref: ModelRef) -> None:
    model = load(ref).model
    mask = torch.ones(2, 60, dtype=torch.long)
    mask[1, 20:] = 0
    noise = noise_of(model, torch.randint(2, 300, (2, 60)), {"attention_mask": mask})
    width = model.config.hidden_size
    assert noise[0].abs().max() == pytest.approx(5.0 / (60 * width) ** 0.5, rel=0.01)
    assert noise[1].abs().max() == pytest.approx(5.0 / (20 * width) ** 0.5, rel=0.01)


def test_there_is_none_in_evaluation_and_none_afterwards(ref: ModelRef) -> None:
    model, ids = load(ref).model, torch.arange(2, 40)[None]
    plain = model(ids).logits
    with noisy_embeddings(model, 5.0) as noise:
        assert noise is not None
        noise.of({"attention_mask": torch.ones_like(ids)})
        assert torch.equal(model(ids).logits, plain)
    model.train()
    assert torch.equal(model(ids).logits, plain)


def test_a_training_with_noise_differs_and_repeats(
    ref: ModelRef, data: TuningData, make_method: Make, context_in: Make, folder_bytes: Make
) -> None:
    outputs = []
    for name, alpha in (("plain", None), ("noisy", 5.0), ("again", 5.0)):
        context = context_in(name)
        make_method("lora", neftune_alpha=alpha).tune(ref, data, context)
        outputs.append(folder_bytes(context.output))
    plain, noisy, again = outputs
    assert noisy == again
    weights = "adapter/adapter_model.safetensors"
    assert plain[weights] != noisy[weights]


def test_an_interrupted_training_has_the_same_noise_as_a_whole_one(
    ref: ModelRef,
    data: TuningData,
    make_method: Make,
    context_in: Make,
    folder_bytes: Make,
    interrupted_at: Make,
) -> None:
    whole, cut = context_in("whole"), context_in("cut")
    make_method("lora", neftune_alpha=5.0).tune(ref, data, whole)
    interrupted_at(3, make_method("lora", neftune_alpha=5.0), ref, data, cut)
    make_method("lora", neftune_alpha=5.0).tune(ref, data, cut)
    assert folder_bytes(cut.output) == folder_bytes(whole.output)


def test_noise_and_shared_beginnings_are_refused_together() -> None:
    with pytest.raises(ValidationError, match="use layout: packed"):
        TrainingConfig(neftune_alpha=5.0, layout="shared")
