"""The command line in one of the processes that torchrun, deepspeed, accelerate or srun started."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO

import click

from byeori.cli.running import run_command
from byeori.errors import ExitCode
from byeori.launching import forget_launch, launched, lead, rank_in, serve


def run_launched(arguments: list[str], run: Callable[[list[str]], int]) -> int:
    """Run the command line once for all processes of a launch; returns the exit code.

    The first process runs it. The others take part in the trainings of `byeori run`, say nothing
    and end as the first one does; of another command they have no part.

    Args:
        arguments: of the command line.
        run: runs it, in a process that is alone.

    Raises:
        RecipeError: what the launcher says of the processes cannot be.
        StoppedError: they cannot reach each other.
    """
    rank = rank_in(os.environ)
    place = launched(os.environ) if rank is not None and runs_stages(arguments) else None
    if rank is not None or "WORLD_SIZE" in os.environ:
        forget_launch(os.environ)
    if place is None:
        return ExitCode.DONE if rank else run(arguments)
    if place.rank:
        try:
            code = serve(place)
        except KeyboardInterrupt:
            code = ExitCode.STOPPED
        _end_undisturbed()
        return code

    def work() -> int:
        code = run(arguments)
        _end_undisturbed()
        return code

    return lead(place, work)


def runs_stages(arguments: Sequence[str]) -> bool:
    """Whether this command line may train: `byeori run`, and no option that keeps it from that."""
    rest = _of_run([argument for argument in arguments if argument != "--debug"])
    if rest is None:
        return False
    try:
        with (
            redirect_stdout(StringIO()),  # the first process prints the help
            run_command.make_context("run", rest) as context,
        ):
            return not (context.params["dry_run"] or context.params["sample"])
    except (click.exceptions.Exit, click.ClickException):
        return False


def _of_run(arguments: list[str]) -> list[str] | None:
    """What follows `run`, or None where that is not the command."""
    given = iter(arguments)
    for argument in given:
        if argument == "-p":
            next(given, "")
        elif not argument.startswith("-p"):
            return list(given) if argument == "run" else None
    return None


def _end_undisturbed() -> None:
    """A launcher stops the others when one has ended; all are to end with the same code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
