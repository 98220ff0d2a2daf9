"""Plain texts: no template, and the tokens and figures of lm-evaluation-harness."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import DataError, Decoding, Item, ModelRef, PlainText
from byeori.models import PromptTooLongError, TransformersModel, load

CONTEXTS = [
    "Symbol of hydrogen?\nAnswer:",
    "원소 기호는 무엇인가요? 답변: ",  # ends in white space, as KoBEST's has it
    "",
    "Which is the symbol of oxygen?\nA. O\nB. N\nAnswer:",
    "Which is the symbol of iron?\nA. O\nB. Fe\nAnswer:",
]
CHOICES = [
    (" H", " He", " Hydrogen is H"),
    (" 예", " 아니오"),
    (" Iron",),
    (" A", " B"),
    (" A", " B"),
]

Make = Callable[[str], TransformersModel]


@pytest.fixture
def make(built_bases: Callable[..., Path], reference: Callable[..., ModelRef]) -> Make:
    def get(shape: str) -> TransformersModel:
        ref = reference(built_bases(shape))
        return TransformersModel(load(ref, device="cpu", dtype="float32"), "base", ref.template)

    return get


def totals(model: TransformersModel, contexts: list[str], texts: Any) -> list[list[float]]:
    found = model.log_likelihoods([PlainText(context) for context in contexts], texts)
    return [[likelihood.total for likelihood in item] for item in found]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("shape", ["llama", "gpt2"])
def test_plain_texts_are_scored_as_lm_eval_scores_them(make: Make, shape: str) -> None:
    pytest.importorskip("lm_eval", reason="lm-eval is not installed")
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    model = make(shape)
    harness = HFLM(
        pretrained=model.loaded.model,
        tokenizer=model.loaded.tokenizer,
        batch_size=2,
        device="cpu",
    )
    pairs = [(c, t) for c, texts in zip(CONTEXTS, CHOICES, strict=True) for t in texts]
    requests = [
        Instance("loglikelihood", {}, pair, number, metadata=("", 0, 1))
        for number, pair in enumerate(pairs)
    ]
    expected = [total for total, _ in harness.loglikelihood(requests, disable_tqdm=True)]
    found = [total for item in totals(model, CONTEXTS, CHOICES) for total in item]
    assert found == pytest.approx(expected, abs=1e-4)


def test_text_and_continuation_are_split_together(make: Make) -> None:
    model = make("gpt2")
    tokenizer = model.loaded.tokenizer
    (item,) = model.log_likelihoods([PlainText("The symbol of")], [[" hydrogen", "s"]])
    assert item[0].tokens == len(tokenizer("The symbol of hydrogen")["input_ids"]) - len(
        tokenizer("The symbol of")["input_ids"]
    )


def test_white_space_before_a_continuation_is_part_of_it(make: Make) -> None:
    model = make("llama")
    assert totals(model, ["Symbol: "], [["H"]]) == totals(model, ["Symbol:"], [[" H"]])
    assert totals(model, ["Symbol:"], [["H"]]) != totals(model, ["Symbol:"], [[" H"]])


def test_a_plain_text_gets_no_template_and_generates_from_its_very_end(make: Make) -> None:
    model = make("llama")
    text = "Q: Symbol of hydrogen?\nA: "  # what the fixture's template makes of the question
    question = Item(instruction="Symbol of hydrogen?")
    decoding = Decoding(max_new_tokens=5)
    assert model.generate([PlainText(text)], decoding) == model.generate([question], decoding)


def test_templates_and_plain_texts_may_be_asked_together(make: Make) -> None:
    model = make("llama")
    item = Item(instruction="Symbol of iron?", choices=("Fe", "O"))
    (plain,), asked = model.log_likelihoods([PlainText("Iron:"), item], [[" Fe"], item.choices])
    assert plain.total == pytest.approx(totals(model, ["Iron:"], [[" Fe"]])[0][0])
    (alone,) = model.log_likelihoods([item], [item.choices])
    assert [one.total for one in asked] == pytest.approx([one.total for one in alone])


def test_a_special_token_in_a_plain_text_is_refused_and_in_a_choice_it_is_text(make: Make) -> None:
    model = make("llama")
    with pytest.raises(PromptTooLongError, match="'</s>', a special token"):
        model.log_likelihoods([PlainText("a</s>b", id="x")], [[" H"]])
    ((likelihood,),) = model.log_likelihoods([PlainText("a")], [["</s>"]])
    assert likelihood.tokens > 1


def test_a_continuation_without_a_token_is_refused(make: Make) -> None:
    with pytest.raises(DataError, match="the choice '' has no token"):
        make("llama").log_likelihoods([PlainText("Iron:", id="x")], [[""]])
