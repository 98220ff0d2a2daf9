"""The tables of two answers side by side: points with reasons, their statistics, categories.

After Kim et al. (2024): Table 7 (points and reasons), section 4.2.4 (mean, error, deviation),
Table 5 (paired t), Table 6 (F) and Table 3 (similarities and differences by category).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from byeori import Item, ResultTable, Score
from byeori_plugins.evaluators.judge.points import statistics_of
from byeori_plugins.evaluators.judge.rubric import Rubric
from byeori_plugins.evaluators.judge.verdicts import LOSS, WIN

SHOWN = 20
"""Questions that a table shows, and statements of a category from so many; files hold all."""
By = Mapping[str, Sequence[Score]]


def tables_of(rubric: Rubric, scores: By, items: Mapping[str, Item]) -> Iterator[ResultTable]:
    """Of each model against the baseline, which is the first."""
    if rubric.answers == "one" or len(scores) < 2:
        return
    baseline, *tuned = scores
    for model in tuned:
        for scale in rubric.scales:
            base, own = (_by_item(scores[name], scale) for name in (baseline, model))
            yield _points(scale, (baseline, model), (base, own), items, rubric)
            pairs = [(base[item].value, score.value) for item, score in own.items() if item in base]
            known = [(a, b) for a, b in pairs if a is not None and b is not None]
            yield from statistics_of(scale, (baseline, model), known)
        analysed = [name for name, choice in rubric.choices.items() if choice.analysis]
        if analysed:
            yield _categories(rubric, analysed, (baseline, model), scores[model], items)


def _by_item(scores: Sequence[Score], metric: str) -> dict[str, Score]:
    return {score.item_id: score for score in scores if score.metric == metric}


def _points(
    scale: str,
    models: tuple[str, str],
    sides: tuple[Mapping[str, Score], Mapping[str, Score]],
    items: Mapping[str, Item],
    rubric: Rubric,
) -> ResultTable:
    base, own = sides
    shown = [item for item in own if item in base]
    about = rubric.scales[scale]
    rows = tuple(
        (
            _question(items.get(item), item),
            base[item].value,
            own[item].value,
            _why(own[item], models),
        )
        for item in shown[:SHOWN]
    )
    more = f" The first {SHOWN} of {len(shown)} questions." if len(shown) > SHOWN else ""
    return ResultTable(
        title=f"{scale}, {about.lowest} to {about.highest}: {models[0]} and {models[1]}",
        columns=("Question", models[0], models[1], "Why"),
        rows=rows,
        note="Points are means over orders, repeats and judges; the reason is that of the first "
        f"judgement.{more} scores.parquet has all.",
    )


def _question(item: Item | None, name: str) -> str:
    return (item.input or item.instruction) if item else name


def _why(score: Score, models: tuple[str, str]) -> str:
    """The first reason, and whose answer it calls which."""
    for one in score.metadata.get("judgements", ()):
        if reason := one.get("reason"):
            first = models[1] if one.get("place") == 1 else models[0]
            return f"{reason} (answer_1 is that of {first})"
    return str(score.metadata.get("unscored", ""))


def _categories(
    rubric: Rubric,
    names: Sequence[str],
    models: tuple[str, str],
    scores: Sequence[Score],
    items: Mapping[str, Item],
) -> ResultTable:
    rows: list[tuple[str | int, ...]] = []
    for name in names:
        own = [one for one in _by_item(scores, name).values() if one.value is not None]
        wins, losses = (sum(one.value == value for one in own) for value in (WIN, LOSS))
        said = [_analysis(one) for one in own]
        parts = [_some(said, part) for part in ("both", "other", "own")]
        about = rubric.choices[name].about.rstrip(".")
        rows.append((about or name, losses, len(own) - wins - losses, wins, *parts))
    base, model = models
    return ResultTable(
        title=f"Similarities and differences: {base} and {model}",
        columns=(
            "Category",
            f"{base} more specific",
            "Similar",
            f"{model} more specific",
            "Both",
            f"{base} alone",
            f"{model} alone",
        ),
        rows=tuple(rows),
        note="Numbers of questions, and what the judge wrote of the first ones; the comparison "
        "above has each category's share with its interval.",
    )


def _analysis(score: Score) -> Mapping[str, str]:
    for one in score.metadata.get("judgements", ()):
        if analysis := one.get("analysis"):
            found: Mapping[str, str] = analysis
            return found
    return {}


def _some(said: Sequence[Mapping[str, Any]], part: str, most: int = 3) -> str:
    """The first different statements, one a line."""
    texts = dict.fromkeys(" ".join(one.get(part, "").split()) for one in said)
    return "\n".join([text for text in texts if text][:most])
