import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from byeori import Decoding, Item, ModelRef
from byeori.decoding import decoding_of
from byeori.models import TransformersModel, load
from byeori.models.processors import cut_at, processors, stopping
from byeori.prompts import prompt_token_ids

QUESTIONS = [
    "Symbol of hydrogen?",
    "원소 기호는?",
    "H",
    "Melting point of iron in degrees, please?",
]
ITEMS = [Item(instruction=question, id=str(n)) for n, question in enumerate(QUESTIONS)]
KULLM = Decoding(
    temperature=0.1, top_k=40, top_p=0.75, num_beams=4, repetition_penalty=1.4, max_new_tokens=30
)
"""Those of the KULLM paper, but for its 400 new tokens, which the tiny models cannot hold."""
SAMPLED = Decoding(do_sample=True, temperature=1.5, top_k=50, top_p=0.95, max_new_tokens=12)


@pytest.fixture
def model(
    built_bases: Callable[..., Path], reference: Callable[..., ModelRef]
) -> TransformersModel:
    ref = reference(built_bases("llama"))
    return TransformersModel(load(ref, device="cpu", dtype="float64"), "base", ref.template)


def of_transformers(model: TransformersModel, item: Item, **settings: Any) -> str:
    ids = prompt_token_ids(model.template, item, model.loaded.tokenizer)
    output = model.loaded.model.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), pad_token_id=1, **settings
    )
    return model.loaded.tokenizer.decode(output[0, len(ids) :], skip_special_tokens=True).strip()


@pytest.mark.filterwarnings("ignore::UserWarning")  # of settings without effect
def test_the_settings_of_kullm_answer_as_transformers_does_with_them(
    model: TransformersModel,
) -> None:
    settings = {"temperature": 0.1, "top_k": 40, "top_p": 0.75, "do_sample": False}
    settings |= {"num_beams": 4, "repetition_penalty": 1.4, "max_new_tokens": 30}
    expected = [of_transformers(model, item, **settings) for item in ITEMS]
    assert model.generate(ITEMS, KULLM) == expected
    assert len(set(expected)) > 1


def test_a_sampled_answer_depends_on_its_question_and_the_seed_alone(
    model: TransformersModel,
) -> None:
    together = model.generate(ITEMS, SAMPLED)
    assert together == [model.generate([item], SAMPLED)[0] for item in ITEMS]
    assert together[::-1] == model.generate(ITEMS[::-1], SAMPLED)
    model.batch_tokens = 1
    assert together == model.generate(ITEMS, SAMPLED)
    other = model.generate(ITEMS, SAMPLED.model_copy(update={"sampling_seed": 1}))
    assert all(one != another for one, another in zip(together, other, strict=True))


def test_tokens_are_drawn_with_the_probabilities_of_transformers_warpers() -> None:
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    scores = torch.tensor([[2.0, 1.5, 1.0, 0.5, 0.0, -3.0]])
    ids = torch.tensor([[1]])
    expected = scores
    for warp in (TemperatureLogitsWarper(0.8), TopKLogitsWarper(5), TopPLogitsWarper(0.9)):
        expected = warp(ids, expected)
    probabilities = expected.softmax(-1)[0].tolist()
    decoding = Decoding(do_sample=True, temperature=0.8, top_k=5, top_p=0.9)
    drawn: Counter[int] = Counter()
    made = processors(decoding, [[1]], torch.ones(1, 1, dtype=torch.bool))
    for _ in range(4000):
        found = scores
        for process in made:
            found = process(ids, found)
        assert torch.isfinite(found).sum() == 1
        drawn[int(found.argmax())] += 1
    for token, probability in enumerate(probabilities):
        error = math.sqrt(probability * (1 - probability) / 4000)
        assert abs(drawn[token] / 4000 - probability) <= 4.5 * error
    assert probabilities[4] == probabilities[5] == 0


def test_a_text_to_stop_at_ends_an_answer_and_is_no_part_of_it(model: TransformersModel) -> None:
    plain = model.generate(ITEMS, Decoding(max_new_tokens=12))
    stop = plain[0][4:6]
    decoding = Decoding(max_new_tokens=12, stop=("never written", stop))
    found = model.generate(ITEMS, decoding)
    assert found == [cut_at(answer, [stop]).strip() for answer in plain]
    assert found[0] != plain[0]


def test_a_text_is_found_whose_characters_are_cut_across_tokens(
    model: TransformersModel,
) -> None:
    tokenizer = model.loaded.tokenizer
    ids = tokenizer("가나 이온 결합", add_special_tokens=False)["input_ids"]
    (criterion,) = stopping(["이온"], 2, tokenizer)
    ends = [
        end
        for end in range(1, len(ids) + 1)
        if criterion(torch.tensor([[0, 0, *ids[:end]]]), None)[0]  # type: ignore[arg-type]
    ]
    assert ends
    assert "이온" in tokenizer.decode(ids[: ends[0]])
    assert "이온" not in tokenizer.decode(ids[: ends[0] - 1])
    (behind,) = stopping(["이온"], len(ids), tokenizer)  # in the prompt it ends nothing
    assert not behind(torch.tensor([[*ids, 5, 6]]), None)[0]  # type: ignore[arg-type]


def test_a_row_that_stopped_does_not_stop_the_others(
    model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    forward = model.loaded.model.forward

    def counted(*args: Any, **kwargs: Any) -> Any:
        steps.append(1)
        return forward(*args, **kwargs)

    monkeypatch.setattr(model.loaded.model, "forward", counted)
    plain = model.generate(ITEMS[:1], Decoding(max_new_tokens=12))
    asked, steps[:] = len(steps), []
    model.generate(ITEMS[:1], Decoding(max_new_tokens=12, stop=(plain[0][:2],)))
    assert len(steps) < asked == 12


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"do_sample": True, "num_beams": 2}, "sampling within beams"),
        ({"stop": ("",)}, "an empty text"),
        ({"top_p": 0}, "greater than 0"),
        ({"temperature": 0}, "greater than 0"),
        ({"top_k": 0}, "greater than or equal to 1"),
    ],
)
def test_impossible_decodings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Decoding(**settings)


def test_the_recipes_seed_is_taken_where_none_is_named() -> None:
    assert decoding_of(Decoding(), 42).sampling_seed == 42
    assert decoding_of(Decoding(sampling_seed=3), 42).sampling_seed == 3
