"""`byeori new`: complete starting points for a domain of one's own."""

from pathlib import Path

import click

from byeori import __version__
from byeori.cli.options import json_option, print_json
from byeori.plugins import Registry
from byeori.scaffold.names import LICENCES, domain_names


@click.group("new")
def new_group() -> None:
    """Write something new to start from: a domain package, or a recipe."""


@new_group.command("domain")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Folder to make.  [default: byeori-NAME]",
)
@click.option(
    "--licence",
    "--license",
    type=click.Choice((*LICENCES, "none")),
    default=LICENCES[0],
    show_default=True,
    help="Licence of the package, by its SPDX identifier.",
)
@click.option("--author", default="", help="Who has the copyright, for the licence.")
@json_option
@click.pass_obj
def new_domain(
    registry: Registry,
    name: str,
    folder: Path | None,
    licence: str,
    author: str,
    as_json: bool,
) -> None:
    """Write a domain package NAME: source, generator, evaluator, recipe, sample data and tests.

    It can be installed and run as it is; its README says what to change, in which order.
    """
    from byeori.scaffold.domain_package import write_domain

    try:
        names = domain_names(name, (plugin.name for plugin in registry.plugins))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None
    place = folder or Path(names.distribution)
    chosen = "" if licence == "none" else licence
    written = write_domain(names, place, byeori=__version__, licence=chosen, author=author)
    if as_json:
        print_json({"name": name, "folder": str(place), "files": written})
        return
    click.echo(f"{place}: the domain package {names.distribution}, {len(written)} files")
    for line in (
        f"cd {place}",
        "pip install --no-build-isolation --editable .",
        f"byeori run {name}/first",
        f"byeori test-plugin {name}",
    ):
        click.echo(f"  {line}")
    click.echo("README.md says what to change, in which order.")


@new_group.command("recipe")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder to write it to.  [default: this one]",
)
@json_option
@click.pass_obj
def new_recipe(registry: Registry, name: str, folder: Path, as_json: bool) -> None:
    """Write a recipe NAME.yaml that runs, with a comment on every section.

    Beside it lies the JSON Schema by which editors check and complete it.
    """
    from byeori.scaffold.recipe_file import write_recipe

    try:
        recipe, schema = write_recipe(name, folder, registry)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None
    if as_json:
        print_json({"name": name, "files": [str(recipe), str(schema)]})
        return
    click.echo(f"{recipe}: a recipe, with {schema.name} beside it for editors")
    click.echo(f"  byeori run {recipe}")
