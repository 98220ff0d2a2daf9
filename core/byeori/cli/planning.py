"""Shows what a recipe would run: the stages of a plan, or the variants of a sweep."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import open_workspace, print_json

if TYPE_CHECKING:
    from byeori.errors import ByeoriError
    from byeori.plan import Plan, Sweep
    from byeori.run.outlook import Outlook
    from byeori.store import ArtifactStore


def print_outlook(planned: "Plan | Sweep", folder: Path, as_json: bool) -> None:
    """Print a plan as `print_plan` does, and what can be told of the stages that are to run.

    Raises:
        ByeoriError: what the first of them that cannot run would stop with; after all is printed.
    """
    from byeori.plan import Sweep

    if isinstance(planned, Sweep):
        print_plan(planned, folder, as_json)
        return
    from byeori.context import Silent
    from byeori.run.outlook import outlooks

    workspace = open_workspace(folder)
    found = list(outlooks(planned, workspace, Silent()))
    _print_stages(planned, workspace.artifacts, as_json, found)
    errors: list[ByeoriError] = [outlook.error for outlook in found if outlook.error is not None]
    if errors:
        raise errors[0]


def print_plan(planned: "Plan | Sweep", folder: Path, as_json: bool) -> None:
    """Print a plan, or a sweep's variants, with what is done in the workspace `folder`."""
    from byeori.plan import Sweep

    store = open_workspace(folder).artifacts
    if isinstance(planned, Sweep):
        _print_sweep(planned, store, as_json)
    else:
        _print_stages(planned, store, as_json)


def _print_stages(
    plan: "Plan", store: "ArtifactStore", as_json: bool, found: "Sequence[Outlook]" = ()
) -> None:
    from byeori.cli.tables import print_table
    from byeori.run.record import plan_as_json

    done = {stage.id: store.exists(stage.fingerprint) for stage in plan.stages}
    if as_json:
        value = plan_as_json(plan)
        told = {outlook.stage: outlook.as_json() for outlook in found}
        for stage in value["stages"]:
            stage["done"] = done[stage["id"]]
            if stage["id"] in told:
                stage["outlook"] = told[stage["id"]]
        print_json(value)
        return
    rows = [
        (stage.id, stage.component, stage.fingerprint[:12], "done" if done[stage.id] else "to do")
        for stage in plan.stages
    ]
    print_table(("stage", "component", "fingerprint", "state"), rows)
    click.echo(f"{len(plan.stages)} stages, {len(rows) - sum(done.values())} to do")
    for outlook in found:
        _print_outlook(outlook)


def _print_outlook(outlook: "Outlook") -> None:
    lines: list[str] = [estimate.text for estimate in outlook.estimates]
    if outlook.missing:
        lines.append(f"more is known once {_listed(outlook.missing)} ran")
    if outlook.assumed:
        lines.append(f"told as if it started from {outlook.assumed}, which has the same shape")
    if outlook.error is not None:
        lines.append("would stop; see below")
    if lines:
        click.echo(f"\n{outlook.stage}")
    for line in lines:
        click.echo(f"  {line}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " * (len(names) > 1) + names[-1]


def _print_sweep(sweep: "Sweep", store: "ArtifactStore", as_json: bool) -> None:
    from byeori.cli.tables import print_table
    from byeori.run.record import sweep_as_json

    done = {name: store.exists(name) for name in sweep.stages()}
    if as_json:
        value = sweep_as_json(sweep)
        for variant in value["variants"]:
            for stage in variant["stages"]:
                stage["done"] = done[stage["fingerprint"]]
        print_json(value)
        return
    rows: list[tuple[str, int, int, int, int]] = []
    earlier: set[str] = set()
    for member in sweep.members:
        stages = {stage.fingerprint for stage in member.plan.stages}
        new = stages - earlier
        earlier |= stages
        shared, finished = len(stages) - len(new), sum(done[name] for name in new)
        rows.append((member.name, len(stages), shared, finished, len(new) - finished))
    print_table(("variant", "stages", "shared with earlier ones", "done", "to do"), rows)
    to_do = len(done) - sum(done.values())
    total = sum(row[1] for row in rows)
    click.echo(
        f"{len(rows)} variants, {total} stages, {len(done)} different ones, {to_do} to do; "
        "--variant NAME shows the stages of one"
    )
