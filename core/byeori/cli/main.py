"""`byeori`: the group of commands, and how errors end them."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

import click

from byeori import __version__
from byeori.cli.browsing import data_command
from byeori.cli.chatting import chat_command
from byeori.cli.checking import test_plugin_command
from byeori.cli.comparing import compare_command, power_command
from byeori.cli.exporting import export_command
from byeori.cli.inspecting import doctor, explain, plugins_command, recipes_command, show
from byeori.cli.launch_script import launch_script_command
from byeori.cli.launched import run_launched
from byeori.cli.reproducing import reproduce_command
from byeori.cli.reviewing import review_command
from byeori.cli.running import plan_command, run_command, schema_command, validate_command
from byeori.cli.scaffolding import new_group
from byeori.cli.serving import serve_command
from byeori.errors import ByeoriError, ExitCode, PluginError, RecipeError
from byeori.plugins import Registry, call, discover

COMMANDS = (
    run_command,
    plan_command,
    validate_command,
    launch_script_command,
    plugins_command,
    recipes_command,
    schema_command,
    show,
    compare_command,
    reproduce_command,
    power_command,
    data_command,
    review_command,
    explain,
    export_command,
    chat_command,
    serve_command,
    new_group,
    test_plugin_command,
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
    byeori run demo        a whole run in a few minutes, no network needed
    byeori recipes         what else can be run by name
    """


for command in COMMANDS:
    app.add_command(command)
CORE_COMMANDS = frozenset(app.commands)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, _stop)  # a polite kill ends a run as Ctrl-C does
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = run_launched(given, run)
    except BaseException as error:
        code = _end(error, debug="--debug" in given)
    sys.exit(code)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(arguments: list[str]) -> int:
    """Run the command line; returns the exit code (see `byeori.errors.ExitCode`)."""
    debug = "--debug" in arguments
    if debug:
        arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        registry = with_commands(discover(block=_blocked(arguments)))
        with app.make_context("byeori", arguments, obj=registry) as context:
            app.invoke(context)
            if sys.stdout is not None:
                sys.stdout.flush()  # here, where a reader who has gone is no error yet
    except BaseException as error:  # every way out of a command becomes an exit code
        return _end(error, debug)
    return ExitCode.DONE


def with_commands(registry: Registry) -> Registry:
    """Let every plugin add its commands; one that fails, or takes a name in use, loses its own."""
    plugins, known = [], set(CORE_COMMANDS)
    for plugin in registry.plugins:
        own = click.Group(plugin.name)
        try:
            call(registry.manager, "byeori_commands", plugin.name, app=own)
            if taken := sorted(set(own.commands) & known):
                raise PluginError(f"the command {taken[0]!r} exists already")
        except Exception as error:  # whatever a plugin raises, the other commands go on
            problem = f"byeori_commands: {type(error).__name__}: {error}"
            plugins.append(replace(plugin, error=plugin.error or problem))
            continue
        app.commands.update(own.commands)
        known.update(own.commands)
        plugins.append(plugin)
    return replace(registry, plugins=tuple(plugins))


def _blocked(arguments: Sequence[str]) -> list[str]:
    """Plugins switched off by `-p no:NAME`; needed before click reads the options."""
    switches = []
    given = iter(arguments)
    for argument in given:
        if argument == "-p":
            switches.append(next(given, ""))
        elif argument.startswith("-p"):
            switches.append(argument[2:])
        elif not argument.startswith("-"):
            break  # the command: what follows is its own
    for switch in switches:
        if not switch.startswith("no:"):
            raise click.UsageError(f"-p takes no:NAME, not {switch!r}")
    return [switch.removeprefix("no:") for switch in switches]


def _end(error: BaseException, debug: bool) -> int:
    if isinstance(error, BrokenPipeError):
        # Whoever read the output has gone; Python must not stumble over it again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        if isinstance(error.code, str):
            click.echo(error.code, err=True)
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    if debug:
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        error.show()
        return ExitCode.RECIPE
    if isinstance(error, KeyboardInterrupt | click.Abort):
        click.echo("byeori: stopped; run the same command again to go on from here", err=True)
        return ExitCode.STOPPED
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
        then = "what is finished is kept" if error.started else "nothing was run"
        return f"{error}\nbyeori: {count} mistake{'s' * (count > 1)} in the recipe; {then}"
    return f"byeori: {error}"
