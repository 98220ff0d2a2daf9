"""Padded batches, of models that take no other layout: transformers' loss, in chunks."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import AutoConfig, AutoModelForCausalLM

from byeori_plugins.tuning.batches import head
from byeori_plugins.tuning.batches.fit import Fit, fit, fitted
from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import IGNORED
from byeori_plugins.tuning.batches.probe import Abilities
from byeori_plugins.tuning.batches.steps import AtOnce
from byeori_plugins.tuning.training.process import quiet

VOCABULARY = 331  # no other size in the models
COMMON = {"vocab_size": VOCABULARY, "hidden_size": 32, "num_hidden_layers": 2}
ATTENTION = {"intermediate_size": 64, "num_attention_heads": 2, "num_key_value_heads": 1}
Make = Callable[[], Any]


@pytest.fixture(autouse=True)
def loss_in_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logits are cast to float32 by some models, and by transformers' own loss."""
    as_float = torch.Tensor.float

    def kept(self: torch.Tensor) -> torch.Tensor:
        return self if self.dtype == torch.float64 else as_float(self)

    monkeypatch.setattr(torch.Tensor, "float", kept)


def convolutions() -> Any:
    """Lfm2: convolutions over the row, so that no two examples can follow one another in it."""
    return made("lfm2", layer_types=["conv", "full_attention"], **ATTENTION)


def recurrent() -> Any:
    """Mamba, which casts what its output layer gives to float32."""
    return made("mamba", state_size=4)


def virtual_tokens() -> Any:
    """Prompt tuning, whose outputs have tokens in front that no label is for."""
    from peft import PromptTuningConfig, get_peft_model

    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3)
    with quiet():
        return get_peft_model(made("llama", **ATTENTION), config).double()


def scaled_logits() -> Any:
    """Granite, which divides its logits: its output layer cannot give the loss."""
    return made("granite", logits_scaling=4.0, **ATTENTION)


def made(kind: str, **settings: Any) -> Any:
    torch.manual_seed(5)
    config = AutoConfig.for_model(kind, **COMMON, **settings)
    return AutoModelForCausalLM.from_config(config).double().train()


def batch_of(lengths: list[tuple[int, int]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Examples of some lengths, of which the first tokens are a prompt; and padded by hand."""
    generator = torch.Generator().manual_seed(6)
    longest = max(length for length, _ in lengths)
    ids = torch.randint(1, VOCABULARY, (len(lengths), longest), generator=generator)
    mask, labels = torch.ones_like(ids), ids.clone()
    rows = []
    for n, (length, prompt) in enumerate(lengths):
        rows.append({"input_ids": ids[n, :length].numpy(), "prompt": prompt, "index": n})
        mask[n, length:] = 0
        labels[n, :prompt] = labels[n, length:] = IGNORED
    return rows, {"input_ids": ids, "attention_mask": mask, "labels": labels}


def gradients(model: Any, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    named = {name: w for name, w in model.named_parameters() if w.requires_grad}
    return dict(zip(named, torch.autograd.grad(loss, list(named.values())), strict=True))


class Logits(TorchDispatchMode):
    """Remembers the most positions that there were logits of at one time."""

    def __init__(self, trained: set[torch.Size]) -> None:
        super().__init__()
        self.most, self.trained = 0, trained

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        shape = result.shape if isinstance(result, torch.Tensor) else ()
        if shape[-1:] == (VOCABULARY,) and not {shape, shape[::-1]} & self.trained:
            self.most = max(self.most, result.numel() // VOCABULARY)
        return result


@pytest.mark.parametrize("model_of", [convolutions, recurrent, virtual_tokens, scaled_logits])
def test_the_padded_loss_and_its_gradients_are_those_of_transformers(
    model_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "_LOGITS_AT_ONCE", 1)
    monkeypatch.setattr(head, "_LEAST_ROWS", 7)
    model = model_of()
    rows, by_hand = batch_of([(21, 6), (9, 4), (30, 19), (5, 1)])
    with quiet():
        theirs = model(**by_hand).loss
    expected = gradients(model, theirs)

    found = fit(model, "padded" if model_of == scaled_logits else "auto")
    assert found == Fit("padded", found.reason, Abilities(loss_in_head=model_of != scaled_logits))
    with quiet(), fitted(model, found) as targets:
        batches = Batches(model, found, 0, AtOnce(8, 1), targets)
        batch = batches.collate(rows)
        del batch["index"]
        learnt = int((batch["labels"][:, 1:] >= 0).sum())
        ours = batches.loss(model, batch) / learnt
        actual = gradients(model, ours)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-12)
    for name, gradient in expected.items():
        torch.testing.assert_close(actual[name], gradient, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_logits_are_of_a_chunk_of_the_learnt_positions_only(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "_LOGITS_AT_ONCE", 1)
    monkeypatch.setattr(head, "_LEAST_ROWS", 7)
    model = convolutions().to(dtype)
    rows, _ = batch_of([(21, 6), (9, 4), (30, 19), (5, 1)])
    most = []
    for found in (fit(model, "padded"), Fit("padded", "", Abilities(loss_in_head=False))):
        with fitted(model, found) as targets:
            batches = Batches(model, found, 0, AtOnce(8, 1), targets)
            batch = batches.collate(rows)
            del batch["index"]
            with Logits({model.lm_head.weight.shape}) as logits:
                batches.loss(model, batch).backward()
        most.append(logits.most)
    assert most[0] <= 7  # in full precision PyTorch's own chunks are not even seen
    assert most[1] >= int((batch["labels"][:, 1:] >= 0).sum())


def test_a_batch_of_which_nothing_is_learnt_has_no_loss_and_no_gradient() -> None:
    model = convolutions()
    rows, _ = batch_of([(9, 9), (5, 5)])
    found = fit(model, "padded")
    with fitted(model, found) as targets:
        batches = Batches(model, found, 0, AtOnce(8, 1), targets)
        batch = batches.collate(rows)
        del batch["index"]
        loss = batches.loss(model, batch)
        loss.backward()
    assert loss.item() == 0
    assert all(not w.grad.any() for w in model.parameters() if w.grad is not None)
