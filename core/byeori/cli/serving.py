"""`byeori serve`: hands a tuned model over to a server, with its template and settings."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.exporting import default_target, stage_option, teller
from byeori.cli.options import open_workspace, workspace_option

if TYPE_CHECKING:
    from byeori.export.subject import Subject


@click.command("serve")
@click.argument("run")
@stage_option
@click.option(
    "--engine",
    type=click.Choice(("transformers", "vllm")),
    default="transformers",
    show_default=True,
    help="What serves it.",
)
@click.option("--adapter", is_flag=True, help="Base and adapter, unmerged; with vLLM only.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port."
)
@click.option("--print", "only_print", is_flag=True, help="Print the command, and do not start it.")
@workspace_option
def serve_command(
    run: str,
    stage: str,
    engine: str,
    adapter: bool,
    host: str,
    port: int,
    only_print: bool,
    workspace: Path,
) -> None:
    """Serve a tuned model of RUN by an OpenAI-compatible server.

    It is exported first, if it was not yet, so what is served has passed the gate.
    """
    from byeori.export.subject import find_subject
    from byeori.serving import Place, find_engine, serving_command

    if adapter and engine != "vllm":
        raise click.UsageError("--adapter needs --engine vllm; transformers serves merged models")
    subject = find_subject(open_workspace(workspace), run, stage)
    program = engine if only_print else find_engine(engine)
    form = "adapter" if adapter else "merged"
    folder = _exported(subject, form)
    command = serving_command(engine, program, subject, folder, Place(host, port))
    line = shlex.join(command)
    if only_print:
        click.echo(line)
        return
    click.echo(line, err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)  # noqa: S606


def _exported(subject: "Subject", form: str) -> Path:
    """The export of a model, made now unless it is there as it would be made."""
    from byeori.export.make import Wish, make_export, up_to_date

    folder = default_target(subject, form)
    if not up_to_date(subject, form, folder):
        click.echo(make_export(subject, Wish(form, folder), teller(False)).in_words(), err=True)
    return folder
