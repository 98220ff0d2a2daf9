"""Documents become rows of pieces: every token learnt once, no document cut without need."""

import math
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import Context, DataError, Document, Reject, TuningData
from byeori_plugins.tuning import TrainingConfig, Where
from byeori_plugins.tuning.batches.padded import TokenDataset
from byeori_plugins.tuning.data.chosen import chosen_documents
from byeori_plugins.tuning.data.documents import DocumentTokeniser
from byeori_plugins.tuning.data.packing import best_fit

Make = Callable[..., Any]
FUNCTION_SCOPED = [HealthCheck.function_scoped_fixture]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80)


@pytest.fixture(scope="module")
def tokenizer(model_folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model_folder)


@pytest.fixture
def tokenise(tokenizer: Any, context: Context) -> Make:
    def run(texts: list[str], max_length: int = 16, held_out: Any = (), **settings: Any) -> Any:
        rows = [Document(text=text, id=f"d{n}") for n, text in enumerate(texts)]
        data = TuningData([], [], rows, held_out=dict(held_out))
        config = TrainingConfig.model_validate(settings)
        return DocumentTokeniser(tokenizer, max_length, "documents", config, context).run(
            data, "train"
        )

    return run


@given(st.lists(st.integers(1, 20), max_size=60))
def test_every_thing_is_packed_once_and_no_row_is_too_full(lengths: list[int]) -> None:
    rows = best_fit(lengths, 20)
    assert sorted(n for row in rows for n in row) == list(range(len(lengths)))
    filled = [sum(lengths[n] for n in row) for row in rows]
    assert all(0 < total <= 20 for total in filled)
    assert all(a + b > 20 for a, b in combinations(filled, 2)), "two rows could be one"


def test_things_go_into_the_fullest_row_that_has_room() -> None:
    assert best_fit([5, 7, 3, 2, 4], 10) == [[1, 2], [0, 4], [3]]
    assert best_fit([6, 8, 4, 2], 10) == [[1, 3], [0, 2]]


@settings(max_examples=40, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(texts=st.lists(TEXT, min_size=1, max_size=6), max_length=st.integers(2, 40))
def test_the_learnt_tokens_of_all_rows_are_the_documents_and_their_ends(
    texts: list[str], max_length: int, tokenise: Make, tokenizer: Any
) -> None:
    tokens = tokenise(texts, max_length)
    dataset = TokenDataset(tokens)
    learnt: dict[int, list[tuple[int, list[int]]]] = {}
    for row in range(len(dataset)):
        pieces = dataset.__getitems__([row])
        assert sum(len(piece["input_ids"]) for piece in pieces) == tokens.lengths[row] <= max_length
        for piece in pieces:
            assert piece["prompt"] == 1
            ids = piece["input_ids"].tolist()
            learnt.setdefault(tokens.rows[piece["index"]], []).append((piece["index"], ids))
    for n, text in enumerate(texts):
        pieces = [ids for _, ids in sorted(learnt[n])]
        assert pieces[0][0] == tokenizer.bos_token_id
        assert all(a[-1] == b[0] for a, b in pairwise(pieces))
        ids = [token for piece in pieces for token in piece[1:]]
        assert ids[-1] == tokenizer.eos_token_id
        assert tokenizer.decode(ids[:-1]) == text
        assert len(pieces) == math.ceil(len(ids) / (max_length - 1))
    assert tokens.supervised == sum(len(ids) - 1 for p in learnt.values() for _, ids in p)
    assert tokens.text_bytes == len("".join(texts).encode())


def test_special_tokens_in_a_document_are_text(tokenise: Make, tokenizer: Any) -> None:
    tokens = tokenise(["a</s>b"], 64)
    (piece,) = TokenDataset(tokens).__getitems__([0])
    assert piece["input_ids"].tolist().count(tokenizer.eos_token_id) == 1


def test_without_a_start_token_a_document_begins_with_the_end_token(
    tokenizer: Any, context: Context, model_folder: Path
) -> None:
    from transformers import PreTrainedTokenizerFast

    bare = PreTrainedTokenizerFast.from_pretrained(model_folder)
    bare.backend_tokenizer.post_processor = None
    data = TuningData([], [], [Document(text="철", id="d")])
    tokeniser = DocumentTokeniser(bare, 64, "documents", TrainingConfig(), context)
    (piece,) = TokenDataset(tokeniser.run(data, "train")).__getitems__([0])
    assert piece["input_ids"][0] == piece["input_ids"][-1] == tokenizer.eos_token_id


def test_an_inverted_row_is_there_and_nothing_of_it_is_learnt(tokenise: Make) -> None:
    dataset = TokenDataset(tokenise(["철의 원자 번호는 26이다.", "금"], 12))
    there, back = dataset.__getitems__([0]), dataset.__getitems__([~0])
    assert [p["input_ids"].tolist() for p in there] == [p["input_ids"].tolist() for p in back]
    assert all(piece["prompt"] == len(piece["input_ids"]) for piece in back)
    assert len(dataset[0]["input_ids"]) == dataset.tokens.lengths[0]


HELD_OUT = {"1": "validation", "2": "test", "3": "leakage: its words"}


def documents() -> TuningData:
    rows = [Document(text="x", id=str(n), language="en" if n == 4 else "ko") for n in range(6)]
    return TuningData([], [], rows, held_out=HELD_OUT)


def test_documents_that_are_held_out_are_not_learnt_unless_that_is_asked_for() -> None:
    def chosen(*arguments: Any, where: Where | None = None) -> tuple[list[str], dict[str, int]]:
        dropped: Counter[str] = Counter()
        rows = chosen_documents(documents(), *arguments, where or Where(), dropped)
        return [document.id for _, document in rows], dict(dropped)

    held = {"held out for validation": 1, "held out for test": 1, "leakage: its words": 1}
    assert chosen("train", "documents") == (["0", "4", "5"], held)
    assert chosen("train", "documents", where=Where(language="ko")) == (
        ["0", "5"],
        {**held, "not selected by `where`": 1},
    )
    assert chosen("train", "all-documents") == (
        ["0", "2", "3", "4", "5"],
        {"held out for validation": 1},
    )
    assert chosen("validation", "documents") == (["1"], {})


def test_nothing_to_learn_is_an_error_that_says_why(tokenise: Make) -> None:
    with pytest.raises(DataError, match=r"none of the 1 documents .* \(held out for test: 1\)"):
        tokenise(["x"], held_out={"d0": "test"})


def test_a_document_without_tokens_is_left_out_and_counted(
    tokenise: Make, tokenizer: Any, rejects: list[Reject], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = type(tokenizer).__call__

    def deaf(self: Any, texts: Any, **options: Any) -> Any:
        encoded = original(self, texts, **options)
        if isinstance(texts, list):
            encoded["input_ids"] = [
                [] if t == "silent" else i for t, i in zip(texts, encoded["input_ids"], strict=True)
            ]
        return encoded

    monkeypatch.setattr(type(tokenizer), "__call__", deaf)
    tokens = tokenise(["silent", "heard"])
    assert tokens.documents == 1
    assert tokens.dropped == {"the document has no tokens": 1}
    assert [reject.where for reject in rejects] == ["d0"]


def test_documents_have_no_task_to_be_chosen_by() -> None:
    with pytest.raises(ValueError, match="documents have no task and no generator"):
        TrainingConfig.model_validate({"learn_from": "documents", "where": {"task": "qa"}})
