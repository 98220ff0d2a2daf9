"""Commands that look at what there is: plugins, recipes, show, explain, doctor."""

import json
from pathlib import Path
from typing import Any

import click

from byeori.cli.options import json_option, open_workspace, print_json, workspace_option
from byeori.cli.tables import print_accounts, print_fact, print_headline, print_table
from byeori.errors import DataError, ExitCode, suggest
from byeori.plugins import Plugin, Registry


@click.command("plugins")
@json_option
@click.pass_obj
def plugins_command(registry: Registry, as_json: bool) -> None:
    """List every plugin: distribution, components, and why one failed to load."""
    if as_json:
        print_json([_plugin_json(plugin) for plugin in registry.plugins])
    else:
        for plugin in registry.plugins:
            _print_plugin(plugin)
    if any(plugin.error for plugin in registry.plugins):
        raise click.exceptions.Exit(ExitCode.PLUGIN)


def _state(plugin: Plugin) -> str:
    if plugin.error:
        return f"FAILED: {plugin.error}"
    return "switched off" if plugin.blocked else "loaded"


def _print_plugin(plugin: Plugin) -> None:
    click.echo(f"{plugin.name}  ({plugin.distribution} {plugin.version}, {plugin.target})")
    if plugin.error or plugin.blocked:
        click.echo(f"  {_state(plugin)}")
    rows = [("  " + entry.kind, entry.name, entry.summary) for entry in plugin.components]
    rows += [("  prompt", template.name, "") for template in plugin.templates]
    rows += [("  recipe", name, "") for name in plugin.recipes]
    rows += [("  rubric", name, "") for name in plugin.rubrics]
    rows += [("  paper", name, paper.title) for name, paper in plugin.papers.items()]
    print_table((), rows)


def _plugin_json(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "module": plugin.target,
        "state": "failed" if plugin.error else _state(plugin),
        "error": plugin.error,
        "components": [
            {
                "kind": entry.kind,
                "name": entry.name,
                "version": entry.cls.version,
                "summary": entry.summary,
            }
            for entry in plugin.components
        ],
        "prompts": [template.name for template in plugin.templates],
        "recipes": list(plugin.recipes),
        "rubrics": list(plugin.rubrics),
        "papers": list(plugin.papers),
    }


@click.command("recipes")
@json_option
@click.pass_obj
def recipes_command(registry: Registry, as_json: bool) -> None:
    """List the recipes that plugins ship, to be run by name."""
    rows = [(name, _first_comment(file)) for name, file in registry.recipes().items()]
    if as_json:
        print_json([{"name": name, "summary": summary} for name, summary in rows])
    else:
        print_table((), rows)


def _first_comment(file: Any) -> str:
    first = str(file.read_text(encoding="utf-8")).partition("\n")[0]
    return first.lstrip("# ").strip() if first.startswith("#") else ""


@click.command("show")
@click.argument("run", required=False)
@workspace_option
@json_option
def show(run: str | None, workspace: Path, as_json: bool) -> None:
    """Show the scores of RUN as a table; without RUN, list the runs of the workspace.

    RUN is the recipe's name; NAME/VARIANT is one variant of a sweep.
    """
    folders = workspace / "runs"
    plans = [*folders.glob("*/plan.json"), *folders.glob("*/*/plan.json")]
    runs = sorted(path.parent.relative_to(folders).as_posix() for path in plans)
    runs = [name for name in runs if not name.endswith("/sample")]  # for `byeori data`
    if run is None:
        if as_json:
            print_json(runs)
        else:
            click.echo("\n".join(runs) or f"no runs in {workspace}")
        return
    folder = open_workspace(workspace).run_folder(run)
    if not (folder / "report.json").is_file():
        if run in runs:
            print_accounts(folder)
            raise DataError(f"run {run!r} is not finished; `byeori run` goes on with it")
        if run.endswith("/sample"):
            raise DataError(f"{run} tried the data alone; `byeori data {run}` shows it")
        raise DataError(f"no run is named {run!r} in {workspace}{suggest(run, runs)}")
    if not as_json and is_stale(folder):
        click.echo(
            f"These are the figures of the last finished run; {run!r} was changed since, and "
            "`byeori run` has not finished with it.",
            err=True,
        )
    print_headline(folder, as_json=as_json)
    if not as_json:
        print_accounts(folder)


def is_stale(folder: Path) -> bool:
    """Whether a run's report belongs to an earlier plan than its `plan.json`."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    of_plan = report.get("provenance", report).get("plan")  # the table of a sweep has it on top
    return bool(of_plan != plan["fingerprint"])


@click.command("explain")
@click.argument("id_", metavar="ID")
@workspace_option
@json_option
def explain(id_: str, workspace: Path, as_json: bool) -> None:
    """Show where the document, example, item, score or answer ID came from."""
    from byeori.lineage import explain as lineage

    facts = lineage(open_workspace(workspace), id_)
    if not facts:
        raise DataError(
            f"{id_!r} is not in the workspace {workspace}; ids stand in the report, in "
            "scores.json and in the artifacts' rejects.jsonl"
        )
    if as_json:
        print_json(facts)
        return
    for fact in facts:
        print_fact(fact)


@click.command("doctor")
@json_option
@workspace_option
@click.pass_obj
def doctor(registry: Registry, as_json: bool, workspace: Path) -> None:
    """Check this installation, and say how to fix what is wrong."""
    from byeori.cli.doctor import checks

    found = checks(registry, workspace)
    if as_json:
        print_json([{"what": c.what, "ok": c.ok, "found": c.found, "fix": c.fix} for c in found])
    else:
        for check in found:
            mark = "ok  " if check.ok else "FAIL"
            click.echo(f"{mark}  {check.what}: {check.found}")
            if check.fix:
                click.echo(f"      -> {check.fix}")
    if not all(check.ok for check in found):
        raise click.exceptions.Exit(ExitCode.INTERNAL)
