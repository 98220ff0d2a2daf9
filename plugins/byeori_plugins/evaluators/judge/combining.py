"""Makes an item's scores of its judgements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from byeori import Item, Score
from byeori.answering import Answered
from byeori_plugins.evaluators.judge.asking import Judgement
from byeori_plugins.evaluators.judge.config import JudgeConfig
from byeori_plugins.evaluators.judge.rubric import FIRST, SECOND
from byeori_plugins.evaluators.judge.verdicts import LOSS, TIE, WIN

ALONE = "no other model's answer to show beside it"
DISAGREE = "the choice changes with the order of the answers"
Unit = tuple[int, int, int]
"""Judge, repeat, other model: what is judged once, in one order or in both."""


@dataclass(frozen=True)
class Combiner:
    """Scores of one model; `human` holds people's ratings by item and metric."""

    config: JudgeConfig
    answered: Answered
    human: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]

    def scores(self, number: int, item: Item, made: Sequence[Judgement]) -> Iterator[Score]:
        """One score for each scale and choice."""
        for metric in self.config.rubric.metrics:
            of_metric = () if self._is_even(metric) else made
            value, reason = self._value(metric, number, of_metric)
            yield Score(
                item_id=item.id,
                metric=metric,
                value=value,
                prediction=self.answered.own[number].text,
                reference=item.reference,
                metadata=self._metadata(metric, number, item, of_metric, reason),
            )

    def _value(
        self, metric: str, number: int, made: Sequence[Judgement]
    ) -> tuple[float | None, str]:
        own = self.answered.own[number]
        if own.problem:
            return None, own.problem
        if self._is_even(metric):
            return TIE, ""
        if not made:
            others = [rows[number].problem for rows in self.answered.others]
            return None, next(filter(None, others), ALONE)
        return self._mean(metric, made)

    def _is_even(self, metric: str) -> bool:
        """The baseline is even with itself: what the others' choices are compared with."""
        baseline = self.answered.model == self.answered.baseline
        return baseline and metric in self.config.rubric.choices

    def _mean(self, metric: str, made: Sequence[Judgement]) -> tuple[float | None, str]:
        """The mean of the judges' means; None where a judge judged nothing that can be used."""
        by_judge: list[float] = []
        for judge in range(len(self.config.judges)):
            values = [
                value
                for unit, orders in _units(made).items()
                if unit[0] == judge and (value := self._of_orders(metric, orders)) is not None
            ]
            if not values:
                problems = [one.problem for one in made if one.judge == judge and one.problem]
                return None, problems[0] if problems else DISAGREE
            by_judge.append(fmean(values))
        return fmean(by_judge), ""

    def _of_orders(self, metric: str, orders: Sequence[Judgement]) -> float | None:
        values = [one.value(metric) for one in orders]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None  # one order alone would bring its bias with it
        if metric in self.config.rubric.choices and len(set(known)) > 1:
            return TIE if self.config.inconsistent == "tie" else None
        return fmean(known)

    def _metadata(
        self, metric: str, number: int, item: Item, made: Sequence[Judgement], reason: str
    ) -> dict[str, Any]:
        rubric, others = self.config.rubric, self.answered.others
        scale = rubric.scales.get(metric)
        found: dict[str, Any] = {
            "scale": [scale.lowest, scale.highest] if scale else [LOSS, WIN],
            "characters": len(self.answered.own[number].text),
            "judgements": [self._told(metric, one) for one in made],
        }
        if rubric.answers == "two":
            found["other_characters"] = [len(rows[number].text) for rows in others]
        # `byeori explain` follows keys that end in `answer`.
        found |= {f"judgement_{n}_answer": one.key for n, one in enumerate(made) if one.key}
        if reason:
            found["unscored"] = reason
        if ratings := self.human.get((item.id, metric)):
            found["human"] = [dict(rating) for rating in ratings]
        return found

    def _told(self, metric: str, one: Judgement) -> dict[str, Any]:
        told: dict[str, Any] = {
            "judge": one.judge,
            "name": self.config.judges[one.judge].name,
            "repeat": one.showing.repeat,
            "value": one.value(metric),
        }
        if one.showing.other >= 0:
            told |= {"other": one.showing.other, "place": one.showing.place}
        if one.verdict is None:
            return told | {"problem": one.problem}
        told["reason"] = one.verdict.reason
        if analysis := one.verdict.analysis.get(metric):
            sides = (FIRST, SECOND) if one.showing.place == 1 else (SECOND, FIRST)
            parts = zip(("own", "other"), sides, strict=True)
            told["analysis"] = {
                "both": analysis["both"],
                **{name: analysis[side] for name, side in parts},
            }
        return told


def _units(made: Sequence[Judgement]) -> dict[Unit, list[Judgement]]:
    units: dict[Unit, list[Judgement]] = {}
    for one in made:
        key = one.judge, one.showing.repeat, one.showing.other
        units.setdefault(key, []).append(one)
    return units
