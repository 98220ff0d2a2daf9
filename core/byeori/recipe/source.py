"""Reads recipe files: plain data, and where in the file each value stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from byeori.errors import Mistake, RecipeError
from byeori.recipe.fields import FieldPath, assign, dotted, split_path
from byeori.recipe.tiny import tiny_form

Position = tuple[int, int]


@dataclass(frozen=True)
class RecipeSource:
    """A recipe as it was written.

    Attributes:
        file: the file it came from.
        text: its text, unchanged.
        data: the values, as plain dicts, lists and scalars, with overrides applied.
        positions: 1-based line and column of each value's key.
        overrides: fields that came from `--set`, with the text of the option.
        variant: for a variant of a sweep, its name; else empty.
        swept: for a variant of a sweep, what the sweep set: fields and labels of their values.
        tiny: whether the fields of its `tiny:` are in place.
    """

    file: Path
    text: str
    data: dict[str, Any]
    positions: Mapping[FieldPath, Position] = field(default_factory=dict)
    overrides: Mapping[FieldPath, str] = field(default_factory=dict)
    variant: str = ""
    swept: Mapping[str, str] = field(default_factory=dict)
    tiny: bool = False

    @property
    def folder(self) -> Path:
        """The folder that paths in the recipe are relative to."""
        return self.file.parent

    def mistake(self, path: FieldPath, message: str, **fields: Any) -> Mistake:
        """A mistake at `path`, placed at the nearest field that stands in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.overrides:
                option = self.overrides[path[:length]]
                return Mistake(dotted(path), message, f"--set {option}", **fields)
            if path[:length] in self.positions:
                line, column = self.positions[path[:length]]
                return Mistake(dotted(path), message, self.file, line, column, **fields)
        return Mistake(dotted(path), message, self.file, **fields)

    def overridden_below(self, path: FieldPath) -> frozenset[str]:
        """Names of fields at or below `path` whose value came from `--set`."""
        return frozenset(
            str(part)
            for key in self.overrides
            if key[: len(path)] == path
            for part in key[len(path) :]
        )

    def moved(self, value: FieldPath, path: FieldPath) -> "RecipeSource":
        """Let what is wrong at `path` or below be placed where the value was written."""
        old = self.positions
        kept = {key: place for key, place in old.items() if key[: len(path)] != path}
        moved = {
            (*path, *key[len(value) :]): place
            for key, place in old.items()
            if key[: len(value)] == value
        }
        if path in moved:  # a field that is new to the recipe has no place of its own
            kept = {path[:length]: moved[path] for length in range(1, len(path))} | kept
        return replace(self, positions=kept | moved)


def read_recipe(file: Path, overrides: Sequence[str] = (), *, tiny: bool = False) -> RecipeSource:
    """Read a recipe, then apply its `tiny:` where asked for, and `--set` options.

    Raises:
        RecipeError: the file is missing, not UTF-8, not YAML, not a mapping, or an option is off.
    """
    text = _read_text(file)
    tree = _parse(text, file)
    positions: dict[FieldPath, Position] = {}
    data = _plain(tree, (), positions)
    source = RecipeSource(file, text, data, positions)
    return _override(tiny_form(source) if tiny else source, overrides)


def _read_text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise RecipeError([Mistake("", "no such recipe file", file)]) from None
    except OSError as error:
        raise RecipeError([Mistake("", f"cannot be read: {error.strerror}", file)]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 (byte {error.start}); save the recipe as UTF-8"
        raise RecipeError([Mistake("", message, file, line)]) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise RecipeError([Mistake("", "NUL byte; this is not a YAML text", file, line)])
    return text


def _parse(text: str, file: Path) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        message = str(error.problem).split("with value", maxsplit=1)[0].strip()
        raise RecipeError([Mistake("", message, file, mark.line + 1, mark.column + 1)]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        message = f"not YAML: {error.problem or error.context}"
        raise RecipeError([Mistake("", message, file, *place)]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise RecipeError([Mistake("", f"not YAML: {_first_line(error)}", file)]) from None
    if not isinstance(tree, CommentedMap):
        message = "a recipe is a mapping that starts with `name:`; `byeori recipes` shows some"
        raise RecipeError([Mistake("", message, file, 1, 1)])
    return tree


def _first_line(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).strip().partition("\n")[0]


def _plain(node: Any, path: FieldPath, positions: dict[FieldPath, Position]) -> Any:
    if isinstance(node, CommentedMap):
        for key in node:
            if key in (node.lc.data or {}):  # keys merged in by `<<` have no place of their own
                line, column = node.lc.key(key)
                positions[(*path, key)] = (line + 1, column + 1)
        return {str(key): _plain(value, (*path, key), positions) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        for index, (line, column, *_) in (node.lc.data or {}).items():
            positions[(*path, index)] = (line + 1, column + 1)
        return [_plain(value, (*path, index), positions) for index, value in enumerate(node)]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node if node is None else str(node)


def _override(source: RecipeSource, options: Sequence[str]) -> RecipeSource:
    data, overrides, mistakes = source.data, dict(source.overrides), []
    for option in options:
        key, equals, value = option.partition("=")
        path = split_path(key)
        try:
            if not equals or not key.strip():
                raise ValueError("write --set FIELD=VALUE, such as --set tuning.0.r=64")
            overrides[assign(data, path, _scalar_or_tree(value))] = option
        except (ValueError, YAMLError, RecursionError) as error:
            mistakes.append(Mistake(dotted(path), _first_line(error), f"--set {option}"))
    if mistakes:
        raise RecipeError(mistakes)
    return replace(source, data=data, overrides=overrides)


def _scalar_or_tree(value: str) -> Any:
    return _plain(YAML(typ="rt").load(value), (), {})
