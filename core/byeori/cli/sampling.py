"""`byeori run RECIPE --sample N`: the data way on some documents, and what all would take."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import open_workspace, print_json

if TYPE_CHECKING:
    from byeori.plan import Plan, Sweep


def sampled(planned: "Plan | Sweep", documents: int) -> "Plan":
    """The plan of the data alone, on so many documents.

    Raises:
        RecipeError: it is a sweep, whose variants may have different data.
    """
    from byeori.cli.options import one_variant
    from byeori.plan import make_plan

    plan = one_variant(planned)
    return make_plan(plan.source, plan.registry, documents)


def print_sample(folder: Path, workspace: Path, as_json: bool) -> None:
    """Print what came of a sample, by the folder of its run."""
    from byeori.browsing import open_run
    from byeori.cli.browsing import print_row, print_stages
    from byeori.run.sample import trial

    store = open_workspace(workspace)
    run = open_run(store, folder.relative_to(store.folder / "runs").as_posix())
    found = trial(run)
    if as_json:
        print_json({"run": run.name, **found.as_json()})
        return
    click.echo(f"{found.documents:,} of {found.of:,} documents\n")
    print_stages(found.stages)
    for number, row in enumerate(found.examples, start=1):
        click.echo()
        print_row(number, row, full=False)
    click.echo()
    if found.cost:
        click.echo(f"cost: {_cost(found.total)}")
        click.echo(
            f"for all {found.of:,} documents, if they are like these: {_cost(found.for_all)}; "
            "what is paid for is not asked again"
        )
    elif not found.unrecorded:
        click.echo("cost: no model was asked")
    if found.unrecorded:
        click.echo(
            f"made by another run, its cost not recorded here: {', '.join(found.unrecorded)}"
        )
    click.echo(f"`byeori data {run.name}` shows every row of it")


def _cost(figures: Mapping[str, float]) -> str:
    money = f": {figures['cost']:,.4g} by the recipe's prices" if "cost" in figures else ""
    return (
        f"{figures['answers']:,} answers, {figures['prompt_tokens']:,} tokens read and "
        f"{figures['completion_tokens']:,} written{money}"
    )
