"""Activations counted without memory are those of a real forward pass."""

from typing import Any

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from byeori_plugins.tuning.estimates.planned import planned_activations
from byeori_plugins.tuning.training.process import compute_activations_again, quiet


def config_of(family: str, depth: int) -> Any:
    from transformers import AutoConfig

    sizes = {"hidden_size": 64, "intermediate_size": 160, "num_attention_heads": 4}
    return AutoConfig.for_model(
        family, vocab_size=300, num_hidden_layers=depth, num_key_value_heads=2, **sizes
    )


def real_model(family: str, depth: int, *, checkpointing: bool) -> Any:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_config(config_of(family, depth), attn_implementation="sdpa")
    if checkpointing:
        compute_activations_again(model)
    return model.train()


def allocated(model: Any, tokens: int, *, low_precision: bool) -> int:
    """Bytes that PyTorch's profiler sees allocated by a forward pass, and not freed after it."""
    ids = torch.zeros(1, tokens, dtype=torch.long)
    with (
        profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler,
        torch.autocast("cpu", torch.bfloat16, enabled=low_precision),
    ):
        outputs = model(input_ids=ids, logits_to_keep=1, use_cache=False)
    events: Any = profiler.profiler.kineto_results.events()
    changes = [event.nbytes() for event in events if event.name() == "[memory]"]
    assert outputs.logits.requires_grad
    return sum(changes)


@pytest.mark.parametrize("family", ["llama", "qwen3"])
@pytest.mark.parametrize(
    ("low_precision", "checkpointing"),
    [(False, False), (False, True), (True, False), (True, True)],
)
def test_what_a_token_takes_is_what_a_real_forward_pass_allocates(
    family: str, low_precision: bool, checkpointing: bool
) -> None:
    with quiet():
        found = planned_activations(
            config_of(family, 9), low_precision=low_precision, checkpointing=checkpointing
        )
        model = real_model(family, 4, checkpointing=checkpointing)
        short, long = (allocated(model, n, low_precision=low_precision) for n in (64, 192))
    expected = found.rest + 4 * found.layer
    assert (long - short) / 128 == pytest.approx(expected, rel=0.02)


def test_with_checkpointing_a_layer_keeps_its_input_and_one_is_computed_again() -> None:
    config = config_of("llama", 2)
    with quiet():
        kept, again = (
            planned_activations(config, low_precision=True, checkpointing=checkpointing)
            for checkpointing in (False, True)
        )
    assert again.layer == 64 * 4  # the sums of the residual connections are in float32
    assert again.again == kept.layer > 8 * again.layer
    assert again.of(10, 3) == 10 * (again.rest + 3 * again.layer + kept.layer)


def test_a_model_of_any_size_is_planned_without_its_memory() -> None:
    config = config_of("llama", 80)
    config.hidden_size, config.num_attention_heads, config.intermediate_size = 8192, 64, 28672
    config.head_dim = 128
    found = planned_activations(config, low_precision=True, checkpointing=True)
    assert found.layer == 8192 * 4
    assert config.num_hidden_layers == 80
