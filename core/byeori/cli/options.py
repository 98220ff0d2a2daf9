"""Options and look-ups that several commands share."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from byeori.errors import ExitCode, Mistake, RecipeError, suggest
from byeori.plugins import Registry

if TYPE_CHECKING:
    from byeori.plan import Plan, Sweep
    from byeori.store import Workspace

F = TypeVar("F", bound=Callable[..., Any])
_FILES = ExitStack()  # keeps recipes of zipped plugins unpacked until the process ends


def recipe_options(command: F) -> F:
    """`RECIPE`, `--tiny`, `--set` and `--variant`, for commands that read a recipe."""
    command = click.option(
        "--variant",
        metavar="NAME",
        default="",
        expose_value=False,
        callback=_remember,
        help="Only this variant of the recipe's sweep.",
    )(command)
    command = click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="FIELD=VALUE",
        help="Override a field, such as tuning.0.r=64. Paths are relative to the current folder.",
    )(command)
    command = click.option(
        "--tiny",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help="As the recipe's `tiny:` says: a small run, to try it out.",
    )(command)
    return click.argument("recipe")(command)


def _remember(context: click.Context, option: click.Parameter, value: str | bool) -> None:
    """Kept with the command, so that every command that reads recipes has it."""
    context.meta[f"byeori.{option.name}"] = value


def workspace_option(command: F) -> F:
    """`--workspace`, for commands that read or write one."""
    return click.option(
        "--workspace",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".byeori"),
        show_default=True,
        help="Folder that keeps artifacts, answers and reports.",
    )(command)


def json_option(command: F) -> F:
    """`--json`, for commands a script would read."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def print_json(value: Any) -> None:
    """Print JSON for scripts: stable keys, readable Korean."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True))


def plan_of(registry: Registry, recipe: str, overrides: Sequence[str]) -> "Plan":
    """Read, check and plan a recipe given as a file or by its name.

    Raises:
        RecipeError: it has mistakes, or it is a sweep of which no variant was chosen.
    """
    return one_variant(plan_or_sweep(registry, recipe, overrides))


def one_variant(planned: "Plan | Sweep") -> "Plan":
    """The plan, for commands that work on one.

    Raises:
        RecipeError: it is a sweep of which no variant was chosen.
    """
    from byeori.plan import Sweep

    if not isinstance(planned, Sweep):
        return planned
    names = [member.name for member in planned.members]
    message = f"this command works on one variant of the sweep: give --variant {names[0]}"
    if len(names) > 1:
        message += f" (or one of {', '.join(names[1:10])}{' ...' if len(names) > 10 else ''})"
    raise RecipeError([planned.source.mistake(("sweep",), message)])


def plan_or_sweep(registry: Registry, recipe: str, overrides: Sequence[str]) -> "Plan | Sweep":
    """As `plan_of`, for commands that can do with all variants of a sweep at once."""
    from byeori.plan import plan_recipe
    from byeori.recipe import read_recipe

    context = click.get_current_context(silent=True)
    meta = context.meta if context else {}
    source = read_recipe(
        recipe_file(registry, recipe), overrides, tiny=meta.get("byeori.tiny", False)
    )
    return plan_recipe(source, registry, meta.get("byeori.variant", ""))


def recipe_file(registry: Registry, recipe: str) -> Path:
    """The file of a recipe: a path, or the name of one a plugin ships.

    Raises:
        RecipeError: there is no such file and no such name.
    """
    path = Path(recipe)
    if is_file(path):
        return path
    shipped = registry.recipes()
    if recipe in shipped:
        return Path(_FILES.enter_context(as_file(shipped[recipe])))
    plugin = registry.plugin(recipe.partition("/")[0])
    if plugin is not None and plugin.error:
        message = f"plugin {plugin.name!r} failed to load: {plugin.error}"
        raise RecipeError([Mistake("", message, recipe, exit_code=ExitCode.PLUGIN)])
    if plugin is not None and plugin.blocked:
        message = f"plugin {plugin.name!r} is switched off (-p no:{plugin.name} or BYEORI_PLUGINS)"
        raise RecipeError([Mistake("", message, recipe, exit_code=ExitCode.PLUGIN)])
    if path.suffix in (".yaml", ".yml") or path.exists():
        message = "is a folder" if path.is_dir() else "no such recipe file"
    else:
        message = f"no file and no shipped recipe of that name{suggest(recipe, list(shipped))}"
    raise RecipeError([Mistake("", message, recipe)])


def is_file(path: Path) -> bool:
    """Whether a path is a file; a name no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def open_workspace(folder: Path) -> "Workspace":
    """The workspace in `folder`, which need not exist yet."""
    from byeori.store import Workspace

    return Workspace(folder)
