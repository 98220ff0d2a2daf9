import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from byeori_plugins.text.novelty import Novelty
from byeori_plugins.text.prefixes import band_of
from byeori_plugins.text.rouge import alike_lengths, needed, rouge_l
from byeori_plugins.text.tokens import TOKENISERS, ascii_words

TEXTS = st.lists(
    st.lists(st.sampled_from("abcdef"), max_size=12).map(" ".join), min_size=1, max_size=40
)
THRESHOLDS = st.sampled_from([0.1, 0.5, 0.6, 2 / 3, 0.7, 0.8, 0.9, 0.99])


def self_instruct_keeps(texts: list[str], threshold: float) -> list[bool]:
    """The published loop: rouge-score against every text kept before."""
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    kept: list[str] = []
    decisions = []
    for text in texts:
        scores = [scorer.score(text, other)["rougeL"].fmeasure for other in kept]
        decisions.append(not scores or max(scores) <= threshold)
        if decisions[-1]:
            kept.append(text)
    return decisions


@given(TEXTS, THRESHOLDS)
def test_the_texts_kept_are_those_of_the_self_instruct_loop(
    texts: list[str], threshold: float
) -> None:
    novelty = Novelty(threshold, tokens="ascii")
    assert [novelty.add(text) for text in texts] == self_instruct_keeps(texts, threshold)


@given(TEXTS, THRESHOLDS)
def test_tokens_beyond_the_characters_are_compared_all_the_same(
    texts: list[str], threshold: float
) -> None:
    novelty = Novelty(threshold, tokens="ascii", characters=3)
    assert [novelty.add(text) for text in texts] == self_instruct_keeps(texts, threshold)


def test_the_index_stays_exact_when_it_orders_its_tokens_anew_and_texts_are_long() -> None:
    rng = random.Random(3)
    vocabulary = [f"w{n}" for n in range(60)]
    texts = []
    for _ in range(250):
        words = rng.choices(vocabulary, weights=range(60, 0, -1), k=rng.randint(1, 30))
        texts.append(" ".join(words))
        if rng.random() < 0.5:
            changed = [w for w in rng.choice(texts).split() if rng.random() > 0.25]
            texts.append(" ".join(changed))
    novelty = Novelty(0.7, tokens="ascii")
    kept = [novelty.add(text) for text in texts]
    assert kept == self_instruct_keeps(texts, 0.7)
    assert kept.count(True) > 256  # twice as many as the first order holds
    assert kept.count(False) > 50


def test_a_tie_at_the_threshold_is_decided_by_rouge_scores_own_arithmetic() -> None:
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    ties = 0
    for length in range(1, 41):
        for other in range(1, 41):
            for common in range(1, min(length, other) + 1):
                if 20 * common == 7 * (length + other):
                    ties += 1
                    one = " ".join(["a"] * common + ["b"] * (length - common))
                    two = " ".join(["a"] * common + ["c"] * (other - common))
                    score = scorer.score(one, two)["rougeL"].fmeasure
                    assert rouge_l(common, length, other) == score
                    novelty = Novelty(0.7, tokens="ascii")
                    novelty.remember(one)
                    assert novelty.add(two) == (score <= 0.7)
    assert ties > 20


@given(st.integers(1, 80), THRESHOLDS)
def test_lengths_outside_the_range_cannot_be_over_the_threshold(
    length: int, threshold: float
) -> None:
    lengths = alike_lengths(length, threshold)
    for other in {1, lengths[0] - 1, lengths[-1] + 1, 10 * lengths[-1]} - {0} - set(lengths):
        assert rouge_l(min(length, other), length, other) <= threshold
    for other in (lengths[0], length, lengths[-1]):
        assert rouge_l(min(length, other), length, other) > threshold
        least = needed(length, other, threshold)
        assert rouge_l(least - 1, length, other) <= threshold < rouge_l(least, length, other)


def test_bands_grow_with_the_length_and_short_lengths_have_their_own() -> None:
    numbers = [band_of(length) for length in range(1, 3000)]
    assert numbers == sorted(numbers)
    assert len(set(numbers[:24])) == 24
    assert len(set(numbers)) < 200


@given(st.text())
def test_ascii_words_are_rouge_scores_tokens(text: str) -> None:
    from rouge_score.tokenizers import DefaultTokenizer

    assert ascii_words(text) == DefaultTokenizer().tokenize(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_words_of_ascii_text_are_rouge_scores_tokens(text: str) -> None:
    assert TOKENISERS["words"](text) == ascii_words(text)


def test_korean_is_compared_by_words_or_by_syllables_and_not_at_all_as_ascii() -> None:
    one, two = "대한민국의 수도는 어디인가요?", "대한민국의 수도가 어디인가요"
    assert TOKENISERS["words"](two) == ["대한민국의", "수도가", "어디인가요"]
    assert TOKENISERS["syllables"]("LiPF6은 염") == ["lipf6", "은", "염"]
    kept = {}
    for tokens in TOKENISERS:
        novelty = Novelty(0.7, tokens=tokens)
        kept[tokens] = [novelty.add(one), novelty.add(two), novelty.add(two)]
    assert kept == {
        "words": [True, True, False],
        "syllables": [True, False, False],
        "ascii": [True, True, True],
    }


def test_what_a_text_is_alike_to_is_told_with_the_score() -> None:
    novelty = Novelty(0.7)
    for text in ("one two three four five", "six seven eight nine ten", "x"):
        assert novelty.add(text)
    found = novelty.alike("six seven eight nine eleven")
    assert found is not None
    assert (found.number, found.rouge_l) == (1, pytest.approx(0.8))
    assert novelty.alike("something else") is None
    assert len(novelty) == 3


def test_a_threshold_that_no_text_or_every_text_passes_is_refused() -> None:
    for threshold in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            Novelty(threshold)
