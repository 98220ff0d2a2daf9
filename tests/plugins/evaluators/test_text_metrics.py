import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from byeori_plugins.evaluators.text_metrics import (
    chrf,
    exact_match,
    normalised_answer,
    rouge_l,
    token_f1,
    tokens,
)

WORDS = st.lists(st.sampled_from(["iron", "Fe", "is", "the", "a", "of", "26", "x_y", "-"]))
ASCII = st.one_of(WORDS.map(" ".join), st.text(string.printable, max_size=40))
ANY = st.text(max_size=30)


@given(ASCII, ASCII)
def test_rouge_l_is_that_of_rouge_score_on_ascii(prediction: str, reference: str) -> None:
    expected = rouge_scorer.RougeScorer(["rougeL"]).score(reference, prediction)["rougeL"].fmeasure
    assert rouge_l(prediction, reference) == pytest.approx(expected, abs=1e-12)


def squad_f1(prediction: list[str], reference: list[str]) -> float:
    """The F1 of SQuAD's evaluation, by removing what is common one by one."""
    left, common = list(reference), 0
    for token in prediction:
        if token in left:
            left.remove(token)
            common += 1
    if not common:
        return 0.0
    precision, recall = common / len(prediction), common / len(reference)
    return 2 * precision * recall / (precision + recall)


@given(WORDS, WORDS)
def test_token_f1_is_that_of_squad(prediction: list[str], reference: list[str]) -> None:
    a, b = " ".join(prediction), " ".join(reference)
    assert token_f1(a, b) == pytest.approx(squad_f1(tokens(a), tokens(b)))


def test_korean_is_compared_by_syllable() -> None:
    assert tokens("물(H₂O)은 pH 7이다.") == ["물", "h2o", "은", "ph", "7", "이", "다"]
    # common, in order: 공유결합입니다 (7) of 7 and of 9
    assert rouge_l("공유결합입니다", "그건 공유결합입니다.") == pytest.approx(2 * 7 / (7 + 9))
    assert 0 < rouge_l("물은 액체", "물이 액체") < 1
    assert rouge_l("산소", "수소") == pytest.approx(0.5)
    korean = rouge_scorer.RougeScorer(["rougeL"]).score("물이 액체", "물이 액체")["rougeL"].fmeasure
    assert korean == 0  # why it is not used
    assert rouge_l("물이 액체", "물이 액체") == 1


def test_order_counts_for_rouge_and_not_for_f1() -> None:
    assert token_f1("c b a", "a b c") == 1
    assert rouge_l("c b a", "a b c") == pytest.approx(1 / 3)


@given(st.text(string.ascii_letters + "가나다물 ", min_size=1).filter(str.strip))
def test_a_text_agrees_with_itself(text: str) -> None:
    assert exact_match(text, text) == token_f1(text, text) == rouge_l(text, text) == 1
    assert chrf(text, text) == pytest.approx(100)


def test_chrf_is_the_sentence_score_of_sacrebleu() -> None:
    from sacrebleu import sentence_chrf

    for prediction, reference in [
        ("iron melts", "iron melts at 1538"),
        ("물은", "물이다"),
        ("", "a"),
    ]:
        assert chrf(prediction, reference) == sentence_chrf(prediction, [reference]).score
    # By hand, for "ab" against "ac": unigrams 1 of 2, bigrams 0 of 1, longer ones absent.
    assert chrf("ab", "ac") == pytest.approx(100 * (0.5 + 0) / 2)


@pytest.mark.parametrize(
    ("prediction", "reference"),
    [
        ("  Iron. ", "iron"),
        ("“Fe”", "fe"),
        ("1,538 °C", "1538 °C"),
        ("Ｈ２Ｏ", "H₂O"),
        ("공유결합!", "공유결합"),
        ("well-known", "well known"),
        ("−3", "-3"),
        ("Cl⁻", "Cl-"),
        ("철\n(Fe)", "철 Fe"),
        ("Straße", "STRASSE"),
    ],
)
def test_what_only_looks_different_matches_exactly(prediction: str, reference: str) -> None:
    assert exact_match(prediction, reference) == 1


@pytest.mark.parametrize(
    ("prediction", "reference"),
    [
        ("25", "2.5"),
        ("3", "-3"),
        ("Cl", "Cl-"),
        ("Na", "Na+"),
        ("5", "5%"),
        ("1/2", "12"),
        ("", "iron"),
        ("iron oxide", "iron"),
        ("공유결합", "이온결합"),
    ],
)
def test_what_means_something_else_does_not_match(prediction: str, reference: str) -> None:
    assert exact_match(prediction, reference) == 0


def test_references_of_punctuation_alone_are_compared_as_they_are() -> None:
    assert exact_match("?", "?") == 1
    assert exact_match("!", "?") == 0


@given(ANY)
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalised_answer(text)
    assert normalised_answer(once) == once
