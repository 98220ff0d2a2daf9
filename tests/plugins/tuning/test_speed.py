"""What is faster computes the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import Linear as PeftLinear
from torch import Tensor
from transformers import AutoModelForCausalLM

from byeori_plugins.tuning.batches.attention import Attention
from byeori_plugins.tuning.batches.layout import Layout, lay_out
from byeori_plugins.tuning.speed import attention
from byeori_plugins.tuning.speed.lora import fast_lora
from byeori_plugins.tuning.training.process import deterministic, quiet


def difference(found: list[Tensor], expected: list[Tensor]) -> float:
    largest = max(tensor.abs().max().item() for tensor in expected)
    return max((a - b).abs().max().item() for a, b in zip(found, expected, strict=True)) / largest


def dense(layout: Layout, window: int | None, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """PyTorch's own attention, with a mask over all pairs."""
    places = torch.arange(query.shape[2])
    return torch.nn.functional.scaled_dot_product_attention(
        query,
        key,
        value,
        attn_mask=layout.visible(places[:, None], places[None], window),
        scale=0.3,
        enable_gqa=True,
    )


@settings(max_examples=30)
@given(
    st.integers(0, 250),
    st.lists(st.integers(1, 150), min_size=1, max_size=4),
    st.sampled_from([(2, 2), (4, 2), (3, 1)]),
    st.sampled_from([None, 1, 30, 120]),
    st.integers(0, 70),
)
def test_attention_in_blocks_is_attention(
    prefix: int, branches: list[int], heads: tuple[int, int], window: int | None, before: int
) -> None:
    branches = branches if prefix else branches[:1]
    layout = lay_out([(0, [before]), (prefix, branches)] if before else [(prefix, branches)])
    total = len(layout.positions)
    torch.manual_seed(total)
    shapes = [(1, total, count, 8) for count in (heads[0], heads[1], heads[1])]
    inputs = [torch.randn(s).double().transpose(1, 2).requires_grad_(True) for s in shapes]
    upper = torch.randn(1, heads[0], total, 8).double()
    expected = dense(layout, window, *inputs)
    found = Attention(layout, 0.3, window)(*inputs)
    gradients = [torch.autograd.grad(out, inputs, upper) for out in (found, expected)]
    assert difference([found, *gradients[0]], [expected, *gradients[1]]) < 1e-12


def test_long_groups_are_computed_in_blocks_and_very_long_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    real = attention.attend
    monkeypatch.setattr(
        "byeori_plugins.tuning.batches.attention.attend",
        lambda *args: calls.append(1) or real(*args),  # type: ignore[func-returns-value]
    )
    layout = lay_out([(200, (30, 20))])
    inputs = [torch.randn(1, 2, 250, 8) for _ in range(3)]
    found = Attention(layout)(*inputs)
    assert calls == [1]
    monkeypatch.setattr("byeori_plugins.tuning.batches.attention.MOST_WEIGHTS", 1000)
    torch.testing.assert_close(Attention(layout)(*inputs), found)
    assert calls == [1]


def lora_model(folder: Path, dtype: torch.dtype = torch.float64, **options: Any) -> Any:
    """A model with an adapter that changes something already."""
    torch.manual_seed(3)
    with quiet():
        model = AutoModelForCausalLM.from_pretrained(str(folder), dtype=dtype)
        model = get_peft_model(
            model,
            LoraConfig(
                task_type="CAUSAL_LM", r=4, lora_alpha=3, target_modules="all-linear", **options
            ),
            autocast_adapter_dtype=False,
        )
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return model.train()


def loss_and_gradients(model: Any) -> list[Tensor]:
    torch.manual_seed(4)
    ids = torch.randint(2, 300, (2, 21))
    loss = model(input_ids=ids, labels=ids).loss
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return [loss.detach(), *torch.autograd.grad(loss, weights)]


@pytest.mark.parametrize("family", ["llama", "gpt_neox", "bloom", "gemma3_text"])
@pytest.mark.parametrize("options", [{}, {"use_rslora": True}], ids=["plain", "rslora"])
def test_a_fast_lora_layer_has_the_loss_and_gradients_of_peft(
    family: str,
    options: dict[str, Any],
    family_folder: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = lora_model(family_folder(family), **options)
    expected = loss_and_gradients(model)
    with fast_lora(model), monkeypatch.context() as patch:
        patch.setattr(PeftLinear, "forward", None)  # peft's own way is not taken
        found = loss_and_gradients(model)
    assert difference(found, expected) < 1e-9
    assert "forward" not in {name for part in model.modules() for name in vars(part)}
    assert difference(loss_and_gradients(model), expected) == 0


@pytest.mark.parametrize(
    ("options", "dtype"),
    [
        ({"lora_dropout": 0.5}, torch.float32),
        ({"use_dora": True}, torch.float32),
        ({"lora_bias": True}, torch.float32),
        ({"bias": "all"}, torch.float32),
        ({}, torch.bfloat16),
    ],
    ids=["dropout", "dora", "lora_bias", "bias", "bfloat16"],
)
def test_a_lora_layer_that_is_not_plain_goes_the_way_of_peft(
    options: dict[str, Any], dtype: torch.dtype, family_folder: Callable[[str], Path]
) -> None:
    model = lora_model(family_folder("gpt_neox"), dtype, **options)
    if dtype is torch.bfloat16:
        for name, weight in model.named_parameters():
            if "lora_" in name:
                weight.data = weight.data.float()  # as byeori keeps weights that learn
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype is torch.bfloat16):
        expected = loss_and_gradients(model)
        with fast_lora(model):
            assert difference(loss_and_gradients(model), expected) == 0


def test_memory_is_not_filled_before_it_is_written_and_the_setting_comes_back() -> None:
    kernels: Any = torch.utils.deterministic
    before = kernels.fill_uninitialized_memory
    with deterministic(1):
        assert not kernels.fill_uninitialized_memory
    assert kernels.fill_uninitialized_memory == before
