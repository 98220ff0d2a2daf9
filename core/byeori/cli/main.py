"""`byeori`: the group of commands, and how errors end them."""

import sys
import traceback
from collections.abc import Sequence

import click

from byeori import __version__
from byeori.cli.inspecting import doctor, explain, plugins_command, recipes_command, show
from byeori.cli.running import plan_command, run_command, schema_command, validate_command
from byeori.errors import ByeoriError, ExitCode, RecipeError
from byeori.plugins import call_all, discover

COMMANDS = (
    run_command,
    plan_command,
    validate_command,
    plugins_command,
    recipes_command,
    schema_command,
    show,
    explain,
    doctor,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="byeori")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "-p",
    "switches",
    multiple=True,
    metavar="no:NAME",
    help="Switch a plugin off. BYEORI_PLUGINS=a,b allows only those.",
)
def app(debug: bool, switches: Sequence[str]) -> None:
    """Documents in, a specialised language model with proof out.

    \b
    byeori run demo                 a whole run in a few minutes, no network needed
    byeori new to you?              docs/tutorial.md
    """


for command in COMMANDS:
    app.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run the command line; returns the exit code (see `byeori.errors.ExitCode`)."""
    debug = "--debug" in arguments
    if debug:
        arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        registry = discover(block=_blocked(arguments))
        call_all(registry, "byeori_commands", app=app)
        # click returns the code of an `Exit` instead of raising it
        code = app.main(arguments, prog_name="byeori", standalone_mode=False, obj=registry)
    except BaseException as error:  # every way out of a command becomes an exit code
        return _end(error, debug)
    return code if isinstance(code, int) else ExitCode.DONE


def _blocked(arguments: Sequence[str]) -> list[str]:
    """Plugins switched off by `-p no:NAME`; needed before click reads the options."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    switches = [value for option, value in pairs if option == "-p"]
    switches += [option[2:] for option in arguments if option.startswith("-p") and option != "-p"]
    for switch in switches:
        if not switch.startswith("no:"):
            raise click.UsageError(f"-p takes no:NAME, not {switch!r}")
    return [switch.removeprefix("no:") for switch in switches]


def _end(error: BaseException, debug: bool) -> int:
    if isinstance(error, SystemExit):
        return int(error.code or 0)
    if debug:
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        error.show()
        return ExitCode.RECIPE
    if isinstance(error, KeyboardInterrupt | click.Abort):
        click.echo("byeori: stopped; run the same command again to go on from here", err=True)
        return ExitCode.STOPPED
    if isinstance(error, BrokenPipeError):
        return ExitCode.DONE
    if isinstance(error, ByeoriError):
        click.echo(_readable(error), err=True)
        return error.exit_code
    click.echo(
        f"byeori: internal error: {type(error).__name__}: {error}\n"
        "This is a fault of byeori. Run again with --debug and report the traceback.",
        err=True,
    )
    return ExitCode.INTERNAL


def _readable(error: ByeoriError) -> str:
    if isinstance(error, RecipeError):
        count = len(error.mistakes)
        return f"{error}\nbyeori: {count} mistake{'s' * (count > 1)} in the recipe; nothing was run"
    return f"byeori: {error}"
