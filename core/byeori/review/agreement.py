"""How far reviewers agree on the examples that several of them decided."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from byeori.review.records import REVIEWER, Decision
from byeori.statistics import CohensKappa, cohens_kappa


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers on the examples both decided.

    Attributes:
        reviewers: their names.
        examples: how many both decided.
        same: on how many the verdict is the same; of two edits the texts may differ.
        same_texts: on how many nothing is left to adjudicate.
        kappa: Cohen's kappa of the verdicts; None where it is not defined, with `problem`.
        problem: why, or empty.
        table: how often the first and the second gave which verdicts.
    """

    reviewers: tuple[str, str]
    examples: int
    same: int
    same_texts: int
    kappa: CohensKappa | None
    problem: str
    table: dict[tuple[str, str], int]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        kappa = self.kappa
        return {
            "reviewers": list(self.reviewers),
            "examples": self.examples,
            "same_verdict": self.same,
            "same_texts": self.same_texts,
            "kappa": None if kappa is None else kappa.statistic,
            "low": None if kappa is None else kappa.low,
            "high": None if kappa is None else kappa.high,
            "problem": self.problem,
            "table": [[a, b, n] for (a, b), n in sorted(self.table.items())],
        }


def agreements(decisions: Iterable[Decision]) -> list[Agreement]:
    """The agreement of every two reviewers who decided examples in common, before adjudication."""
    by_reviewer: dict[str, dict[str, Decision]] = {}
    for one in decisions:
        if one.role == REVIEWER:
            by_reviewer.setdefault(one.reviewer, {})[one.example] = one
    found = []
    for first, second in combinations(sorted(by_reviewer), 2):
        mine, theirs = by_reviewer[first], by_reviewer[second]
        if common := [example for example in mine if example in theirs]:
            pairs = [(mine[example], theirs[example]) for example in common]
            found.append(_agreement((first, second), pairs))
    return found


def _agreement(names: tuple[str, str], pairs: list[tuple[Decision, Decision]]) -> Agreement:
    verdicts = [(a.verdict, b.verdict) for a, b in pairs]
    kappa, problem = None, ""
    try:
        kappa = cohens_kappa([a for a, _ in verdicts], [b for _, b in verdicts])
    except ValueError as error:
        problem = str(error)
    return Agreement(
        names,
        len(pairs),
        sum(a == b for a, b in verdicts),
        sum(a.same_as(b) for a, b in pairs),
        kappa,
        problem,
        dict(Counter(verdicts)),
    )
