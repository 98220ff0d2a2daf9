"""`byeori reproduce`: a paper's tables beside ours."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byeori.cli.options import (
    json_option,
    one_variant,
    open_workspace,
    print_json,
    recipe_file,
    workspace_option,
)
from byeori.cli.tables import print_table
from byeori.errors import DataError, suggest
from byeori.plugins import Registry

if TYPE_CHECKING:
    from byeori.plan import Plan
    from byeori.recipe import RecipeSource
    from byeori.reproduction import Paper
    from byeori.reproduction.outcome import Reproduction, TableOutcome


@click.command("reproduce")
@click.argument("paper", required=False)
@click.option(
    "--full/--tiny",
    default=False,
    show_default=True,
    help="Recipes as they are, or their tiny form.",
)
@click.option("--only", multiple=True, metavar="TABLE", help="Only this table; may be repeated.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Override a field in every recipe that is run.",
)
@workspace_option
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Show errors and the result only.")
@click.pass_obj
def reproduce_command(
    registry: Registry,
    paper: str | None,
    full: bool,
    only: Sequence[str],
    overrides: Sequence[str],
    workspace: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Set PAPER's tables beside ours; without PAPER, list the papers.

    Runs the recipes a table needs, in their tiny form unless --full is given. What is finished is
    not done again; a run that was stopped goes on where it was. A table that is different is no
    error; a recipe that fails is, when the others are done.
    """
    if paper is None:
        _list(registry, as_json)
        return
    from byeori.cli.progress import progress_display
    from byeori.reproduction.page import as_json as page_json
    from byeori.reproduction.page import write_pages
    from byeori.reproduction.reproduce import Reproducer
    from byeori.reproduction.runs import Runs

    name, found = paper_named(registry, paper)
    recipes = Recipes(registry, overrides, tiny=not full)
    with progress_display(quiet=quiet or as_json) as progress:
        runs = Runs(recipes.plan, open_workspace(workspace), progress)
        reproducer = Reproducer(runs, recipes.read, registry)
        outcome, errors = reproducer.reproduce(
            name, found, full=full, only=only, overrides=overrides
        )
    folder = workspace / "reproductions" / name
    write_pages(outcome, folder, stem(outcome, only))
    if as_json:
        click.echo(page_json(outcome), nl=False)
    else:
        print_outcome(outcome)
        click.echo(f"page: {folder / stem(outcome, only)}.html")
    if errors:
        _tell(outcome)
        raise click.exceptions.Exit(errors[0].exit_code)


def _tell(outcome: "Reproduction") -> None:
    """Say which tables failed and why, those of one reason together."""
    failed: dict[str, list[str]] = {}
    for table in outcome.tables:
        if table.error:
            failed.setdefault(table.error, []).append(table.table)
    for error, tables in failed.items():
        click.echo(f"byeori: {', '.join(tables)}: {error}", err=True)


def stem(outcome: "Reproduction", only: Sequence[str]) -> str:
    """What the files are called: `report`, `full`, or with the tables asked for."""
    names = [table.table.lower() for table in outcome.tables] if only else []
    tables = [re.sub(r"[^\w.]+", "-", name).strip("-") for name in names]
    return "-".join(["full" if outcome.full else "report", *tables])


class Recipes:
    """Reads and plans shipped recipes for the tables of a paper."""

    def __init__(self, registry: Registry, overrides: Sequence[str], *, tiny: bool) -> None:
        self.registry, self.overrides, self.tiny = registry, overrides, tiny

    def read(self, recipe: str) -> "RecipeSource":
        """A recipe as it is shipped."""
        from byeori.recipe import read_recipe

        return read_recipe(recipe_file(self.registry, recipe))

    def plan(self, recipe: str, overrides: Sequence[str], variant: str) -> "Plan":
        """The plan of a recipe, or of one variant; the user's own options come last."""
        from byeori.plan import plan_recipe
        from byeori.recipe import read_recipe

        file = recipe_file(self.registry, recipe)
        source = read_recipe(file, (*overrides, *self.overrides), tiny=self.tiny)
        return one_variant(plan_recipe(source, self.registry, variant))


def paper_named(registry: Registry, asked: str) -> "tuple[str, Paper]":
    """A paper by its name, by the part after the plugin's, or by a plugin that has one paper.

    Raises:
        DataError: none is meant, or more than one.
    """
    papers = registry.papers()
    if asked in papers:
        return asked, papers[asked]
    meant = [name for name in papers if asked in name.split("/")]
    if len(meant) == 1:
        return meant[0], papers[meant[0]]
    if meant:
        raise DataError(f"{asked!r} may be {' or '.join(meant)}: give the whole name")
    raise DataError(f"no paper is named {asked!r}{suggest(asked, list(papers))}")


def _list(registry: Registry, as_json: bool) -> None:
    papers = registry.papers()
    if as_json:
        print_json([_paper_json(name, paper) for name, paper in papers.items()])
        return
    if not papers:
        click.echo("no plugin brings a paper; `byeori plugins` shows what each one offers")
    print_table((), [(name, str(p.year or ""), p.title) for name, p in papers.items()])


def _paper_json(name: str, paper: "Paper") -> dict[str, Any]:
    return {
        "name": name,
        "title": paper.title,
        "authors": list(paper.authors),
        "venue": paper.venue,
        "year": paper.year,
        "tables": [{"table": e.table, "shows": e.shows} for e in paper.experiments],
    }


def print_outcome(outcome: "Reproduction") -> None:
    """Print the tables beside ours, then one line for each."""
    click.echo(f"{outcome.title}\n{outcome.citation}\n{outcome.models}")
    for table in outcome.tables:
        _print(table)
    click.echo()
    print_table(("table", "mark"), [(table.table, table.says) for table in outcome.tables])


def _print(table: "TableOutcome") -> None:
    from byeori.reproduction.grid import grid
    from byeori.reproduction.page import remarks

    click.echo(f"\n{table.table}: {table.shows}\n{table.how}")
    cells = grid(table)
    print_table(cells.heads, [[_one_line(text) for text in row] for row in cells.rows])
    for line in (f"{table.says}.", *remarks(table)):
        click.echo(f"  {line}")
    if table.command:
        click.echo(f"  to run it: {table.command}")


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDEST else f"{flat[: WIDEST - 1]}…"


WIDEST = 40
"""Characters of a cell on the terminal; the page has all of it."""
