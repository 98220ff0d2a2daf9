"""Gathers what finished stages hold into the run's report."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from byeori.bulk import Rows
from byeori.comparison import Comparison, compare
from byeori.comparison.gate import GateDecision
from byeori.components import Evaluator
from byeori.errors import DataError
from byeori.ledger import FIGURES
from byeori.plan import Stage
from byeori.records import Item, Score
from byeori.report import (
    Report,
    Timing,
    TuningSummary,
    find_scales,
    make_answer_book,
    make_headline,
    pick_answers,
    write_report,
    write_scores,
)
from byeori.run.accounts import costs
from byeori.run.counted import steps_of, training_record
from byeori.run.diagnosed import diagnosed, tabled
from byeori.run.origins import provenance_of
from byeori.run.record import EventLog, recipe_text
from byeori.stages.items import ITEMS
from byeori.stages.scores import SCORES

if TYPE_CHECKING:
    from byeori.run.engine import Run


def write_run_report(run: "Run", events: EventLog) -> Report:
    """Write the report, and every score, into the run's folder.

    Args:
        run: a run whose stages are all there.
        events: how long each stage took when it was made.
    """
    _refuse_mixed(run)
    items = list(_items(run))
    scores = list(_scores(run))
    comparisons = tuple(_compare(run, items, scores))
    gates = _gates(run, items, scores)
    uses = [stage.use() for stage in _of_kind(run, "items")]
    report = Report(
        name=run.plan.recipe.name,
        headline=make_headline(comparisons, gates),
        description=_description(run),
        steps=tuple(steps_of(run.plan.stages, run.artifacts)),
        tunings=tuple(_tunings(run)),
        comparisons=comparisons,
        gates=gates,
        scales=tuple(find_scales(scores)),
        diagnostics=diagnosed(uses, scores),
        tables=tabled(uses, scores, items, run.plan.recipe.compare.baseline),
        answers=pick_answers(scores, items, baseline=run.plan.recipe.compare.baseline),
        answer_book=make_answer_book(scores, items, baseline=run.plan.recipe.compare.baseline),
        provenance=provenance_of(run),
        recipe=recipe_text(run.plan.source),
        timings=tuple(_timings(run, events)),
        costs=tuple(costs(run.plan.stages, events)),
    )
    write_scores(scores, items, run.folder)
    write_report(report, run.folder)
    return report


def _refuse_mixed(run: "Run") -> None:
    """Base and tuned models must be scored in the same arithmetic, or it is compared as well."""
    computed: dict[str, list[str]] = {}
    for stage in _of_kind(run, "scores"):
        folder = run.artifacts[stage.id].folder
        computed.setdefault(run.artifacts[stage.id].counts["computed_in"], []).append(str(folder))
    if len(computed) > 1:
        fewest = min(computed, key=lambda how: len(computed[how]))
        raise DataError(
            f"scores were computed in different ways ({', '.join(computed)}), on different "
            f"machines perhaps; delete {', '.join(computed[fewest])} and run again on one"
        )


def _items(run: "Run") -> Iterator[Item]:
    seen = set()
    for stage in _of_kind(run, "items"):
        for item in Rows(run.artifacts[stage.id].path(ITEMS), Item):
            if item.id not in seen:  # two evaluators may ask the same question
                seen.add(item.id)
                yield item


def _scores(run: "Run") -> Iterator[Score]:
    """All scores that are results, under the names the recipe uses now.

    So a renamed evaluation is not done again. In the recipe's order of evaluators, of which the
    headline takes the first: stages that rate answers come after all others.
    """
    order = [stage.use().step for stage in _of_kind(run, "items")]
    for stage in sorted(_of_kind(run, "scores"), key=lambda s: order.index(s.use().step)):
        use = stage.use()
        if not use.make(Evaluator).compared:
            continue
        for score in Rows(run.artifacts[stage.id].path(SCORES), Score):
            yield replace(score, model=use.start, evaluator=use.step)


def _compare(run: "Run", items: list[Item], scores: list[Score]) -> list[Comparison]:
    evaluators = {
        stage.use().step: stage.use().make(Evaluator).summarise for stage in _of_kind(run, "items")
    }
    return compare(
        scores,
        run.plan.recipe.compare,
        summarise=evaluators,
        groups={item.id: (item.task, item.language) for item in items},
        clusters={item.id: item.document_id for item in items},
        seed=run.plan.recipe.seed,
    )


def _gates(run: "Run", items: list[Item], scores: list[Score]) -> tuple[GateDecision, ...]:
    from byeori.comparison.gate.decide import decisions  # numpy: not wanted when a plan is made

    clusters = {item.id: item.document_id for item in items}
    recipe = run.plan.recipe
    return decisions(scores, recipe.compare, clusters=clusters, seed=recipe.seed)


def _of_kind(run: "Run", *kinds: str) -> Iterator[Stage]:
    return (stage for stage in run.plan.stages if stage.kind in kinds)


def _description(run: "Run") -> str:
    recipe = run.plan.recipe
    methods = ", ".join(stage.component for stage in _of_kind(run, "tuning"))
    return (
        f"The base model {recipe.base_model.path} was tuned by {methods} with the "
        f"{recipe.prompt} prompt. Base and tuned models answered the very same items."
    )


def _tunings(run: "Run") -> Iterator[TuningSummary]:
    for stage in _of_kind(run, "tuning"):
        use = stage.use()
        yield TuningSummary(
            id=stage.id,
            method=use.entry.name,
            config=use.config.model_dump(mode="json", exclude_defaults=True),
            start=" + ".join(use.models) or use.start,
            **training_record(run.artifacts[stage.id]),
        )


def _timings(run: "Run", events: EventLog) -> Iterator[Timing]:
    seconds, measured = events.seconds(), events.measured()
    for stage in run.plan.stages:
        if stage.fingerprint in seconds:
            name, reused = stage.fingerprint, stage.id not in run.made
            figures = {k: v for k, v in measured[name].items() if k not in FIGURES}
            yield Timing(stage.id, seconds[name], reused, figures)
