"""Commands that take a recipe: run, plan, validate, schema."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import (
    json_option,
    open_workspace,
    plan_of,
    print_json,
    recipe_options,
    workspace_option,
)
from byeori.plugins import Registry

if TYPE_CHECKING:
    from byeori.plan import Plan


@click.command("run")
@recipe_options
@workspace_option
@json_option
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@click.option("-q", "--quiet", is_flag=True, help="Show errors and the result only.")
@click.pass_obj
def run_command(
    registry: Registry,
    recipe: str,
    overrides: Sequence[str],
    workspace: Path,
    as_json: bool,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Run RECIPE, a file or the name of a shipped one, and write its report.

    What is finished is not done again; a run that was stopped goes on where it was.
    """
    plan = plan_of(registry, recipe, overrides)
    if dry_run:
        _print_plan(plan, workspace, as_json)
        return
    from byeori.cli.progress import progress_display
    from byeori.cli.tables import print_headline
    from byeori.run import execute

    with progress_display(quiet=quiet or as_json) as progress:
        run = execute(plan, open_workspace(workspace), progress)
    print_headline(run.folder, as_json=as_json)


@click.command("plan")
@recipe_options
@workspace_option
@json_option
@click.pass_obj
def plan_command(
    registry: Registry, recipe: str, overrides: Sequence[str], workspace: Path, as_json: bool
) -> None:
    """Show the stages RECIPE would run, and which of them are done."""
    _print_plan(plan_of(registry, recipe, overrides), workspace, as_json)


def _print_plan(plan: "Plan", folder: Path, as_json: bool) -> None:
    from byeori.cli.tables import print_table
    from byeori.run.record import plan_as_json

    store = open_workspace(folder).artifacts
    done = {stage.id: store.exists(stage.fingerprint) for stage in plan.stages}
    if as_json:
        value = plan_as_json(plan)
        for stage in value["stages"]:
            stage["done"] = done[stage["id"]]
        print_json(value)
        return
    rows = [
        (stage.id, stage.component, stage.fingerprint[:12], "done" if done[stage.id] else "to do")
        for stage in plan.stages
    ]
    print_table(("stage", "component", "fingerprint", "state"), rows)
    click.echo(f"{len(plan.stages)} stages, {len(rows) - sum(done.values())} to do")


@click.command("validate")
@recipe_options
@click.pass_obj
def validate_command(registry: Registry, recipe: str, overrides: Sequence[str]) -> None:
    """Check RECIPE whole and say everything that is wrong in it."""
    plan = plan_of(registry, recipe, overrides)
    click.echo(f"{plan.source.file}: valid, {len(plan.stages)} stages")


@click.command("schema")
@click.pass_obj
def schema_command(registry: Registry) -> None:
    """Print the JSON Schema of a recipe, for the plugins installed here."""
    from byeori.recipe.schema import recipe_schema

    print_json(recipe_schema(registry))
