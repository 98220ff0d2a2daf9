"""The novelty loops of Self-Instruct and Alpaca, as published, and ours.

Both compare each new instruction with all kept before by rouge-score and drop it if the highest F
of ROUGE-L is over 0.7. Self-Instruct (Wang et al. 2023) asks a `RougeScorer`, which cuts both texts
into tokens each time; Alpaca (Taori et al. 2023) cuts once, and calls the scorer's inner function.
Both spread the scores over processes, which costs processor time rather than saves it: here they
run in one, and what is compared is processor time.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rouge_score import rouge_scorer

from byeori_plugins.text.novelty import Novelty

THRESHOLD = 0.7
Highest = Callable[[str, Sequence[str]], float]
SCORER = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)


class SelfInstruct:
    """`scorer.score` for each pair."""

    name = "self_instruct"

    def add(self, text: str) -> None:
        """Keep a text."""
        self.kept.append(text)

    def highest(self, text: str) -> float:
        """Highest F with a text kept."""
        scores = [SCORER.score(text, other)["rougeL"].fmeasure for other in self.kept]
        return max(scores, default=0.0)

    def __init__(self) -> None:
        self.kept: list[str] = []


class Alpaca:
    """Tokens once for each text, then the longest common subsequence of each pair."""

    name = "alpaca"

    def __init__(self) -> None:
        self.kept: list[list[str]] = []

    def add(self, text: str) -> None:
        """Keep a text."""
        self.kept.append(SCORER._tokenizer.tokenize(text))

    def highest(self, text: str) -> float:
        """Highest F with a text kept."""
        tokens = SCORER._tokenizer.tokenize(text)
        scores = [rouge_scorer._score_lcs(tokens, other).fmeasure for other in self.kept]
        return max(scores, default=0.0)


LOOPS = (SelfInstruct, Alpaca)


@dataclass(frozen=True)
class Timed:
    """Processor seconds of a loop, and what it decided.

    Attributes:
        seconds: for all rows; `extrapolated` from those it decided where they are not all.
        decisions: by the number of a row, whether it was kept.
    """

    seconds: float
    decisions: dict[int, bool]
    extrapolated: bool = False


def ours(rows: Sequence[str], repeats: int = 1) -> tuple[dict[int, bool], list[float]]:
    """byeori's filter over all rows: what it decided, and its seconds in each repeat."""
    decisions, taken = {}, []
    for _ in range(repeats):
        started = time.process_time()
        novelty = Novelty(THRESHOLD, tokens="ascii")
        decisions = {number: novelty.add(text) for number, text in enumerate(rows)}
        taken.append(time.process_time() - started)
    return decisions, taken


def whole(loop: type[SelfInstruct] | type[Alpaca], rows: Sequence[str]) -> Timed:
    """A published loop over all rows."""
    peer, decisions = loop(), {}
    started = time.process_time()
    for number, text in enumerate(rows):
        decisions[number] = peer.highest(text) <= THRESHOLD
        if decisions[number]:
            peer.add(text)
    return Timed(time.process_time() - started, decisions)


def sampled(
    loop: type[SelfInstruct] | type[Alpaca], rows: Sequence[str], kept: dict[int, bool], asked: int
) -> Timed:
    """A published loop at `asked` rows, evenly spread, each against those that were kept before.

    The work for a row grows with what was kept before it, so their mean is that of all rows.
    """
    places = {int((turn + 0.5) * len(rows) / asked) for turn in range(asked)}
    peer, decisions, seconds = loop(), {}, 0.0
    for number, text in enumerate(rows):
        if number in places:
            started = time.process_time()
            decisions[number] = peer.highest(text) <= THRESHOLD
            seconds += time.process_time() - started
        if kept[number]:
            peer.add(text)
    return Timed(seconds * len(rows) / len(places), decisions, extrapolated=True)
