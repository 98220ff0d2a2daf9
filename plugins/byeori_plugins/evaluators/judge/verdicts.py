"""What a judge is asked for, and what it said: a verdict on one answer or on two."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, create_model

from byeori.endpoint import Outcome
from byeori_plugins.evaluators.judge.rubric import FIRST, REASON, SECOND, Choice, Rubric, Scale

_RATING = re.compile(r"\[\[\s*(-?\d+(?:\.\d+)?)\s*\]\]")
_LETTER = re.compile(r"\[\[\s*([ABC])\s*\]\]")
_BRACKETS = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
WIN, TIE, LOSS = 1.0, 0.5, 0.0


class UnreadableError(ValueError):
    """A judge's reply holds no verdict; the message says why, equal reasons in equal words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of the answers it was shown.

    Attributes:
        reason: in the judge's words.
        first: by scale or choice, the value of the answer shown first, or of the only one; a
            choice is 1 for the answer that was chosen, 0 for the other and 0.5 for both of a tie.
        second: of the answer shown second; empty where there was one.
        analysis: by choice, what both answers have in common and what each has alone.
    """

    reason: str
    first: Mapping[str, float]
    second: Mapping[str, float] = field(default_factory=dict)
    analysis: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _refuse_truth(value: object) -> object:
    if isinstance(value, bool):  # pydantic would take `true` for 1
        raise ValueError("must be a whole number")
    return value


def _score(scale: Scale) -> Any:
    described = Field(ge=scale.lowest, le=scale.highest)
    return Annotated[int, BeforeValidator(_refuse_truth), described]


def _chosen(choice: Choice) -> Any:
    return Literal.__getitem__((FIRST, SECOND, choice.tie))


def _model(name: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    """A model with these fields; names of our own inside, because scales may hold hyphens."""
    members: dict[str, Any] = {
        f"field_{number}": (kind, Field(alias=key))
        for number, (key, kind) in enumerate(fields.items())
    }
    return create_model(name, **members)


def schema_of(rubric: Rubric) -> type[BaseModel] | None:
    """What a judge's reply must be; None where the verdict stands in brackets."""
    return None if rubric.reply == "brackets" else _schema(rubric.model_dump_json())


@lru_cache(maxsize=32)
def _schema(content: str) -> type[BaseModel]:
    rubric = Rubric.model_validate_json(content)
    scores = {name: _score(scale) for name, scale in rubric.scales.items()}
    if rubric.answers == "one":
        return _model("Judgement", {REASON: str, **scores})
    fields: dict[str, Any] = {REASON: str}
    if scores:
        fields |= dict.fromkeys((FIRST, SECOND), _model("Scores", scores))
    for number, (name, choice) in enumerate(rubric.choices.items()):
        chosen = _chosen(choice)
        if choice.analysis:
            parts = {"both": str, FIRST: str, SECOND: str, "choice": chosen}
            chosen = _model(f"Analysis{number}", parts)
        fields[name] = chosen
    return _model("Judgement", fields)


def verdict_of(rubric: Rubric, outcome: Outcome[Any]) -> Verdict:
    """What a reply says.

    Raises:
        UnreadableError: nothing that can be used: no verdict, several, or one out of range.
    """
    if outcome.error is not None:
        raise UnreadableError(outcome.error.reason)
    if rubric.reply == "brackets":
        if outcome.cut:
            raise UnreadableError("the judgement was cut; raise the judge's `max_tokens`")
        return _bracketed(rubric, outcome.text)
    if outcome.value is None:
        raise UnreadableError("the judgement is empty")
    return _from_data(rubric, outcome.value.model_dump(by_alias=True))


def _from_data(rubric: Rubric, said: Mapping[str, Any]) -> Verdict:
    if rubric.answers == "one":
        return Verdict(said[REASON], {name: float(said[name]) for name in rubric.scales})
    sides: list[dict[str, float]] = [
        {name: float(said[side][name]) for name in rubric.scales} for side in (FIRST, SECOND)
    ]
    analysis: dict[str, dict[str, str]] = {}
    for name, choice in rubric.choices.items():
        chosen = said[name]
        if choice.analysis:
            analysis[name] = {part: chosen[part] for part in ("both", FIRST, SECOND)}
            chosen = chosen["choice"]
        value = {FIRST: WIN, SECOND: LOSS, choice.tie: TIE}[chosen]
        sides[0][name], sides[1][name] = value, 1 - value
    return Verdict(said[REASON], sides[0], sides[1], analysis)


def _bracketed(rubric: Rubric, text: str) -> Verdict:
    """The one verdict in double brackets; several that differ are none."""
    (name,) = rubric.metrics
    scale = rubric.scales.get(name)
    told = (_RATING if scale else _LETTER).findall(text)
    if not told:
        other = "what stands in double brackets is no verdict" if _BRACKETS.search(text) else ""
        raise UnreadableError(other or "no verdict in double brackets")
    if len(set(told)) > 1:
        raise UnreadableError("several verdicts in double brackets that differ")
    if scale is None:
        value = {"A": WIN, "B": LOSS, "C": TIE}[told[0]]
        return Verdict(text, {name: value}, {name: 1 - value})
    value = float(told[0])
    if not scale.lowest <= value <= scale.highest:
        raise UnreadableError(f"{name}: outside {scale.lowest} to {scale.highest}")
    return Verdict(text, {name: value})
