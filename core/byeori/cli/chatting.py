"""`byeori chat`: a conversation with a tuned model and its base, side by side."""

import sys
from pathlib import Path

import click

from byeori.cli.exporting import stage_option
from byeori.cli.options import open_workspace, workspace_option


@click.command("chat")
@click.argument("run")
@stage_option
@click.option("--base-only", is_flag=True, help="The base model alone.")
@click.option("--tuned-only", is_flag=True, help="The tuned model alone, in half the memory.")
@workspace_option
def chat_command(run: str, stage: str, base_only: bool, tuned_only: bool, workspace: Path) -> None:
    """Talk to a tuned model of RUN and its base, side by side.

    \b
    Each is asked as it was evaluated, and remembers its own answers.
    /system TEXT, /reset, /help, /quit. Input may be piped: a question a line.
    """
    from byeori.chat.conversation import Voice
    from byeori.chat.screens import Columns, Lines, typed
    from byeori.chat.session import HELP, Screen, Session
    from byeori.export.subject import find_subject
    from byeori.models import load
    from byeori.models.transformers_model import TransformersModel

    if base_only and tuned_only:
        raise click.UsageError("--base-only and --tuned-only exclude each other")
    tuned = find_subject(open_workspace(workspace), run, stage)
    chosen = ([] if tuned_only else [tuned.base()]) + ([] if base_only else [tuned])
    voices = []
    for subject in chosen:
        click.echo(f"loading {subject.stage}", err=True)
        live = load(subject.ref, dtype=subject.dtype)
        model = TransformersModel(live, subject.stage, subject.ref.template)
        voices.append(Voice(model, subject.decoding))
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    screen: Screen = Columns() if terminal else Lines()
    if terminal:
        screen.note(HELP)
    Session(voices, screen).run(typed("> ") if terminal else sys.stdin)
