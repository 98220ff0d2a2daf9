"""Gets our side of each of a paper's tables and decides about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import byeori
from byeori.errors import ByeoriError, DataError, StoppedError, suggest
from byeori.reproduction.measured import measured
from byeori.reproduction.outcome import NOT_HERE, Cell, Reproduction, TableOutcome
from byeori.reproduction.paper import Experiment, Paper
from byeori.reproduction.rules import Rule
from byeori.reproduction.runs import Runs
from byeori.reproduction.settings import as_figure, prompt_of, settings_of
from byeori.reproduction.table import Figure, Ours, Place, Verdict
from byeori.reproduction.ways import Computed, FromRecipe, Measured, NotRunnable, PromptOf, Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from byeori.plugins import Registry
    from byeori.recipe import RecipeSource


@dataclass(frozen=True)
class Reproducer:
    """What is needed to get ours.

    Attributes:
        runs: runs recipes.
        read: reads a shipped recipe by name, as it is.
        registry: knows the components' settings.
    """

    runs: Runs
    read: "Callable[[str], RecipeSource]"
    registry: "Registry"

    def reproduce(
        self, name: str, paper: Paper, *, full: bool, only: Sequence[str], overrides: Sequence[str]
    ) -> tuple[Reproduction, list[ByeoriError]]:
        """Every table asked for, and the errors of those whose recipes failed.

        Raises:
            StoppedError: running again goes on from here.
            DataError: `only` names a table that the paper has not.
        """
        errors: list[ByeoriError] = []
        tables = []
        for experiment in chosen(paper, only):
            self.runs.progress.message(f"{experiment.table}: {experiment.shows}")
            tables.append(self._table(experiment, experiment.way(full=full), errors))
        outcome = Reproduction(
            paper=name,
            title=paper.title,
            authors=paper.authors,
            venue=paper.venue,
            year=paper.year,
            full=full,
            overrides=tuple(overrides),
            tables=tuple(tables),
            byeori_version=byeori.__version__,
        )
        return outcome, errors

    def _table(self, experiment: Experiment, way: Way, errors: list[ByeoriError]) -> TableOutcome:
        try:
            ours = self._ours(experiment, way)
        except StoppedError:
            raise
        except ByeoriError as error:
            errors.append(error)
            return outcome(experiment, way, nothing(experiment, str(error)), error=str(error))
        return outcome(experiment, way, ours)

    def _ours(self, experiment: Experiment, way: Way) -> Ours:
        if isinstance(way, NotRunnable):
            return nothing(experiment, way.reason)
        if isinstance(way, Computed):
            return computed(experiment, way)
        if isinstance(way, FromRecipe):
            return settings_of(experiment, way, self.read(way.recipe), self.registry)
        if isinstance(way, PromptOf):
            return prompt_of(experiment, way, self.read(way.recipe), self.registry)
        return measured(experiment, way, self.runs)


def chosen(paper: Paper, only: Sequence[str]) -> tuple[Experiment, ...]:
    """The experiments that are asked for, in the paper's order; all where none is named.

    Args:
        paper: whose.
        only: names of tables, whatever their case; `5` is enough for `Table 5`.

    Raises:
        DataError: there is no such table.
    """
    if not only:
        return paper.experiments
    wanted = set()
    for name in only:
        asked = " ".join(name.split()).casefold()
        known = [e.table for e in paper.experiments]
        exact = [table for table in known if table.casefold() in (asked, f"table {asked}")]
        if not exact:
            raise DataError(f"the paper has no {name!r}{suggest(name, known)}")
        wanted.update(exact)
    return tuple(e for e in paper.experiments if e.table in wanted)


def nothing(experiment: Experiment, reason: str) -> Ours:
    """Our side of a table of which nothing can be had."""
    return Ours(missing=dict.fromkeys(experiment.places(), reason))


def computed(experiment: Experiment, way: Computed) -> Ours:
    """Our side of a table that is computed from printed figures.

    Raises:
        DataError: what is computed has other rows or columns than the table.
    """
    rows = way.compute()
    if set(rows) != set(experiment.rows):
        raise DataError(f"{experiment.table}: computed are {sorted(rows)}, not the table's rows")
    figures: dict[Place, Figure] = {}
    for row, values in rows.items():
        if len(values) != len(experiment.columns):
            raise DataError(f"{experiment.table}, row {row!r}: {len(values)} values were computed")
        for column, value in zip(experiment.columns, values, strict=True):
            if value is not None:
                figures[row, column] = as_figure(value)
    return Ours(figures)


def outcome(experiment: Experiment, way: Way, ours: Ours, *, error: str = "") -> TableOutcome:
    """A table beside ours, each cell with its mark."""
    rule: Rule | None = None if isinstance(way, NotRunnable) else way.rule
    verdicts: Mapping[Place, Verdict] = rule.decide(experiment, ours) if rule else {}
    return TableOutcome(
        table=experiment.table,
        shows=experiment.shows,
        columns=experiment.columns,
        cells=tuple(_cells(experiment, ours, verdicts)),
        how=how(way),
        recipes=recipes(way),
        rule=rule.says if rule and not error else "",
        sense=rule.short if rule else "",
        differs="" if isinstance(way, NotRunnable) else way.differs,
        command=way.command if isinstance(way, NotRunnable) else "",
        error=error,
        notes=experiment.notes,
    )


def _cells(experiment: Experiment, ours: Ours, verdicts: Mapping[Place, Verdict]) -> Iterator[Cell]:
    for place in experiment.places():
        printed = experiment.printed(place)
        missing = printed and place not in ours.figures
        absent = Verdict(NOT_HERE, ours.missing.get(place, "")) if missing else Verdict("")
        verdict = verdicts.get(place, absent)
        yield Cell(
            row=place[0],
            column=place[1],
            paper=printed,
            ours=ours.figures.get(place),
            mark=verdict.mark,
            why=verdict.why,
        )


def how(way: Way) -> str:
    """How ours is got, in a sentence."""
    if isinstance(way, Computed):
        return f"Computed again from {way.source}."
    if isinstance(way, FromRecipe):
        return f"Read from the recipe {way.recipe}."
    if isinstance(way, PromptOf):
        return f"Written by the recipe {way.recipe}."
    if isinstance(way, NotRunnable):
        return way.reason
    variants = dict.fromkeys(
        f"{model.recipe}{f' (variant {model.variant})' if model.variant else ''}"
        for model in way.models.values()
    )
    return f"By running {', '.join(variants)}."


def recipes(way: Way) -> tuple[str, ...]:
    """The recipes that ours is got from, each once."""
    if isinstance(way, (FromRecipe, PromptOf)):
        return (way.recipe,)
    if isinstance(way, Measured):
        return tuple(dict.fromkeys(model.recipe for model in way.models.values()))
    return ()
