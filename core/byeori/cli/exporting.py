"""`byeori export`: a tuned model as files for other programs, compared with the evaluated one."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import json_option, open_workspace, print_json, workspace_option

if TYPE_CHECKING:
    from byeori.export.subject import Subject

FORMATS = ("merged", "adapter", "gguf", "ollama")
stage_option = click.option(
    "--stage", default="", metavar="ID", help="The tuning stage.  [default: the last one]"
)


@click.command("export")
@click.argument("run")
@stage_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="merged",
    show_default=True,
    help="What is written.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="Folder to make.  [default: WORKSPACE/exports/RUN/STAGE-FORMAT]",
)
@click.option(
    "--dtype",
    type=click.Choice(("float32", "bfloat16", "float16")),
    help="Of the weights.  [default: as evaluated]",
)
@click.option(
    "--questions",
    type=click.IntRange(1),
    default=32,
    show_default=True,
    help="On how many the export is compared with the evaluated model.",
)
@click.option("--push", "repo", metavar="REPO", help="Upload it to the hub, where it is private.")
@click.option("--public", is_flag=True, help="With --push: for everybody to see.")
@workspace_option
@json_option
def export_command(
    run: str,
    stage: str,
    form: str,
    target: Path | None,
    dtype: str | None,
    questions: int,
    repo: str | None,
    public: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """Write a tuned model of RUN to a folder that other programs can load.

    Nothing is written unless it answers the run's own questions like the evaluated model did.
    """
    from byeori.export.make import Wish, make_export
    from byeori.export.push import check_push, push
    from byeori.export.subject import find_subject

    if public and not repo:
        raise click.UsageError("--public goes with --push REPO")
    subject = find_subject(open_workspace(workspace), run, stage)
    folder = target or default_target(subject, form)
    tell = teller(as_json)
    if repo:
        check_push(subject, form)
    parity = make_export(subject, Wish(form, folder, dtype or "", questions), tell)
    if not as_json:
        click.echo(parity.in_words())
        click.echo(f"written to {folder}")
    address = push(folder, repo, public=public, tell=tell) if repo else ""
    if as_json:
        print_json({"folder": str(folder), "parity": parity.as_json(), "pushed": address})
    elif address:
        click.echo(f"pushed to {address}")


def default_target(subject: "Subject", form: str) -> Path:
    """Where an export goes that was not told where."""
    return subject.workspace.folder / "exports" / subject.run / f"{subject.stage}-{form}"


def teller(silent: bool) -> Callable[[str], None]:
    """Prints a line for each step to standard error, or nothing."""
    return (lambda text: None) if silent else (lambda text: click.echo(text, err=True))
