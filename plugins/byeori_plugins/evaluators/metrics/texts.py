"""Metrics of a text against its references: the best of several right answers counts."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from byeori import Item
from byeori.korean import is_korean
from byeori_plugins.evaluators import text_metrics
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome
from byeori_plugins.evaluators.metrics.settings import MetricSettings
from byeori_plugins.evaluators.metrics.squad import korquad_answer, squad_answer

Split = Callable[[str], list[str]]


def references(item: Item) -> Sequence[str]:
    """Every right answer of an item."""
    several: Sequence[str] = item.metadata.get("references", ())
    return several or (item.reference,)


def _best(compare: Callable[[str, str], float]) -> Measure:
    def measure(answer: str, item: Item) -> Outcome:
        return Outcome(max(compare(answer, reference) for reference in references(item)))

    return measure


def exact_match(settings: MetricSettings) -> Measure:
    """1 where answer and a reference are the same after normalising."""
    if settings.normalise == "plain":
        return _best(text_metrics.exact_match)
    rule = squad_answer if settings.normalise == "squad" else korquad_answer
    return _best(lambda answer, reference: float(rule(answer) == rule(reference)))


def token_f1(settings: MetricSettings) -> Measure:
    """F1 over bags of tokens: words for SQuAD, characters for KorQuAD."""
    split: Split = {
        "plain": tokeniser(settings),
        "squad": lambda text: squad_answer(text).split(),
        "korquad": lambda text: list(korquad_answer(text).replace(" ", "")),
    }[settings.normalise]
    return _best(lambda answer, ref: text_metrics.bag_f1(split(answer), split(ref)))


def rouge_l(settings: MetricSettings) -> Measure:
    """F of the longest common subsequence of tokens (Lin 2004)."""
    split = tokeniser(settings)
    return _best(lambda answer, ref: text_metrics.sequence_f1(split(answer), split(ref)))


def tokeniser(settings: MetricSettings) -> Split:
    """What cuts a text into the tokens that `tokens` names."""
    from byeori.korean import morphemes
    from byeori_plugins.text.tokens import words

    cutters: dict[str, Split] = {
        "syllables": text_metrics.tokens,
        "words": words,
        "morphemes": morphemes,
    }
    return cutters[settings.tokens]


def chrf(settings: MetricSettings) -> Measure:
    """Sentence chrF of sacrebleu, 0-100; what it is made of is kept, for that of all items."""

    def measure(answer: str, item: Item) -> Outcome:
        metric = _chrf()
        (counts,) = metric._extract_corpus_statistics([answer], [[r] for r in references(item)])
        score = metric._compute_score_from_stats(counts).score
        return Outcome(float(score), {"counts": [int(count) for count in counts]})

    return measure


def bleu(settings: MetricSettings) -> Measure:
    """Sentence BLEU of sacrebleu (smoothed, effective order), 0-100, with its counts."""

    def measure(answer: str, item: Item) -> Outcome:
        found = _bleu(_bleu_tokens(settings, item)).sentence_score(answer, list(references(item)))
        counts = [found.sys_len, found.ref_len, *found.counts, *found.totals]
        return Outcome(float(found.score), {"counts": [int(count) for count in counts]})

    return measure


def _bleu_tokens(settings: MetricSettings, item: Item) -> str:
    """Korean words with other particles, or text without spaces, have no words in common."""
    if settings.bleu_tokens != "auto":
        return settings.bleu_tokens
    tag = item.language.lower().partition("-")[0]
    return "char" if tag in ("ja", "zh") or is_korean(tag, item.reference) else "13a"


def corpus_chrf(counts: Sequence[Sequence[int]]) -> float:
    """chrF of all items together, as sacrebleu's `corpus_score`: from the sum of their counts."""
    return float(_chrf()._compute_score_from_stats(_summed(counts, 18)).score)


def corpus_bleu(counts: Sequence[Sequence[int]]) -> float:
    """BLEU of all items together (Papineni et al. 2002), as sacrebleu's `corpus_score`."""
    summed = _summed(counts, 10)
    correct, total = summed[2:6], summed[6:10]
    found = _bleu("13a").compute_bleu(correct, total, summed[0], summed[1], smooth_method="exp")
    return float(found.score)


def _summed(counts: Sequence[Sequence[int]], length: int) -> list[int]:
    """The sum of each column; zeros where there is no row."""
    return [sum(column) for column in zip([0] * length, *counts, strict=True)]


@cache
def _chrf() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()


@cache
def _bleu(tokens: str) -> Any:
    from sacrebleu.metrics import BLEU

    return BLEU(effective_order=True, tokenize=tokens)
