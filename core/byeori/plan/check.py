"""Checks each component of a recipe: every mistake is found before anything runs."""

import difflib
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pydantic

from byeori.components import Filter
from byeori.errors import ExitCode, Mistake, suggest
from byeori.plan.mistakes import from_validation
from byeori.plan.stage import Use, paths_in
from byeori.plugins import ComponentEntry, Registry
from byeori.recipe.fields import FieldPath, step_id
from byeori.recipe.model import SECTIONS, Recipe, step_keys
from byeori.recipe.source import RecipeSource

Kind = Literal["source", "generator", "filter", "tuning", "evaluator"]


class Checker:
    """Collects the mistakes of one recipe, and the uses of components in it.

    Attributes:
        mistakes: everything wrong so far.
        uses: checked uses by their place in the recipe, such as `("documents", 0)`.
    """

    def __init__(self, source: RecipeSource, registry: Registry) -> None:
        self.source, self.registry = source, registry
        self.mistakes: list[Mistake] = []
        self.uses: dict[FieldPath, Use] = {}

    def wrong(self, path: FieldPath, message: str, code: ExitCode = ExitCode.RECIPE) -> None:
        """Record a mistake."""
        self.mistakes.append(self.source.mistake(path, message, exit_code=code))

    def check_known(self, path: FieldPath, what: str, name: str, known: Sequence[str]) -> None:
        """Record a name that is none of those known."""
        if name not in known:
            self.wrong(path, f"no {what} is named {name!r}{suggest(name, known)}")

    def recipe(self) -> Recipe | None:
        """The recipe without its components' settings, or None where it has mistakes."""
        try:
            return Recipe.model_validate(self.source.data)
        except pydantic.ValidationError as error:
            self.mistakes += from_validation(error, Recipe, self.source)
            return None

    def components(self) -> None:
        """Resolve and check every `use:`, also where the rest of the recipe has mistakes."""
        for section, kinds in SECTIONS.items():
            steps = self.source.data.get(section)
            for number, step in enumerate(steps if isinstance(steps, list) else ()):
                if isinstance(step, dict) and isinstance(step.get("use"), str):
                    self._component((section, number), step, kinds)

    def _component(self, path: FieldPath, step: dict[str, Any], kinds: tuple[Kind, ...]) -> None:
        entry = self._resolve((*path, "use"), step["use"], kinds)
        if entry is None:
            return
        keys = step_keys(str(path[0]))
        start, models = step.get("from", "base"), names_in(step.get("models"))
        settings = {key: value for key, value in step.items() if key not in keys}
        context = {
            "folder": self.source.folder.absolute(),
            "working_directory": Path.cwd(),
            "overridden": self.source.overridden_below(path),
            "rubrics": self.registry.rubrics(),
            "shipped": self.registry.recipe_folders(),
            "from": start,
            "models": len(models),
        }
        model = entry.cls.config_model
        try:
            config = model.model_validate(settings, context=context)
        except pydantic.ValidationError as error:
            self.mistakes += from_validation(error, model, self.source, path)
            return
        for where, file in paths_in(config):
            if problem := _unreadable(file):
                self.wrong((*path, *where), problem, ExitCode.DATA)
        self.uses[path] = Use(self._step_id(path, step), entry, config, start, models)

    @staticmethod
    def _step_id(path: FieldPath, step: dict[str, Any]) -> str:
        if path[0] in ("tuning", "evaluators"):
            return step_id(step)
        return f"{path[0]}.{path[1]}"

    def _resolve(
        self, path: FieldPath, name: str, kinds: tuple[Kind, ...]
    ) -> ComponentEntry | None:
        known = self.registry.components(*kinds)
        if entry := known.get(name):
            self._check_place(path, entry)
            return entry
        self.wrong(path, *self._unknown(name, kinds, list(known)))
        return None

    def _check_place(self, path: FieldPath, entry: ComponentEntry) -> None:
        if issubclass(entry.cls, Filter) and entry.cls.applies_to != "both":
            place = "documents:" if entry.cls.applies_to == "documents" else "filters:"
            if place != f"{path[0]}:":
                self.wrong(
                    path, f"{entry.name} works on {entry.cls.applies_to}; write it under `{place}`"
                )

    def _unknown(self, name: str, kinds: tuple[str, ...], known: list[str]) -> tuple[str, ExitCode]:
        others = self.registry.components("source", "generator", "filter", "tuning", "evaluator")
        if name in others:
            return f"{name} is a {others[name].kind}, not a {' or '.join(kinds)}", ExitCode.RECIPE
        prefix = name.partition("/")[0] if "/" in name else ""
        plugin = self.registry.plugin(prefix)
        if plugin is not None and plugin.error:
            return (
                f"plugin {prefix!r} ({plugin.distribution} {plugin.version}) failed to load: "
                f"{plugin.error}",
                ExitCode.PLUGIN,
            )
        if plugin is not None and plugin.blocked:
            return (
                f"plugin {prefix!r} is switched off (-p no:{prefix} or BYEORI_PLUGINS)",
                ExitCode.PLUGIN,
            )
        message = f"no {' or '.join(kinds)} is named {name!r}{suggest(name, known)}"
        if prefix and plugin is None:
            message += f"; no plugin {prefix!r} is installed (`byeori plugins` lists them)"
        return message, ExitCode.RECIPE


def _unreadable(file: Path) -> str:
    """Why a file or folder cannot be read, or empty."""
    try:
        kind = file.stat().st_mode
    except FileNotFoundError:
        return _missing(file)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        return f"{file} is neither a file nor a folder"
    return ""


def _missing(file: Path) -> str:
    message = f"no such file or folder: {file}"
    try:
        names = [path.name for path in file.parent.iterdir()]
    except OSError:
        return message
    close = difflib.get_close_matches(file.name, names, n=1)
    return f"{message}; did you mean {close[0]!r}?" if close else message


def names_in(models: object) -> tuple[str, ...]:
    """The names under `models:`; what is no list of names is a mistake already."""
    return tuple(map(str, models)) if isinstance(models, list | tuple) else ()


def steps_of(section: object) -> list[dict[str, Any]]:
    """The entries of a section that can be looked at; the others are mistakes already."""
    return (
        [step if isinstance(step, dict) else {} for step in section]
        if isinstance(section, list)
        else []
    )
