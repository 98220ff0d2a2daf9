"""What evaluators say of their own scores, checked, and their own tables, for the report."""

import math
from collections.abc import Mapping, Sequence

from byeori.components import Evaluator
from byeori.diagnostics import Diagnostic
from byeori.errors import PluginError
from byeori.plan import Use
from byeori.records import Item, Score
from byeori.result_tables import ResultTable


def diagnosed(uses: Sequence[Use], scores: Sequence[Score]) -> dict[str, tuple[Diagnostic, ...]]:
    """By evaluator, what it says of its scores; those that say nothing are not there.

    Raises:
        PluginError: a figure is not finite.
    """
    by_evaluator = _sorted(scores)
    found = {use.step: _of_one(use, by_evaluator.get(use.step, {})) for use in uses}
    return {step: diagnostics for step, diagnostics in found.items() if diagnostics}


def tabled(
    uses: Sequence[Use], scores: Sequence[Score], items: Sequence[Item], baseline: str
) -> dict[str, tuple[ResultTable, ...]]:
    """By evaluator, its own tables; those that have none are not there."""
    by_evaluator, by_id = _sorted(scores), {item.id: item for item in items}
    found = {}
    for use in uses:
        own = by_evaluator.get(use.step, {})
        first = {name: own[name] for name in (baseline, *own) if name in own}
        found[use.step] = tuple(use.make(Evaluator).tables(first, by_id))
    return {step: tables for step, tables in found.items() if tables}


def _sorted(scores: Sequence[Score]) -> dict[str, dict[str, list[Score]]]:
    """Scores by evaluator and model."""
    by_evaluator: dict[str, dict[str, list[Score]]] = {}
    for score in scores:
        by_evaluator.setdefault(score.evaluator, {}).setdefault(score.model, []).append(score)
    return by_evaluator


def _of_one(use: Use, scores: Mapping[str, Sequence[Score]]) -> tuple[Diagnostic, ...]:
    diagnostics = tuple(use.make(Evaluator).diagnose(scores))
    for one in diagnostics:
        figures = [figure for figure in (one.value, one.low, one.high) if figure is not None]
        if not all(map(math.isfinite, figures)):
            raise PluginError(
                f"{use.step} ({use.entry.name}): diagnose gives {one.name!r} a figure that is not "
                "finite; give None, and say why in `note`"
            )
    return diagnostics
