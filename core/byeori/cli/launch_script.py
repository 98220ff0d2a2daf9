"""`byeori launch-script`: prints what starts a recipe on several machines."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from byeori.cli.options import plan_or_sweep, recipe_options, workspace_option
from byeori.launching.scripts import KINDS
from byeori.plugins import Registry

_COUNT = click.IntRange(min=1)


@click.command("launch-script")
@recipe_options
@workspace_option
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What starts the processes.")
@click.option("--nodes", type=_COUNT, help="Machines. Default: the recipe's `nodes`, or 1.")
@click.option("--gpus-per-node", type=_COUNT, help="Default: the recipe's `processes`.")
@click.option("-q", "--quiet", is_flag=True, help="As for `byeori run`.")
@click.pass_context
def launch_script_command(
    context: click.Context,
    recipe: str,
    overrides: Sequence[str],
    workspace: Path,
    kind: str,
    nodes: int | None,
    gpus_per_node: int | None,
    quiet: bool,
) -> None:
    """Check RECIPE, and print a shell script that runs it in one process for each GPU.

    --set, --variant, --workspace and --quiet are those of `byeori run` in the script.
    """
    from byeori.launching.scripts.shape import shape_of
    from byeori.launching.scripts.write import Launch, launch_script
    from byeori.plan import Sweep

    registry: Registry = context.obj
    planned = plan_or_sweep(registry, recipe, overrides)
    if isinstance(planned, Sweep):
        plans, name = [member.plan for member in planned.members], planned.name
    else:
        plans, name = [planned], planned.recipe.name
    shape = shape_of(plans, nodes, gpus_per_node)
    if shape.processes is None:
        raise click.UsageError("give --gpus-per-node: the recipe does not say `processes`")
    if not shape.stages:
        click.echo(
            f"{planned.source.file}: no stage has `distributed:`, so all but one of the processes "
            "would only wait",
            err=True,
        )
    command = [*_switches(context), "run", recipe, *_options(context, workspace, quiet)]
    launch = Launch(
        kind, shape.nodes, shape.processes, shape.stages, name, command, Path.cwd(), workspace
    )
    click.echo(launch_script(launch), nl=False)


def _switches(context: click.Context) -> Iterator[str]:
    for switch in context.find_root().params.get("switches", ()):
        yield from ("-p", switch)


def _options(context: click.Context, workspace: Path, quiet: bool) -> Iterator[str]:
    for override in context.params["overrides"]:
        yield from ("--set", override)
    if context.meta["byeori.tiny"]:
        yield "--tiny"
    if variant := context.meta["byeori.variant"]:
        yield from ("--variant", variant)
    yield from ("--workspace", str(workspace))
    if quiet:
        yield "--quiet"
