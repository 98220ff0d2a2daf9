import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from byeori import DataError, EvaluationData, LogLikelihood
from byeori.bulk import with_id
from byeori.models import TransformersModel, load
from byeori.records import LOWER_IS_BETTER as LOWER
from byeori.testing import sample_documents, sample_examples, tiny_model
from byeori_plugins.evaluators.perplexity import Perplexity, PerplexityConfig

UNITS = ("bits-per-byte", "bits-per-character", "nats-per-token")
NO_DATA = EvaluationData((), ())


def evaluator(**settings: Any) -> Perplexity:
    return Perplexity(PerplexityConfig(**settings))


class Reader:
    """Knows the log-likelihood of a text by its length."""

    name = "reader"

    def __init__(self, nats: float = 2.0) -> None:
        self.nats = nats
        self.asked: list[Any] = []

    def text_log_likelihoods(self, texts: Any, *, window: Any, stride: Any) -> list[LogLikelihood]:
        self.asked.append((window, stride))
        return [LogLikelihood(-self.nats * len(text), len(text) // 2) for text in texts]


def test_the_documents_of_the_test_examples_are_read(make_context: Callable[..., Any]) -> None:
    rows, documents = sample_examples()[:4], sample_documents()
    items = list(evaluator().items(EvaluationData(rows, documents), make_context()))
    assert [item.reference for item in items] == [document.text for document in documents[:2]]
    assert [item.document_id for item in items] == [document.id for document in documents[:2]]
    with pytest.raises(DataError, match="no test example names a document; give a file"):
        evaluator().items(NO_DATA, make_context())


def test_a_file_of_texts_is_read_each_once(
    tmp_path: Path, make_context: Callable[..., Any]
) -> None:
    path = tmp_path / "held.jsonl"
    rows = [{"text": "a b", "title": "T"}, {"text": "물", "language": "ko"}, {"text": "a b"}]
    path.write_text("\n".join(map(json.dumps, rows)))
    context = make_context()
    items = list(evaluator(path=path).items(NO_DATA, context))
    assert [(item.instruction, item.reference) for item in items] == [("T", "a b"), ("물", "물")]
    assert [reject.where for reject in context.rejects] == ["held.jsonl:3"]
    path.write_text('{"body": "x"}')
    with pytest.raises(DataError, match=r"held\.jsonl:1: `text` is missing"):
        evaluator(path=path).items(NO_DATA, context)


def test_nats_are_told_by_byte_character_and_token(make_context: Callable[..., Any]) -> None:
    made = evaluator(units=UNITS, window=64, stride=16)
    data = EvaluationData(sample_examples(), sample_documents())
    items = [with_id(item) for item in made.items(data, make_context())]
    model = Reader()
    scores = list(made.score(model, items, make_context()))
    assert model.asked == [(64, 16)]
    korean = next(item for item in items if item.language == "ko")
    found = {score.metric: score.value for score in scores if score.item_id == korean.id}
    text = korean.reference
    assert found["bits-per-character" + LOWER] == pytest.approx(2 / math.log(2))
    assert found["bits-per-byte" + LOWER] == pytest.approx(
        2 * len(text) / math.log(2) / len(text.encode())
    )
    assert found["nats-per-token" + LOWER] == pytest.approx(2 * len(text) / (len(text) // 2))
    summary = made.summarise(scores)
    total = sum(len(item.reference) for item in items)
    tokens = sum(len(item.reference) // 2 for item in items)
    assert summary["perplexity" + LOWER] == pytest.approx(math.exp(2 * total / tokens))
    assert summary[f"bits-per-character, all documents{LOWER}"] == pytest.approx(2 / math.log(2))


def test_bits_per_byte_are_those_of_transformers_own_loss(
    make_context: Callable[..., Any],
) -> None:
    ref = tiny_model()
    model = TransformersModel(load(ref, dtype="float32"), "base", ref.template)
    data = EvaluationData(sample_examples()[:3], sample_documents())
    made = evaluator(units=("bits-per-byte", "nats-per-token"))
    (item,) = [with_id(item) for item in made.items(data, make_context())]
    scores = list(made.score(model, [item], make_context()))
    tokenizer = model.loaded.tokenizer
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    ids = tokenizer(item.reference, add_special_tokens=False)["input_ids"]
    whole = torch.tensor([[start, *ids]])
    with torch.no_grad():
        loss = float(model.loaded.model(whole, labels=whole).loss)
    assert scores[1].value == pytest.approx(loss, rel=1e-5)
    size = len(item.reference.encode())
    assert scores[0].value == pytest.approx(loss * len(ids) / math.log(2) / size, rel=1e-5)
    assert made.summarise(scores)["perplexity" + LOWER] == pytest.approx(math.exp(loss), rel=1e-4)


def test_weights_that_are_not_numbers_leave_documents_unscored(
    make_context: Callable[..., Any],
) -> None:
    made = evaluator()
    data = EvaluationData(sample_examples(), sample_documents())
    items = [with_id(item) for item in made.items(data, make_context())]
    scores = list(made.score(Reader(math.nan), items, make_context()))
    assert {score.value for score in scores} == {None}
    assert scores[0].metadata == {"unscored": "its log-likelihood is not finite"}
    assert made.summarise(scores) == {}


@pytest.mark.parametrize(
    "settings", [{"window": 8, "stride": 8}, {"units": ("nats-per-token",) * 2}, {"window": 1}]
)
def test_impossible_windows_and_units_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        evaluator(**settings)
