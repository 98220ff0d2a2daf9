"""Examples in one row, their common beginnings computed once: the loss and gradients of rows."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from byeori import Context, Document, TuningData
from byeori_plugins.tuning import (
    LlamaAdapter,
    LlamaAdapterConfig,
    Lora,
    LoraConfig,
    Together,
    TogetherConfig,
    TrainingConfig,
)
from byeori_plugins.tuning.batches import attention, head
from byeori_plugins.tuning.batches.fit import Fit, fit, fitted
from byeori_plugins.tuning.batches.kinds import Batches
from byeori_plugins.tuning.batches.padded import IGNORED, TokenDataset
from byeori_plugins.tuning.batches.probe import Abilities
from byeori_plugins.tuning.batches.steps import AtOnce
from byeori_plugins.tuning.batches.switch import plain_model
from byeori_plugins.tuning.data.documents import DocumentTokeniser
from byeori_plugins.tuning.training.process import compute_activations_again, quiet

Folder = Callable[[str], Path]
Gradients = dict[str, torch.Tensor]


@pytest.fixture(autouse=True)
def float64_stays_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models cast norms and softmax to float32 and back, which would hide small mistakes."""
    to, as_float, softmax = torch.Tensor.to, torch.Tensor.float, torch.nn.functional.softmax

    def kept_to(self: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        wanted = (*args, *kwargs.values())
        same = self.dtype == torch.float64 and torch.float32 in wanted
        return self if same else to(self, *args, **kwargs)

    def kept_float(self: torch.Tensor) -> torch.Tensor:
        return self if self.dtype == torch.float64 else as_float(self)

    def kept_softmax(value: torch.Tensor, *args: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return softmax(value, *args, dtype=None, **kwargs)

    monkeypatch.setattr(torch.Tensor, "to", kept_to)
    monkeypatch.setattr(torch.Tensor, "float", kept_float)
    monkeypatch.setattr(torch.nn.functional, "softmax", kept_softmax)
    monkeypatch.setattr(attention, "softmax", kept_softmax)


class Rows:
    """Token ids in memory, read as a `TokenDataset` is."""

    def __init__(self, rows: list[tuple[list[int], int]]) -> None:
        self.rows = [(np.array(ids, dtype=np.int64), prompt) for ids, prompt in rows]

    def __getitem__(self, index: int) -> dict[str, Any]:
        ids, prompt = self.rows[index if index >= 0 else ~index]
        return {"input_ids": ids, "prompt": prompt if index >= 0 else len(ids), "index": index}


def made(seed: int = 0) -> Rows:
    """Long and short common beginnings, and every kind of branch."""
    random = np.random.default_rng(seed)

    def some(length: int) -> list[int]:
        return random.integers(5, 300, length).tolist()

    rows = []
    for length in (90, 20, 30):
        document = some(length)
        rows += [(document + some(k) + some(m), length + k) for k, m in ((5, 4), (2, 1), (9, 30))]
    same = some(70)
    rows += [(same, 60), (same, 66), ([*same, 7], 60), ([*same[:64], 3, 4], 60)]  # also identical
    rows += [(some(100), 90), (some(8), 7), (some(5), 2), (some(3), 1)]  # nothing in common
    return Rows(rows)


def model_of(folder: Path, method: Any) -> Any:
    """A model with random weights that learn, in float64."""
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64)
    torch.manual_seed(11)
    with quiet():
        model = method.wrap(base)
    for weight in model.parameters():
        if weight.requires_grad and method.name != "full":
            weight.data = weight.data.double() + torch.randn_like(weight.data.double()) * 0.1
    return model.train()


def gradients(model: Any) -> Gradients:
    found = {n: w.grad.clone() for n, w in model.named_parameters() if w.grad is not None}
    model.zero_grad()
    return found


def in_rows(model: Any, rows: Rows) -> tuple[float, Gradients]:
    """Each example alone, through the model's own loss with labels: nothing of ours."""
    learnt = sum(len(ids) - prompt for ids, prompt in rows.rows)
    total = 0.0
    for ids, prompt in rows.rows:
        tokens = torch.from_numpy(ids)[None]
        labels = tokens.clone()
        labels[:, :prompt] = IGNORED
        loss = model(input_ids=tokens, labels=labels, num_items_in_batch=learnt).loss
        loss.backward()
        total += loss.item()
    return total, gradients(model)


def in_batches(
    model: Any, rows: Rows, found: Fit, accumulation: int = 1
) -> tuple[float, Gradients]:
    """As the trainer computes one step."""
    count = len(rows.rows)
    learnt = sum(len(ids) - prompt for ids, prompt in rows.rows)
    total = 0.0
    with fitted(model, found) as targets:
        batches = Batches(model, found, 0, AtOnce(math.ceil(count / accumulation), 1), targets)
        lists = batches.cut(rows)(np.arange(count), 1)
        assert len(lists) == accumulation
        for indices in lists:
            batch = batches.collate([rows[n] for n in indices])
            del batch["index"]
            loss = batches.loss(model, batch) / learnt
            loss.backward()
            total += loss.item()
    return total, gradients(model)


def assert_same(found: tuple[float, Gradients], expected: tuple[float, Gradients]) -> None:
    assert found[0] == pytest.approx(expected[0], rel=1e-9)
    assert found[1].keys() == expected[1].keys()
    for name, gradient in expected[1].items():
        difference = (found[1][name] - gradient).norm() / gradient.norm()
        assert difference < 1e-9, f"{name}: {difference}"


@pytest.mark.parametrize("method", ["lora", "ia3", "full"])
def test_the_loss_and_every_gradient_are_those_of_separate_rows(
    family: str, method: str, family_folder: Folder, make_method: Any
) -> None:
    model = model_of(family_folder(family), make_method(method))
    found = fit(model, "auto")
    last_at_learnt = family not in ("gpt_neox", "bloom")  # their layers are built otherwise
    assert found == Fit("shared", "", Abilities(True, last_at_learnt))
    rows = made()
    assert_same(in_batches(model, rows, found), in_rows(model, rows))


@pytest.mark.parametrize("method", ["lora", "full"])
def test_packed_documents_have_the_loss_and_gradients_of_each_piece_alone(
    family: str, method: str, family_folder: Folder, make_method: Any, context: Context
) -> None:
    texts = [f"A beginning that several documents have. {n}" + " 그리고 끝." * n for n in range(9)]
    documents = TuningData([], [], [Document(text=text, id=text) for text in texts])
    tokenizer = AutoTokenizer.from_pretrained(family_folder(family))
    maker = DocumentTokeniser(tokenizer, 60, "documents", TrainingConfig(), context)
    dataset = TokenDataset(maker.run(documents, "train"))
    pieces = dataset.__getitems__(range(len(dataset)))
    assert len(dataset) < len(pieces) > len(texts)  # several in a row, and some cut

    model = model_of(family_folder(family), make_method(method))
    found, total = fit(model, "auto"), 0.0
    with fitted(model, found) as targets:
        batches = Batches(model, found, 0, AtOnce(math.ceil(len(dataset) / 3), 1), targets)
        cut = batches.cut(dataset)
        for indices in cut(np.arange(len(dataset)), 1):
            batch = batches.collate(dataset.__getitems__(indices))
            del batch["index"]
            loss = batches.loss(model, batch) / dataset.tokens.supervised
            loss.backward()
            total += loss.item()
    alone = Rows([(piece["input_ids"].tolist(), piece["prompt"]) for piece in pieces])
    assert_same((total, gradients(model)), in_rows(model, alone))


MORE = {
    "LLaMA-Adapter": LlamaAdapter(LlamaAdapterConfig(adapter_len=3, adapter_layers=2)),
    "DoRA": Lora(LoraConfig(r=4, dora=True)),
    "LoRA and IA3 at once": Together(
        TogetherConfig.model_validate(
            {
                "parts": [
                    {"method": "lora", "r": 4, "targets": ["q_proj", "up_proj"]},
                    {"method": "ia3", "targets": ["v_proj"]},
                ]
            }
        )
    ),
}


@pytest.mark.parametrize("method", MORE)
@pytest.mark.parametrize("shape", ["llama", "mistral"])
def test_it_holds_for_the_other_methods_too(shape: str, method: str, family_folder: Folder) -> None:
    model = model_of(family_folder(shape), MORE[method])
    found = fit(model, "auto")
    assert found.kind == "shared", found
    rows = made(2)
    assert_same(in_batches(model, rows, found), in_rows(model, rows))


@pytest.mark.parametrize("wanted", ["shared", "packed"])
def test_a_step_cut_into_micro_batches_has_the_loss_and_gradients_of_the_whole(
    wanted: Any, family_folder: Folder, make_method: Any
) -> None:
    model = model_of(family_folder("mistral"), make_method("lora"))
    rows = made()
    found = fit(model, wanted)
    assert found.kind == wanted
    assert_same(in_batches(model, rows, found, accumulation=4), in_rows(model, rows))


@pytest.mark.parametrize("method", ["lora", "full"])
def test_gradient_checkpointing_changes_nothing(
    family: str, method: str, family_folder: Folder, make_method: Any
) -> None:
    model = model_of(family_folder(family), make_method(method))
    rows = made(1)
    expected = in_rows(model, rows)
    compute_activations_again(plain_model(model))
    assert_same(in_batches(model, rows, fit(model, "auto")), expected)


def test_the_loss_in_chunks_changes_nothing(
    family_folder: Folder, make_method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "_LOGITS_AT_ONCE", 1)
    monkeypatch.setattr(head, "_LEAST_ROWS", 7)
    model = model_of(family_folder("llama"), make_method("full"))
    rows = made()
    expected = in_rows(model, rows)
    for can in (Abilities(True, True), Abilities(True, False), Abilities(), Abilities(False, True)):
        found = Fit("shared", "", can)
        assert_same(in_batches(model, rows, found), expected)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_side_of_padding_is_nothing_to_a_row_without_it(
    side: str, family_folder: Folder, make_method: Any
) -> None:
    # The model's own batch, padded on either side, has the loss of the row.
    model = model_of(family_folder("qwen3"), make_method("full"))
    rows = made(2)
    ids, mask, labels = padded(rows, side)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    outputs = model(input_ids=ids, attention_mask=mask, position_ids=positions, labels=labels)
    outputs.loss.backward()
    expected = outputs.loss.item(), gradients(model)
    assert_same(in_batches(model, rows, fit(model, "auto")), expected)


def padded(rows: Rows, side: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    width = max(len(ids) for ids, _ in rows.rows)
    shape = (len(rows.rows), width)
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    labels = torch.full(shape, IGNORED)
    for n, (tokens, prompt) in enumerate(rows.rows):
        at = width - len(tokens) if side == "left" else 0
        ids[n, at : at + len(tokens)] = torch.from_numpy(tokens)
        mask[n, at : at + len(tokens)] = 1
        labels[n, at + prompt : at + len(tokens)] = torch.from_numpy(tokens[prompt:])
    return ids, mask, labels


def test_capped_scores_are_those_of_the_model(model_folder: Path, make_method: Any) -> None:
    from transformers import Gemma2Config, Gemma2ForCausalLM

    torch.manual_seed(4)
    config = Gemma2Config(
        vocab_size=320,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        sliding_window=16,
        attn_logit_softcapping=0.5,
        final_logit_softcapping=0.5,
        query_pre_attn_scalar=8,
    )
    model = Gemma2ForCausalLM(config).double().train()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(10)
    found = fit(model, "auto")
    assert found == Fit("shared", "", Abilities(False, True))  # its logits are capped, too
    rows = made()
    assert_same(in_batches(model, rows, found), in_rows(model, rows))


def test_attention_dropout_is_packed_so_that_each_example_has_its_own(
    family_folder: Folder,
) -> None:
    model = AutoModelForCausalLM.from_pretrained(family_folder("llama"), attention_dropout=0.1)
    found = fit(model, "auto")
    assert found.kind == "packed"
    assert "its attention has dropout" in found.reason
    assert fit(model, "shared").kind == "packed"


def test_models_that_cannot_take_a_layout_are_padded_and_it_is_said_why() -> None:
    from transformers import MambaConfig, MambaForCausalLM, MptConfig, MptForCausalLM

    small = {"vocab_size": 50, "bos_token_id": 0, "eos_token_id": 0}
    mpt = MptForCausalLM(MptConfig(d_model=16, n_layers=1, n_heads=2, **small))
    mamba = MambaForCausalLM(MambaConfig(hidden_size=16, num_hidden_layers=1, **small))
    for model in (mpt, mamba):
        before = {name: weight.clone() for name, weight in model.state_dict().items()}
        found = fit(model, "auto")
        assert found.kind == "padded", type(model)
        assert found.reason
        ids = torch.arange(6)[None]
        assert model(input_ids=ids).logits.isfinite().all()
        assert all(torch.equal(before[n], w) for n, w in model.state_dict().items())


def test_a_model_whose_attention_ignores_the_layout_is_found_out(
    family_folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from byeori_plugins.tuning.batches.layout import Layout

    model = AutoModelForCausalLM.from_pretrained(family_folder("llama"))
    monkeypatch.setattr(Layout, "visible", lambda self, q, k, w=None: (q >= 0) & (k >= 0))
    found = fit(model, "auto")
    assert found.kind == "padded"
    assert "its logits are others than in separate rows" in found.reason
    assert model.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("checkpointing", [False, True])
def test_nothing_below_the_first_weight_that_learns_is_in_the_backward_pass(
    checkpointing: bool, family_folder: Folder, make_method: Any
) -> None:
    base = AutoModelForCausalLM.from_pretrained(family_folder("llama"))
    with quiet():
        model = make_method("lora").wrap(base).train()
    for name, weight in model.named_parameters():
        weight.requires_grad_("lora" in name and "layers.1." in name)
    if checkpointing:
        compute_activations_again(base)
    reached: list[int] = []
    for number, layer in enumerate(base.model.layers):
        layer.mlp.down_proj.register_full_backward_hook(
            lambda *_, number=number: reached.append(number)
        )
    _, found = in_batches(model, made(), fit(model, "auto"))
    assert found
    assert set(reached) <= {1}
    assert all("layers.1." in name for name in found)
