"""Checks what goes across a recipe: names, the graph of the tuning stages, the base model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from byeori.components import TuningMethod
from byeori.models import check_base
from byeori.plan.check import Checker, names_in, steps_of
from byeori.plan.compared import check_compare
from byeori.recipe.fields import FieldPath, step_id
from byeori.recipe.source import RecipeSource


def check_whole(checker: Checker) -> None:
    """Check what goes across sections: ids, `from:`, the prompt, the base model, the baseline.

    Works on the recipe as written, so that a mistake elsewhere hides none of these.
    """
    data = checker.source.data
    templates = list(checker.registry.templates())
    if data.get("sweep"):
        checker.wrong(
            ("sweep",),
            "this recipe is a sweep, and only one of its variants has a plan: choose one with "
            "--variant, or leave the sweep out with --set sweep={}",
        )
    if isinstance(prompt := data.get("prompt"), str):
        checker.check_known(("prompt",), "prompt template", prompt, templates)
    _check_sources(checker)
    _check_base(checker, data.get("base_model"))
    models = _check_tuning(checker, steps_of(data.get("tuning")))
    _check_names(checker, "evaluators", _names(steps_of(data.get("evaluators"))))
    if isinstance(compare := data.get("compare"), dict):
        check_compare(checker, compare, models, _names(steps_of(data.get("evaluators"))))


def base_folder(source: RecipeSource) -> Path:
    """What a relative `base_model.path` is relative to."""
    overridden = "path" in source.overridden_below(("base_model",))
    return Path.cwd() if overridden else source.folder.absolute()


def _names(steps: Sequence[dict[str, Any]]) -> list[str]:
    return [step_id(step) for step in steps]


def _check_sources(checker: Checker) -> None:
    documents = [use for path, use in checker.uses.items() if path[0] == "documents"]
    if documents and all(use.entry.kind == "filter" for use in documents):
        checker.wrong(("documents",), "there are only filters; a data source is needed first")


def _check_base(checker: Checker, base: object) -> None:
    if not isinstance(base, dict) or not isinstance(base.get("path"), str):
        return
    revision = base.get("revision")
    folder = base_folder(checker.source)
    if problem := check_base(base["path"], None if revision is None else str(revision), folder):
        checker.wrong(("base_model", "path"), problem)


def _check_tuning(checker: Checker, steps: Sequence[dict[str, Any]]) -> list[str]:
    names = _names(steps)
    _check_names(checker, "tuning", names)
    for number, step in enumerate(steps):
        path: FieldPath = ("tuning", number)
        _check_earlier(checker, (*path, "from"), str(step.get("from", "base")), names, number)
        models = names_in(step.get("models"))
        for place, name in enumerate(models):
            _check_earlier(checker, (*path, "models", place), name, names, number)
            if name in models[:place]:
                checker.wrong((*path, "models", place), f"{name!r} is named twice")
        _check_how_many(checker, path, len(models))
    return ["base", *names]


def _check_earlier(
    checker: Checker, path: FieldPath, name: str, names: Sequence[str], number: int
) -> None:
    if name in names[number:]:
        message = f"{name!r} does not come before this stage; stages run in the list's order"
        checker.wrong(path, message)
    else:
        checker.check_known(path, "earlier stage", name, ["base", *names[:number]])


def _check_how_many(checker: Checker, path: FieldPath, models: int) -> None:
    """A method says how many other models it needs; most take none."""
    use = checker.uses.get(path)
    if use is None or not issubclass(use.entry.cls, TuningMethod):
        return
    needed = use.entry.cls.needs_models
    if models and not needed:
        checker.wrong((*path, "models"), f"{use.entry.name} takes one model; give it as `from:`")
    elif models < needed:
        message = f"{use.entry.name} needs at least {needed} models under `models:`: earlier stages"
        checker.wrong((*path, "models") if models else path, message)


def _check_names(checker: Checker, section: str, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        if name and name in names[:number]:
            message = f"two entries are named {name!r}; give one of them another `id:`"
            checker.wrong((section, number), message)
