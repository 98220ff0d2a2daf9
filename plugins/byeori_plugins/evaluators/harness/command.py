"""`byeori lm-eval-tasks`: a run's items as tasks for lm-eval."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from byeori import Context, DataError, Evaluator, Item
from byeori.cli.options import open_workspace, plan_of, recipe_options, workspace_option
from byeori.plugins import Registry

if TYPE_CHECKING:
    from byeori.plan import Plan
    from byeori.store import Workspace
    from byeori_plugins.evaluators.harness.offering import Offer


@click.command("lm-eval-tasks")
@recipe_options
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write; files of the same names are replaced.",
)
@workspace_option
@click.pass_obj
def lm_eval_tasks(
    registry: Registry, recipe: str, overrides: Sequence[str], folder: Path, workspace: Path
) -> None:
    """Write the items of RECIPE's run as tasks for lm-eval.

    Then any model can be asked them: lm_eval --include_path FOLDER --tasks NAME ...
    """
    from byeori_plugins.evaluators.harness.offering import write_tasks

    plan = plan_of(registry, recipe, overrides)
    offers = _offers(plan, open_workspace(workspace))
    with TemporaryDirectory() as scratch:
        context = Context("lm-eval-tasks", plan.recipe.seed, Path(scratch), Path(scratch))
        names = write_tasks(offers, plan.recipe.name, plan.base.template, folder, context)
    click.echo("\n".join(names))
    click.echo(f"lm_eval --include_path {folder} --tasks {names[0]} --model hf ...", err=True)


def _offers(plan: "Plan", workspace: "Workspace") -> "list[Offer]":
    """The evaluations that lm-eval can do; of the others it is said that they are left out."""
    from byeori.bulk import Rows
    from byeori.stages.items import ITEMS
    from byeori_plugins.evaluators.harness.offering import OFFERED, Offer

    found = []
    for stage in plan.stages:
        if stage.kind != "items":
            continue
        use = stage.use()
        if use.entry.name not in OFFERED:
            click.echo(f"{use.step}: left out, lm-eval cannot do {use.entry.name}", err=True)
            continue
        artifact = workspace.artifacts.peek(stage.fingerprint)
        if artifact is None:
            raise DataError(
                f"{use.step} has no items yet in {workspace.folder}: `byeori run` the recipe first"
            )
        items = Rows(artifact.path(ITEMS), Item)
        found.append(Offer(use.step, use.entry.name, use.make(Evaluator), items))
    if not found:
        kinds = " or ".join(OFFERED)
        raise DataError(f"the recipe has no evaluation that lm-eval can do: it has {kinds}")
    return found
