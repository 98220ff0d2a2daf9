"""Continued pre-training: whole documents are learnt, by any method, and held-out ones are not."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from byeori import Context, DataError, Document, ModelRef, Reject, TuningData
from byeori.models import load
from byeori_plugins.tuning import IA3, Full, Lora, Pretraining

Make = Callable[..., Any]
QUICK = {"epochs": 2, "learning_rate": 1e-2, "batch_size": 2, "max_length": 48}
CLASSES = {"pretraining": Pretraining, "lora": Lora, "ia3": IA3, "full": Full}


def method(name: str, **settings: Any) -> Any:
    cls = CLASSES[name]
    learnt = {} if name == "pretraining" else {"learn_from": "documents"}
    return cls(cls.config_model.model_validate({**QUICK, **learnt, **settings}))


def record(context: Context) -> dict[str, Any]:
    return json.loads((context.output / "training.json").read_text())  # type: ignore[no-any-return]


def independent_loss(ref: ModelRef, texts: list[str], length: int) -> tuple[float, int]:
    """transformers' own loss of each piece on its own, summed, and how many tokens it is of."""
    loaded = load(ref, dtype="float64")
    tokenizer, total, learnt = loaded.tokenizer, 0.0, 0
    for text in texts:
        ids = [*tokenizer(text)["input_ids"], tokenizer.eos_token_id]
        for start in range(0, len(ids) - 1, length - 1):
            piece = torch.tensor([ids[start : start + length]])
            with torch.no_grad():
                loss = loaded.model(piece, labels=piece).loss.item()
            total += loss * (piece.shape[1] - 1)
            learnt += piece.shape[1] - 1
    return total, learnt


def test_the_losses_are_those_of_each_document_on_its_own(
    ref: ModelRef, corpus: TuningData, context: Context
) -> None:
    data = corpus
    method("pretraining", batch_size=64, evaluations=1, epochs=1).tune(ref, data, context)
    found = record(context)
    texts = [d.text for d in data.documents if d.id not in data.held_out]
    total, learnt = independent_loss(ref, texts, 48)
    assert found["losses"][0]["loss"] == pytest.approx(total / learnt, rel=1e-5)
    assert found["supervised_tokens"] == learnt


def test_the_validation_loss_is_that_of_held_out_documents_after_training(
    ref: ModelRef, corpus: TuningData, context: Context
) -> None:
    data = corpus
    tuned = method("pretraining", evaluations=1).tune(ref, data, context)
    found = record(context)
    texts = [data.documents[1].text, data.documents[2].text]
    total, learnt = independent_loss(tuned, texts, 48)
    assert found["losses"][-1]["validation_loss"] == pytest.approx(total / learnt, rel=1e-5)
    assert found["validation_perplexity"] == pytest.approx(math.exp(total / learnt), rel=1e-4)
    size = len("".join(texts).encode())
    assert found["validation_bits_per_byte"] == pytest.approx(total / math.log(2) / size, rel=1e-5)
    assert found["losses"][-1]["loss"] < found["losses"][0]["loss"] - 0.5


@pytest.mark.parametrize("name", ["pretraining", "lora", "ia3"])
def test_any_method_learns_documents_and_the_record_counts_them(
    name: str, ref: ModelRef, corpus: TuningData, context: Context, rejects: list[Reject]
) -> None:
    tuned = method(name).tune(ref, corpus, context)
    found = record(context)
    assert (found["train_documents"], found["validation_documents"]) == (9, 2)
    assert "train_examples" not in found
    assert found["dropped"]["train"] == {"held out for validation": 2, "held out for test": 1}
    assert (tuned.merged_path is None) == (name in ("lora", "ia3"))
    assert not rejects


def test_what_is_held_out_for_the_test_changes_nothing(
    ref: ModelRef, corpus: TuningData, context_in: Make, folder_bytes: Make
) -> None:
    first, second = context_in("first"), context_in("second")
    data = corpus
    rows = [*data.documents[:3], Document(text="다른 글.", id="d3"), *data.documents[4:]]
    method("pretraining").tune(ref, data, first)
    method("pretraining").tune(ref, TuningData([], [], rows, held_out=data.held_out), second)
    assert folder_bytes(first.output) == folder_bytes(second.output)


def test_all_documents_are_those_of_the_test_too(
    ref: ModelRef, corpus: TuningData, context: Context
) -> None:
    settings = {k: v for k, v in QUICK.items() if k != "epochs"}
    config = Pretraining.config_model(**settings, learn_from="all-documents", max_steps=1)
    Pretraining(config).tune(ref, corpus, context)
    assert record(context)["train_documents"] == 10


def test_a_killed_run_ends_with_the_same_bytes(
    ref: ModelRef,
    corpus: TuningData,
    context_in: Make,
    folder_bytes: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from byeori_plugins.tuning.training.checkpoints import Checkpoints

    whole, killed = context_in("whole"), context_in("killed")
    tuning = method("pretraining", checkpoints=3, micro_batch_size=1)
    tuning.tune(ref, corpus, whole)
    commit = Checkpoints.commit

    def interrupted(self: Checkpoints, source: Path, step: int) -> Path:
        commit(self, source, step)
        raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoints, "commit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tuning.tune(ref, corpus, killed)
    monkeypatch.undo()
    tuning.tune(ref, corpus, killed)
    assert folder_bytes(killed.output) == folder_bytes(whole.output)


def test_a_loss_that_is_not_a_number_names_the_documents(
    ref: ModelRef, corpus: TuningData, context: Context
) -> None:
    tuning = method("pretraining", learning_rate=1e30, max_grad_norm=0, optimizer="sgd")
    with pytest.raises(DataError, match=r"the loss became nan at step \d of \d+, on documents d\d"):
        tuning.tune(ref, corpus, context)


def test_pretraining_does_not_learn_examples() -> None:
    with pytest.raises(ValidationError, match="'documents' or 'all-documents'"):
        Pretraining.config_model.model_validate({"learn_from": "examples"})
