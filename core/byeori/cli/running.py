"""Commands that take a recipe: run, plan, validate, schema."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import (
    json_option,
    open_workspace,
    plan_or_sweep,
    print_json,
    recipe_options,
    workspace_option,
)
from byeori.cli.planning import print_outlook, print_plan
from byeori.cli.sampling import print_sample, sampled
from byeori.errors import VariantsFailedError
from byeori.plugins import Registry

if TYPE_CHECKING:
    from byeori.plan import Plan, Sweep


@click.command("run")
@recipe_options
@workspace_option
@json_option
@click.option("--dry-run", is_flag=True, help="Print the plan and what is known of it, and stop.")
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Try the data on N documents, and stop."
)
@click.option("-q", "--quiet", is_flag=True, help="Show errors and the result only.")
@click.pass_obj
def run_command(
    registry: Registry,
    recipe: str,
    overrides: Sequence[str],
    workspace: Path,
    as_json: bool,
    dry_run: bool,
    sample: int | None,
    quiet: bool,
) -> None:
    """Run RECIPE, a file or the name of a shipped one, and write its report.

    What is finished is not done again; a run that was stopped goes on where it was. Ends with 6
    where the run is done but `compare.fail_if` forbids its model.
    """
    planned = plan_or_sweep(registry, recipe, overrides)
    if sample:
        planned = sampled(planned, sample)
    if dry_run:
        print_outlook(planned, workspace, as_json)
        return
    from byeori.cli.gating import end_if_blocked
    from byeori.cli.tables import print_headline

    if sample:
        print_sample(_execute(planned, workspace, quiet=quiet or as_json), workspace, as_json)
        return
    try:
        folder = _execute(planned, workspace, quiet=quiet or as_json)
    except VariantsFailedError as error:
        if error.finished:
            print_headline(error.folder, as_json=as_json)
        raise
    print_headline(folder, as_json=as_json)
    end_if_blocked(folder)


def _execute(planned: "Plan | Sweep", workspace: Path, *, quiet: bool) -> Path:
    """Run a plan, or every variant of a sweep; returns the folder of its report."""
    from byeori.cli.progress import progress_display
    from byeori.plan import Sweep
    from byeori.run import execute, execute_sweep

    with progress_display(quiet=quiet) as progress:
        store = open_workspace(workspace)
        if isinstance(planned, Sweep):
            return execute_sweep(planned, store, progress).folder
        return execute(planned, store, progress).folder


@click.command("plan")
@recipe_options
@workspace_option
@json_option
@click.pass_obj
def plan_command(
    registry: Registry, recipe: str, overrides: Sequence[str], workspace: Path, as_json: bool
) -> None:
    """Show the stages RECIPE would run, and which of them are done."""
    print_plan(plan_or_sweep(registry, recipe, overrides), workspace, as_json)


@click.command("validate")
@recipe_options
@click.pass_obj
def validate_command(registry: Registry, recipe: str, overrides: Sequence[str]) -> None:
    """Check RECIPE whole and say everything that is wrong in it."""
    from byeori.plan import Sweep

    planned = plan_or_sweep(registry, recipe, overrides)
    if isinstance(planned, Sweep):
        size = f"{len(planned.members)} variants, {len(planned.stages())} different stages"
    else:
        size = f"{len(planned.stages)} stages"
    click.echo(f"{planned.source.file}: valid, {size}")


@click.command("schema")
@click.pass_obj
def schema_command(registry: Registry) -> None:
    """Print the JSON Schema of a recipe, for the plugins installed here."""
    from byeori.recipe.schema import recipe_schema

    print_json(recipe_schema(registry))
