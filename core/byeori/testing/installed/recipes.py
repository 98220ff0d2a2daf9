"""A plugin's recipes: the settings that are really used, and the rows they are used on."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from byeori.bulk import with_id
from byeori.components import Config, DataSource, Filter, InstructionGenerator
from byeori.errors import RecipeError
from byeori.plan.check import Checker
from byeori.plan.stage import Use, paths_in
from byeori.plugins import Plugin, Registry
from byeori.recipe import RecipeSource
from byeori.recipe.tiny import KEY
from byeori.records import Document, Example
from byeori.testing.installed.outcome import NotRunError
from byeori.testing.installed.standins import with_standin
from byeori.testing.offers import recipe_forms
from byeori.testing.rules import Subject

MOST = 40
"""Rows that are used of all a recipe's sources give: checks repeat everything."""

R = TypeVar("R", Document, Example)


class RecipeRows:
    """One recipe's uses of components, and the documents and examples they work on.

    Attributes:
        name: how messages call it.
        spare: whether it also has a tiny form, and this is the other one.
        uses: what it uses, by the place in the recipe, where the settings are right.
        mistakes: what is wrong in it.
        thinned: whether `documents` are only some of those its sources give.
    """

    def __init__(self, name: str, source: RecipeSource, registry: Registry) -> None:
        self.name = name
        # The form that runs here is `--tiny`'s; this one speaks for what that one leaves out.
        self.spare = bool(source.data.get(KEY)) and not source.tiny
        checker = Checker(source, registry)
        checker.components()
        self.uses: dict[tuple[Any, ...], Use] = dict(checker.uses)
        self.mistakes = checker.mistakes
        self.thinned = False

    @cached_property
    def documents(self) -> list[Document]:
        """Some of the documents of its sources, spread evenly, after its filters.

        Raises:
            NotRunError: they cannot be made here.
        """
        rows: list[Document] = []
        for use in self._of("documents"):
            config = whole(use)
            if issubclass(use.entry.cls, Filter):
                rows = _filtered(use.entry.cls, config, Document, rows)
            else:
                cls: Any = use.entry.cls
                subject = Subject(cls, DataSource, config)
                rows += subject.run(Document, lambda source, c: source.documents(c))[0]
        self.thinned = len(rows) > MOST
        return spread(rows)

    @cached_property
    def examples(self) -> list[Example]:
        """The examples of those documents, after its filters.

        Raises:
            NotRunError: they cannot be made here.
        """
        documents, rows = self.documents, list[Example]()
        for use in self._of("examples"):
            with with_standin(whole(use)) as config:
                cls: Any = use.entry.cls
                subject = Subject(cls, InstructionGenerator, config)
                made = subject.run(Example, lambda maker, c: maker.examples(documents, c))[0]
            named = (replace(row, generator=use.entry.name) for row in made)
            rows += map(with_id, named)  # the id depends on all that is in a row
        return rows

    def before(self, place: tuple[Any, ...]) -> tuple[list[Document], list[Example]]:
        """What a use at a place of the recipe is given."""
        if place[0] == "documents":
            return [] if self.uses[place].entry.kind == "source" else self.documents, []
        return self.documents, [] if place[0] == "examples" else self.examples

    def _of(self, section: str) -> list[Use]:
        return [use for place, use in self.uses.items() if place[0] == section]


def recipe_rows(plugin: Plugin, registry: Registry) -> list[RecipeRows]:
    """The recipes of a plugin; the spare forms come last.

    Broken ones are left out: `check_recipe` says what is wrong with them.
    """
    found: list[RecipeRows] = []
    for name, file in plugin.recipes.items():
        with suppress(RecipeError, OSError):
            for option, source in recipe_forms(file):
                found.append(RecipeRows(f"recipe {name}{option}", source, registry))
    return sorted(found, key=lambda rows: rows.spare)


def whole(use: Use) -> Config:
    """The settings of a use.

    Raises:
        NotRunError: they name a file that the user is to bring.
    """
    missing: list[Path] = [file for _, file in paths_in(use.config) if not file.exists()]
    if missing:
        raise NotRunError(f"needs {missing[0].name}, which the recipe leaves to its user")
    return use.config


def spread(rows: list[R], most: int = MOST) -> list[R]:
    """At most so many rows, spread evenly over all of them."""
    if len(rows) <= most:
        return rows
    return [rows[place * len(rows) // most] for place in range(most)]


def _filtered(cls: type[Any], config: Config, row_type: type[R], rows: Iterable[R]) -> list[R]:
    given = list(rows)
    return Subject(cls, Filter, config).run(row_type, lambda f, c: f.keep(given, c))[0]
