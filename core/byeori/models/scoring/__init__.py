"""Log-likelihoods of continuations: batched, and equal to scoring each row alone."""

from byeori.models.scoring.greedy import totals_and_greedy
from byeori.models.scoring.scorer import Scorer
from byeori.models.scoring.spans import Span

__all__ = ["Scorer", "Span", "totals_and_greedy"]
