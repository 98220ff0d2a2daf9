"""Conformance of what a plugin offers beside components: loading, prompts, recipes, commands."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

from byeori.errors import ExitCode, Mistake, RecipeError
from byeori.models.bases import NO_REVISION
from byeori.plugins import Registry, call
from byeori.prompts import fill
from byeori.recipe import RecipeSource, read_recipe
from byeori.recipe.tiny import KEY, tiny_form
from byeori.records import PromptTemplate, Turn
from byeori.testing.rules import broken

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def check_import(module: str) -> None:
    """Check that loading a plugin imports nothing heavy and asks nothing beyond this machine.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    who = f"plugin {module}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "byeori.testing.importing", module],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        broken(who, f"ends the process that loads it: {last}", "do nothing when it is imported")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    always = "every byeori command loads every plugin"
    if found["asked"]:
        fix = f"ask for it in the methods of components: {always}"
        broken(who, f"asks {found['asked'][0]} when it is loaded", fix)
    if found["error"]:
        broken(who, f"cannot be imported by name: {found['error']}", "install it first")
    if found["heavy"]:
        fix = f"import it inside the functions that need it: {always}"
        broken(who, f"imports {' '.join(found['heavy'])} when it is loaded", fix)


def check_template(template: PromptTemplate) -> None:
    """Check that a prompt template shows what it is given, with and without the optional parts.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    who = f"prompt template {template.name}"
    if type(template.version) is not int:
        broken(who, f"has the version {template.version!r}", "use an int")
    if template.template is None:  # the chat template of the model's tokenizer
        return
    history = (Turn("user", "an earlier question"), Turn("assistant", "an earlier answer"))
    empty: dict[str, Any] = {"system": "", "history": (), "instruction": "a question", "input": ""}
    full = {**empty, "system": "a system message", "history": history, "input": "an input"}
    for values in (empty, full):
        try:
            text = fill(template, values)
        except Exception as error:
            broken(who, f"cannot be filled: {error}", "use system, history, instruction, input")
        shown = [value for value in values.values() if isinstance(value, str)]
        shown += [turn.content for turn in values["history"]]
        if hidden := [part for part in shown if part not in text]:
            broken(who, f"leaves out {hidden[0]!r}", "show every part that is not empty")


def recipe_forms(file: "Traversable") -> Iterator[tuple[str, RecipeSource]]:
    """A recipe as it is, and as `--tiny` has it where it says how; each with its option."""
    with as_file(file) as path:
        source = read_recipe(path)
        yield "", source
        if source.data.get(KEY):
            yield " --tiny", tiny_form(source)


def check_recipe(name: str, file: "Traversable", registry: Registry) -> None:
    """Check that a shipped recipe says how it is run, and is valid: as it is, and with `--tiny`.

    Data that does not travel with the package, and the revision of a model on the hub, are for the
    user to give; not so with `--tiny`.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    if not file.is_file():
        broken(f"recipe {name}", f"is not there: {file}", "add it to the files of the package")
    if not file.read_text(encoding="utf-8").startswith("#"):
        broken(f"recipe {name}", "opens without a comment", "say in its first line how it is run")
    try:
        for option, source in recipe_forms(file):
            _check_form(f"recipe {name}{option}", source, registry)
    except RecipeError as error:
        broken(f"recipe {name}", f"cannot run: {error.mistakes[0]}", "correct it")


def _check_form(who: str, source: RecipeSource, registry: Registry) -> None:
    from byeori.plan import plan_recipe

    try:
        plan_recipe(source, registry)
    except RecipeError as error:
        wrong = [m for m in error.mistakes if source.tiny or not _for_the_user(m)]
        if wrong:
            broken(who, f"cannot run: {wrong[0]}", "correct it")


def _for_the_user(mistake: Mistake) -> bool:
    """Whether a user must give it: documents of their own, the revision of a model on the hub."""
    return mistake.exit_code == ExitCode.DATA or NO_REVISION in mistake.message


def check_rubric(name: str, file: "Traversable", registry: Registry) -> None:
    """Check that a rubric is one that the installed judges take.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    if not file.is_file():
        broken(f"rubric {name}", f"is not there: {file}", "add it to the files of the package")
    context = {
        "folder": Path.cwd(),
        "working_directory": Path.cwd(),
        "rubrics": registry.rubrics(),
        "shipped": registry.recipe_folders(),
    }
    for entry in registry.components("evaluator").values():
        model = entry.cls.config_model
        if "rubric" not in model.model_fields:
            continue
        try:
            model.model_validate({"rubric": name}, context=context)
        except pydantic.ValidationError as error:
            wrong = [e["msg"] for e in error.errors() if e["loc"][:1] == ("rubric",)]
            if wrong:
                broken(f"rubric {name}", f"is none: {wrong[0]}", "docs/judging.md says what one is")


def check_commands(name: str, registry: Registry) -> None:
    """Check that a plugin's commands have help and hide none of byeori's own.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    import click

    from byeori.cli.main import COMMANDS

    app = click.Group()
    call(registry.manager, "byeori_commands", name, app=app)
    for command in app.commands.values():
        if command.name in {own.name for own in COMMANDS}:
            broken(f"command {command.name}", "hides one of byeori's own", "call it something else")
        if not command.get_short_help_str():
            broken(f"command {command.name}", "has no help", "give its function a docstring")
