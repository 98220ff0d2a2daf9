"""What holds for every component, and how a broken rule is told."""

import inspect
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, NoReturn, TypeVar

import pydantic

from byeori.bulk import with_id
from byeori.checks import check
from byeori.components import Component, Config, Evaluator, TuningMethod
from byeori.context import Context, Reject
from byeori.errors import PluginError
from byeori.plan.stage import hashable
from byeori.recipe.model import step_keys
from byeori.records import Document, Example, Item, Score
from byeori.testing.offline import NetworkUsedError
from byeori.testing.samples import testing_context
from byeori.testing.watching import watched

K = TypeVar("K", bound=Component[Any])
R = TypeVar("R", Document, Example, Item, Score)

Settings = Config | Mapping[str, Any] | None
"""A component's config, or its settings as a recipe would have them; None for the defaults."""

_SECTIONS: dict[type[Any], str] = {TuningMethod: "tuning", Evaluator: "evaluators"}
"""Where recipes use these kinds, if an entry there has keys of its own besides `use:`."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


class NothingMadeError(AssertionError):
    """A component made nothing of what it was given, so that nothing can be told of it."""


def broken(who: str, what: str, fix: str) -> NoReturn:
    """Raise the AssertionError of a broken rule: who broke it, what is wrong, what to do."""
    raise AssertionError(f"{who} {what}; {fix}")


def check_class(cls: type[Component[Any]], kind: type[Component[Any]]) -> None:
    """Check what can be seen of a component without running it.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    who = getattr(cls, "__name__", repr(cls))
    if not (inspect.isclass(cls) and issubclass(cls, kind)):
        broken(who, f"is not a {kind.__name__}", f"derive it from byeori.{kind.__name__}")
    if missing := cls.__abstractmethods__:
        broken(who, f"does not define {', '.join(sorted(missing))}", "define it")
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        broken(who, f"has the name {name!r}", "use lower-case letters, digits, `-` and `_`")
    if type(cls.version) is not int or cls.version < 1:
        broken(who, f"has the version {cls.version!r}", "use an int from 1 on")
    # An inherited docstring would describe the base class in `byeori plugins`.
    if not (cls.__doc__ or "").strip().partition("\n")[0]:
        broken(who, "has no docstring", "say in its first line what it does")
    _check_config_model(who, cls.config_model)
    section = next((s for k, s in _SECTIONS.items() if issubclass(cls, k)), "")
    settings = {info.alias or name for name, info in cls.config_model.model_fields.items()}
    if taken := sorted(settings & step_keys(section)):
        broken(who, f"has a setting {taken[0]!r}, a key of the recipe's own", "call it another way")


def _check_config_model(who: str, model: type[Config]) -> None:
    if not (inspect.isclass(model) and issubclass(model, Config)):
        broken(who, f"has the config_model {model!r}", "derive it from byeori.Config")
    if not model.model_config.get("frozen"):
        broken(model.__name__, "is not frozen", "leave `frozen` as byeori.Config has it")
    if model.model_config.get("extra") != "forbid":
        broken(model.__name__, "takes unknown keys", "leave `extra` as byeori.Config has it")
    for field in undescribed(model):
        broken(field, "has no description", 'write Field(..., description="...") for it')


def undescribed(model: type[pydantic.BaseModel], outer: str = "") -> Iterator[str]:
    """Fields of a settings model, and of those inside it, that say nothing about themselves."""
    for name, info in model.model_fields.items():
        where = f"{outer or model.__name__}.{name}"
        if not (info.description or "").strip():
            yield where
        for inner in _models_in(info.annotation):
            if inner is not model:
                yield from undescribed(inner, where)


def _models_in(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


class Subject(Generic[K]):
    """A component with settings, checked as a class, to be run.

    Attributes:
        cls, config: the component's class and its settings, with absolute paths.
        who: how messages call it.
    """

    def __init__(self, cls: type[K], kind: type[Component[Any]], settings: Settings) -> None:
        check_class(cls, kind)
        self.cls, self.who = cls, cls.__name__
        self.config = _validated(cls.config_model, settings)
        self._check_constructor()
        self._check_identity()

    def make(self) -> K:
        """A new component."""
        return self.cls(self.config)

    def broken(self, what: str, fix: str) -> NoReturn:
        """Raise the AssertionError of a rule it broke."""
        broken(self.who, what, fix)

    def nothing_made(self, what: str) -> NoReturn:
        """Raise the error of a component that could not be checked."""
        fix = "check it with input and settings that give one"
        raise NothingMadeError(f"{self.who} {what}; {fix}")

    def _check_constructor(self) -> None:
        paths = {n: p for n, p in self.config if isinstance(p, Path)}
        away = {name: path.parent / "not-there" / path.name for name, path in paths.items()}
        config = self.config.model_copy(update=away)
        fix = "do that in its method: plans are made of components that never run"
        with watched() as accesses:
            try:
                component = self.cls(config)
            except (Exception, NetworkUsedError) as error:
                reason = f"{type(error).__name__}: {error}"
                broken(self.who, f"cannot be made where its files are missing ({reason})", fix)
        if accesses:
            self.broken(f"does I/O in its constructor ({accesses[0]})", fix)
        if component.config is not config:
            self.broken("does not keep its config", "set self.config to what it was given")

    def _check_identity(self) -> None:
        given = {name: getattr(self.config, name) for name in self.config.model_fields_set}
        again = type(self.config).model_validate(given)
        if any(not p.exists() for _, p in self.config if isinstance(p, Path)):
            return  # a missing file is for the method to report
        if hashable(self.config) != hashable(again):
            self.broken(
                "has settings that differ each time they are made",
                "use plain values: they decide whether a stage has to run again",
            )

    def run(
        self, row_type: type[R], work: Callable[[K, Context], Iterable[R]]
    ) -> tuple[list[R], list[Reject]]:
        """The rows a new component makes, checked and with ids, and what it rejected."""
        with TemporaryDirectory() as folder:
            context = testing_context(Path(folder))
            rows = [self._checked(row, row_type) for row in work(self.make(), context)]
        for reject in context.rejects:
            if not reject.reason.strip() or not isinstance(reject.where, str):
                self.broken(f"rejects {reject} without a reason", "say why, in a few words")
        return rows, context.rejects

    def run_twice(
        self, row_type: type[R], work: Callable[[K, Context], Iterable[R]]
    ) -> tuple[list[R], list[Reject]]:
        """As `run`, and a second time, which must give the same."""
        first, again = self.run(row_type, work), self.run(row_type, work)
        if first != again:
            self.broken(
                f"gives other results the second time ({difference(first, again)})",
                "draw from context.random(...), sort what has no order, keep no state",
            )
        return first

    def _checked(self, row: object, row_type: type[R]) -> R:
        try:
            checked = check(row, row_type, self.who)
            # What a filter rewrote keeps the id of what it was, until the core gives it its own.
            return checked if getattr(self.cls, "rewrites", False) else with_id(checked)
        except PluginError as error:
            raise AssertionError(str(error)) from error


def _validated(model: type[Config], settings: Settings) -> Config:
    if isinstance(settings, Config):
        return settings
    here = {"folder": Path.cwd(), "working_directory": Path.cwd()}
    return model.model_validate(dict(settings or {}), context=here)


def difference(first: tuple[list[Any], list[Reject]], again: tuple[list[Any], list[Reject]]) -> str:
    """Where two runs differ, in a line."""
    for one, other in zip(first, again, strict=True):
        if len(one) != len(other):
            return f"{len(one)} rows, then {len(other)}"
        for a, b in zip(one, other, strict=True):
            if a != b:
                return f"{a!r:.200}, then {b!r:.200}"
    return "no difference"
