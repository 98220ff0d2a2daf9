"""`byeori test-plugin`: the conformance suite on installed plugins."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import json_option, print_json
from byeori.errors import ExitCode, RecipeError, suggest
from byeori.plugins import Plugin, Registry

if TYPE_CHECKING:
    from byeori.testing.installed.outcome import Check
    from byeori.testing.installed.recipes import RecipeRows

_MARKS: dict[str, str] = {"passed": "ok  ", "failed": "FAIL", "not run": "-   "}


@click.command("test-plugin")
@click.argument("name", required=False)
@click.option(
    "--settings",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A recipe, whole or in part, that uses its components: those settings are tried too.",
)
@json_option
@click.pass_obj
def test_plugin_command(
    registry: Registry, name: str | None, files: Sequence[Path], as_json: bool
) -> None:
    """Check that the plugin NAME keeps byeori's contract; all plugins without NAME.

    Runs every component with the settings of the plugin's own recipes, and checks what else it
    offers. Uses no network. Ends with 5 where a check failed.
    """
    from byeori.testing.installed.suite import check_installed

    settings = [_settings(file, registry) for file in files]
    found: list[Check] = []
    for plugin in _chosen(registry, name):
        if not as_json:
            click.echo(f"{plugin.name}  ({plugin.distribution} {plugin.version}, {plugin.target})")
        for check in check_installed(plugin, registry, settings):
            found.append(check)
            if not as_json:
                _print(check)
    if as_json:
        print_json([{**asdict(check), "seconds": round(check.seconds, 3)} for check in found])
    else:
        click.echo(_total(found))
    if any(check.state == "failed" for check in found):
        raise click.exceptions.Exit(ExitCode.PLUGIN)


test_plugin_command.__test__ = False  # type: ignore[attr-defined]  # no test, as pytest might think


def _chosen(registry: Registry, name: str | None) -> list[Plugin]:
    if name is None:
        return [plugin for plugin in registry.plugins if not plugin.blocked]
    plugin = registry.plugin(name)
    known = [plugin.name for plugin in registry.plugins]
    if plugin is None:
        message = f"no plugin is named {name!r}{suggest(name, known)}; `byeori plugins` lists them"
        raise click.BadParameter(message, param_hint="NAME")
    if plugin.blocked:
        message = f"plugin {name!r} is switched off (-p no:{name} or BYEORI_PLUGINS)"
        raise click.BadParameter(message, param_hint="NAME")
    return [plugin]


def _settings(file: Path, registry: Registry) -> "RecipeRows":
    from byeori.recipe import read_recipe
    from byeori.testing.installed.recipes import RecipeRows

    rows = RecipeRows(str(file), read_recipe(file), registry)
    if rows.mistakes:
        raise RecipeError(rows.mistakes)
    return rows


def _print(check: "Check") -> None:
    about = f"{check.kind:<10} {check.name}"
    of = f"  ({check.settings})" if check.settings else ""
    click.echo(f"  {_MARKS[check.state]}  {about}{of}")
    if check.message:
        click.echo(f"          {'not run: ' * (check.state == 'not run')}{check.message}")


def _total(checks: Iterable["Check"]) -> str:
    found = list(checks)
    states = Counter[str](check.state for check in found)
    seconds = sum(check.seconds for check in found)
    parts = ", ".join(f"{states[state]} {state}" for state in _MARKS if states[state])
    return f"{states.total()} checks: {parts} ({seconds:.0f} s)"
