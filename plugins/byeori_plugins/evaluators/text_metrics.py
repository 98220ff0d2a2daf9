"""Metrics of a generated text against a reference, for Korean as for English.

Tokens are words, but every Hangul syllable, kana and Chinese character is a token of its own:
Korean particles and endings are written onto the word ("물은", "물이"), so whole words would count
an answer with another particle as wrong, and rouge-score's own tokeniser drops Korean altogether.
KorQuAD 1.0 (Lim et al. 2019) likewise takes F1 over characters. No morphological analyser is
needed, and ASCII text gets exactly rouge-score's tokens.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

# Hangul jamo, compatibility jamo and syllables; kana; unified ideographs with extension A.
_SINGLE = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")

# Punctuation that carries meaning: decimal points and ratios, signs before a number, charges,
# percent (which Unicode counts as punctuation).
_MEANINGFUL = re.compile(r"[%‰]|(?<=\d)[.:/](?=\d)|(?<!\w)-(?=[.]?\d)|(?<=\w)-(?!\w)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def tokens(text: str) -> list[str]:
    """Tokens of a text after NFKC and case folding; punctuation and symbols are none."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def normalised_answer(text: str) -> str:
    """Text as `exact-match` compares it.

    NFKC, case-folded, white space as one space, punctuation dropped but where it changes what is
    said: in numbers (2.5, 1/2, -3, 5%; the comma of thousands is dropped) and charges (Cl-).
    Symbols such as + and < stay. That of SQuAD (Rajpurkar et al. 2016) drops English articles too;
    this one does not.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2212", "-")
    folded = _THOUSANDS.sub("", folded)
    kept = {match.start() for match in _MEANINGFUL.finditer(folded)}
    characters = (
        character if index in kept or unicodedata.category(character)[0] != "P" else " "
        for index, character in enumerate(folded)
    )
    return " ".join("".join(characters).split())


def exact_match(prediction: str, reference: str) -> float:
    """1 where the two are the same after `normalised_answer`, else 0."""
    expected = normalised_answer(reference)
    if not expected:
        return float(prediction.strip() == reference.strip())
    return float(normalised_answer(prediction) == expected)


def token_f1(prediction: str, reference: str) -> float:
    """Harmonic mean of precision and recall over the bags of tokens, 0-1 (SQuAD's F1)."""
    return bag_f1(tokens(prediction), tokens(reference))


def bag_f1(found: Sequence[str], expected: Sequence[str]) -> float:
    """`token_f1` of texts that are cut into tokens already."""
    common = (Counter(found) & Counter(expected)).total()
    return _f_measure(common, len(found), len(expected))


def rouge_l(prediction: str, reference: str) -> float:
    """F-measure of the longest common subsequence of tokens, 0-1 (Lin 2004, section 3).

    With beta = 1, as rouge-score has it; on ASCII text equal to its `rougeL` without stemming.
    """
    return sequence_f1(tokens(prediction), tokens(reference))


def sequence_f1(found: Sequence[str], expected: Sequence[str]) -> float:
    """`rouge_l` of texts that are cut into tokens already."""
    from rapidfuzz.distance import LCSseq

    return _f_measure(int(LCSseq.similarity(found, expected)), len(found), len(expected))


def chrf(prediction: str, reference: str) -> float:
    """Sentence chrF of sacrebleu (Popović 2015; character 6-grams, beta 2), 0-100 as it has it."""
    score: float = _sacrebleu_chrf().sentence_score(prediction, [reference]).score
    return score


@lru_cache
def _sacrebleu_chrf() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()


def _f_measure(common: int, found: int, expected: int) -> float:
    """Two texts without any token have nothing in common: 0, as rouge-score has it."""
    if not common:
        return 0.0
    precision, recall = common / found, common / expected
    return 2 * precision * recall / (precision + recall)
