from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, ModelRef
from byeori.models import TransformersModel, load
from byeori.models.reading import windows

TEXT = "The symbol of hydrogen is H. 물 분자에서 수소와 산소는 공유결합으로 연결되어 있습니다. "


@pytest.fixture
def make(
    built_bases: Callable[..., Path], reference: Callable[..., ModelRef]
) -> Callable[..., TransformersModel]:
    def get(shape: str = "llama", dtype: str = "float64") -> TransformersModel:
        ref = reference(built_bases(shape))
        return TransformersModel(load(ref, device="cpu", dtype=dtype), "base", ref.template)

    return get


def begun(model: TransformersModel, text: str) -> list[int]:
    return [0, *model.loaded.tokenizer(text, add_special_tokens=False)["input_ids"]]


@pytest.mark.parametrize("shape", ["llama", "gpt2", "bloom"])
def test_a_short_text_has_the_loss_of_transformers(
    make: Callable[..., TransformersModel], shape: str
) -> None:
    model = make(shape, "float32" if shape == "bloom" else "float64")
    texts = [TEXT, "H", TEXT[:40]]
    for text, found in zip(texts, model.text_log_likelihoods(texts), strict=True):
        ids = torch.tensor([begun(model, text)])
        with torch.no_grad():
            loss = model.loaded.model(ids, labels=ids).loss
        assert found.tokens == ids.shape[1] - 1
        assert -found.total / found.tokens == pytest.approx(float(loss), rel=1e-5)


@pytest.mark.parametrize(("window", "stride"), [(20, 5), (20, 19), (2, 1), (160, 80)])
def test_a_long_text_is_read_in_windows_each_token_after_its_context(
    make: Callable[..., TransformersModel], window: int, stride: int
) -> None:
    model = make()
    ids = begun(model, TEXT * 5)
    assert len(ids) > 200
    expected = 0.0
    for begin, first, end in windows(len(ids), window, stride):
        with torch.no_grad():
            logits = model.loaded.model(torch.tensor([ids[begin:end]])).logits[0]
        rows = logits.log_softmax(-1)
        expected += sum(float(rows[place - 1 - begin, ids[place]]) for place in range(first, end))
    (found,) = model.text_log_likelihoods([TEXT * 5], window=window, stride=stride)
    assert found.total == pytest.approx(expected, rel=1e-6)
    assert found.tokens == len(ids) - 1


@given(st.integers(0, 200), st.integers(2, 40), st.data())
def test_every_token_is_predicted_once_and_after_enough(
    length: int, window: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, window - 1))
    predicted = []
    for begin, first, end in windows(length, window, stride):
        assert 0 <= begin < first < end <= length
        assert end - begin <= window
        assert begin == 0 or first - begin >= window - stride
        predicted += range(first, end)
    assert predicted == list(range(1, length))


def test_a_special_token_in_a_text_is_text(make: Callable[..., TransformersModel]) -> None:
    (found,) = make().text_log_likelihoods(["H</s>H"])
    assert found.tokens > 3


def test_a_window_that_cannot_be_read_is_refused(make: Callable[..., TransformersModel]) -> None:
    for window, stride in ((161, 10), (20, 20)):
        with pytest.raises(DataError, match=r"base can read 160 tokens, and the stride must be"):
            make().text_log_likelihoods(["H"], window=window, stride=stride)


def test_a_tokenizer_that_begins_nothing_is_told(make: Callable[..., TransformersModel]) -> None:
    model = make()
    model.loaded.tokenizer.bos_token = model.loaded.tokenizer.eos_token = None
    with pytest.raises(DataError, match="no token that begins or ends a text"):
        model.text_log_likelihoods(["H"])
