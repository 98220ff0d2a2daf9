import inspect
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from byeori import DataError, Decoding, Item, ModelRef, PromptTemplate
from byeori.models import Loaded, PromptTooLongError, TransformersModel, load
from byeori.models.batches import length_batches
from byeori.prompts import answer_token_ids, prompt_token_ids

Make = Callable[..., TransformersModel]

QUESTIONS = [
    "Symbol of hydrogen?",
    "원소 기호는 무엇인가요?",
    "Which of these is the symbol of oxygen, and where does it stand in the table of elements?",
    "H",
    "Name one.",
    "물 분자에서 수소와 산소는?",
    "Melting point of iron in degrees?",
]
CHOICES = [
    ("H", "He", "Hydrogen is H"),
    ("공유결합", "이온결합", "금속결합", "수소결합"),
    ("A", "B"),
    ("x",),
    ("A", "A B", "A B C"),
    ("산소", "수소"),
    ("1538", "12", "0", "degrees 1538 and more than that"),
]
ITEMS = [
    Item(instruction=question, choices=choices, id=f"item{number}")
    for number, (question, choices) in enumerate(zip(QUESTIONS, CHOICES, strict=True))
]
TEXTS = [item.choices for item in ITEMS]


@pytest.fixture
def make(built_bases: Callable[..., Path], reference: Callable[..., ModelRef]) -> Make:
    """A function that loads a tiny model of a shape."""

    def get(shape: str = "llama", budget: int = 8192, dtype: str = "float32") -> TransformersModel:
        ref = reference(built_bases(shape))
        loaded = load(ref, device="cpu", dtype=dtype)
        return TransformersModel(loaded, "base", ref.template, budget)

    return get


def one_at_a_time(model: TransformersModel, item: Item, text: str) -> float:
    """Log-likelihood from all logits of the one unpadded sequence, in the model's own dtype."""
    tokenizer = model.loaded.tokenizer
    prefix = prompt_token_ids(model.template, item, tokenizer)
    continuation = answer_token_ids(text, tokenizer)
    with torch.no_grad():
        logits = model.loaded.model(torch.tensor([prefix + continuation])).logits[0]
    # As in lm-evaluation-harness: the rows that predict the continuation, gathered at its tokens.
    rows = torch.log_softmax(logits, dim=-1)[len(prefix) - 1 : -1]
    return float(rows.gather(1, torch.tensor(continuation)[:, None]).sum())


@pytest.mark.parametrize("shape", ["llama", "gpt2", "bloom"])
@pytest.mark.parametrize("budget", [1, 60, 8192])
def test_batched_log_likelihoods_equal_those_one_at_a_time(
    make: Make, shape: str, budget: int
) -> None:
    single, double = make(shape, budget), make(shape, dtype="float64")
    results = single.log_likelihoods(ITEMS, TEXTS)
    assert [len(row) for row in results] == [len(texts) for texts in TEXTS]
    for item, texts, row in zip(ITEMS, TEXTS, results, strict=True):
        for text, found in zip(texts, row, strict=True):
            tokens = len(answer_token_ids(text, single.loaded.tokenizer))
            assert found.tokens == tokens
            # In float32 the same arithmetic; the float64 model shows that neither is off.
            assert found.total == pytest.approx(one_at_a_time(single, item, text), rel=1e-5)
            assert found.total == pytest.approx(one_at_a_time(double, item, text), rel=1e-5)


def test_an_item_scores_the_same_in_whatever_company(make: Make) -> None:
    model = make()
    results = model.log_likelihoods(ITEMS, TEXTS)
    alone = [model.log_likelihoods([item], [item.choices])[0] for item in ITEMS]
    for together, single in zip(results, alone, strict=True):
        for a, b in zip(together, single, strict=True):
            assert a.total == pytest.approx(b.total, rel=1e-6)


def test_the_choices_of_one_token_share_one_row(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make()
    model.log_likelihoods(ITEMS[:1], [["A"]])  # finds out first how the model can be asked
    rows = []
    forward = model.loaded.model.forward

    def counted(input_ids: torch.Tensor, **arguments: object) -> object:
        rows.append(input_ids.shape[0])
        return forward(input_ids=input_ids, **arguments)

    counted.__signature__ = inspect.signature(forward)  # type: ignore[attr-defined]
    monkeypatch.setattr(model.loaded.model, "forward", counted)
    letters = ["A", "B", "C", "D"]
    results = model.log_likelihoods(ITEMS, [letters] * len(ITEMS))
    assert sum(rows) == len(ITEMS)
    assert results[0][1].total == pytest.approx(one_at_a_time(model, ITEMS[0], "B"), rel=1e-5)


def test_all_continuations_of_one_token_sum_to_probability_one(make: Make) -> None:
    from byeori.models.scoring import Scorer, Span

    model = make()
    spans = [Span((0, 7, 9), (token,)) for token in range(400)]
    totals = Scorer(model.loaded.model, 64).totals(spans)
    assert math.fsum(math.exp(total) for total in totals) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("shape", ["llama", "gpt2", "bloom"])
@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=12),
        Decoding(max_new_tokens=10, num_beams=3),
        Decoding(max_new_tokens=12, repetition_penalty=1.5),
        Decoding(max_new_tokens=8, num_beams=2, repetition_penalty=1.3),
    ],
    ids=["greedy", "beams", "penalty", "beams-penalty"],
)
def test_batched_answers_equal_those_of_each_prompt_alone(
    make: Make, shape: str, decoding: Decoding
) -> None:
    # BLOOM's attention knows no float64: a padded row becomes NaN there.
    model = make(shape, dtype="float32" if shape == "bloom" else "float64")
    together = model.generate(ITEMS, decoding)
    assert together == [model.generate([item], decoding)[0] for item in ITEMS]
    assert together == model.generate(ITEMS, decoding)
    assert len(set(together)) > 3


def greedy_by_hand(model: TransformersModel, item: Item, decoding: Decoding) -> list[int]:
    """Keskar et al. 2019, equation 3, with the whole sequence read again for each token."""
    ids = prompt_token_ids(model.template, item, model.loaded.tokenizer)
    new: list[int] = []
    for _ in range(decoding.max_new_tokens):
        with torch.no_grad():
            logits = model.loaded.model(torch.tensor([ids + new])).logits[0, -1]
        for token in set(ids + new):
            penalty = decoding.repetition_penalty
            logits[token] = (
                logits[token] * penalty if logits[token] < 0 else logits[token] / penalty
            )
        token = int(logits.argmax())
        if token == model.loaded.tokenizer.eos_token_id:
            break
        new.append(token)
    return new


@pytest.mark.parametrize("penalty", [1.0, 1.7])
def test_greedy_answers_equal_a_loop_by_hand(make: Make, penalty: float) -> None:
    model = make(dtype="float64")
    decoding = Decoding(max_new_tokens=15, repetition_penalty=penalty)
    expected = [
        model.loaded.tokenizer.decode(greedy_by_hand(model, item, decoding)).strip()
        for item in ITEMS
    ]
    assert model.generate(ITEMS, decoding) == expected


def test_an_answer_stops_at_the_end_token_and_does_not_show_it(make: Make) -> None:
    model = make()
    assert all(model.generate(ITEMS, Decoding(max_new_tokens=5)))
    with torch.no_grad():  # now whatever is asked, the end token is by far the most likely
        model.loaded.model.lm_head = torch.nn.Linear(32, 400)
        model.loaded.model.lm_head.weight.zero_()
        model.loaded.model.lm_head.bias[1] = 10.0
    assert model.generate(ITEMS, Decoding(max_new_tokens=5)) == [""] * len(ITEMS)


def test_further_end_tokens_of_the_models_makers_end_an_answer_too(make: Make) -> None:
    model = make()
    decoding = Decoding(max_new_tokens=10)
    ids = greedy_by_hand(model, ITEMS[0], decoding)
    model.loaded.model.generation_config.eos_token_id = [1, ids[3]]
    stop = ids.index(ids[3])
    expected = model.loaded.tokenizer.decode(ids[:stop]).strip()
    assert model.generate(ITEMS[:1], decoding) == [expected]


def test_settings_saved_with_the_model_do_not_change_its_answers(make: Make) -> None:
    plain = make().generate(ITEMS, Decoding(max_new_tokens=8))
    model = make()
    saved = model.loaded.model.generation_config
    saved.repetition_penalty, saved.no_repeat_ngram_size, saved.min_new_tokens = 2.0, 1, 8
    saved.do_sample, saved.num_beams = True, 2
    assert model.generate(ITEMS, Decoding(max_new_tokens=8)) == plain
    assert model.loaded.model.generation_config is saved


def test_a_prompt_that_does_not_fit_is_refused_by_name_and_not_cut(make: Make) -> None:
    model = make()
    long = Item(instruction="oxygen " * 300, id="abc123")
    with pytest.raises(DataError, match=r"item abc123 .*more than the 160 that base can read"):
        model.generate([ITEMS[0], long], Decoding())
    with pytest.raises(PromptTooLongError, match=r"and 1 more items") as caught:
        model.generate([long, ITEMS[0], long], Decoding())
    assert list(caught.value.reasons) == [0, 2]
    with pytest.raises(DataError, match=r"item abc123 .*nothing is cut silently"):
        model.log_likelihoods([ITEMS[0], long], [["a"], ["b"]])


def test_a_prompt_that_holds_a_special_token_is_refused_beside_those_too_long(make: Make) -> None:
    model = make()
    items = [
        Item(instruction="oxygen " * 300, id="long"),
        ITEMS[0],
        Item(instruction="Which?", input="H</s>", id="poisoned"),
    ]
    asks: list[Callable[[], object]] = [
        lambda: model.generate(items, Decoding()),
        lambda: model.log_likelihoods(items, [["a", "b"]] * 3),
    ]
    for ask in asks:
        with pytest.raises(PromptTooLongError) as caught:
            ask()
        assert list(caught.value.reasons) == [0, 2]
        assert "item poisoned" in caught.value.reasons[2]
        assert "`input` holds '</s>'" in caught.value.reasons[2]
    with pytest.raises(PromptTooLongError, match="item poisoned"):
        model.generate(items[1:], Decoding())


def test_a_choice_that_holds_the_end_token_is_scored_as_its_text(make: Make) -> None:
    model = make()
    ((found,),) = model.log_likelihoods(ITEMS[:1], [["H</s>"]])
    assert found.tokens > 2
    assert math.isfinite(found.total)


def test_a_prompt_and_answer_that_just_fit_are_scored(make: Make) -> None:
    model = make()
    ids = len(prompt_token_ids(model.template, ITEMS[0], model.loaded.tokenizer))
    fits = Decoding(max_new_tokens=160 - ids)
    assert isinstance(model.generate([ITEMS[0]], fits)[0], str)
    with pytest.raises(DataError, match="item item0"):
        model.generate([ITEMS[0]], Decoding(max_new_tokens=160 - ids + 1))


def test_a_choice_without_a_token_and_a_prompt_without_one_are_refused(make: Make) -> None:
    model = make("gpt2")
    with pytest.raises(DataError, match=r"item item0 .*the choice '' has no token"):
        model.log_likelihoods(ITEMS[:1], [["a", ""]])
    with pytest.raises(DataError, match="it has no choices"):
        model.log_likelihoods(ITEMS[:1], [[]])
    nothing = PromptTemplate(name="nothing", template="{{ input }}")
    empty = TransformersModel(model.loaded, "base", nothing)
    with pytest.raises(DataError, match="the prompt 'nothing' gives no token"):
        empty.generate(ITEMS[:1], Decoding())


def test_a_model_without_a_chat_template_says_so(make: Make) -> None:
    model = TransformersModel(make().loaded, "base", PromptTemplate(name="chat"))
    with pytest.raises(DataError, match="choose another prompt, such as alpaca"):
        model.generate(ITEMS[:1], Decoding())


def test_weights_that_are_not_numbers_give_no_finite_likelihood(make: Make) -> None:
    model = make()
    with torch.no_grad():
        model.loaded.model.lm_head.weight[3, 3] = float("nan")
    results = model.log_likelihoods(ITEMS[:2], TEXTS[:2])
    assert not any(math.isfinite(found.total) for row in results for found in row)


def test_nothing_asked_gives_nothing(make: Make) -> None:
    model = make()
    assert model.log_likelihoods([], []) == []
    assert model.generate([], Decoding()) == []
    assert isinstance(model.loaded, Loaded)


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 200), st.integers(0, 20))
@settings(max_examples=100, deadline=None)
def test_batches_hold_every_row_once_and_keep_to_the_budget(
    lengths: list[int], budget: int, extra: int
) -> None:
    batches = list(length_batches(lengths, budget, extra))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * (max(lengths[index] for index in batch) + extra)
        assert len(batch) == 1 or padded <= budget
    flat = [lengths[index] for batch in batches for index in batch]
    assert flat == sorted(lengths, reverse=True)
