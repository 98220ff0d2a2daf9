"""Keeps examples whose answer has the form that was asked for."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from byeori import Config, Context, DataError, Example, Filter
from byeori_plugins.text.choices import listed_choices, named_choice

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


class FormatConfig(Config):
    """Settings of `format`. What is not set is not checked."""

    task: str | tuple[str, ...] = Field(
        (), description="Task or tasks of the examples that are checked; others stay. Empty is all."
    )
    is_json: bool = Field(
        False, description="The answer must be JSON and nothing else; no code fence around it."
    )
    json_schema: Path | None = Field(
        None, description="A file with a JSON Schema that the answer must meet; implies `is_json`."
    )
    choices: tuple[str, ...] = Field((), description="The only answers there may be.")
    listed_choice: bool = Field(
        False,
        description="Whether an answer must name one of the choices that its question lists, by "
        "mark (`B`, `②`) or by text. A question that lists none is dropped.",
    )
    units: dict[str, str] = Field(
        {},
        description="By key of a JSON answer, wherever it stands, a unit: the value must be a "
        "number with a unit of that kind, or one of `absent`.",
    )
    absent: tuple[str, ...] = Field(
        ("-", "N/A"), description="What stands for a value that is not given."
    )

    @model_validator(mode="after")
    def _checks_something(self) -> Self:
        if not any((self.is_json, self.json_schema, self.choices, self.listed_choice, self.units)):
            raise ValueError(
                "nothing is checked: set is_json, json_schema, choices, listed_choice or units"
            )
        return self

    @model_validator(mode="after")
    def _units_are_known(self) -> Self:
        from byeori_plugins.text.units import UnitError, parse_unit

        for key, unit in self.units.items():
            try:
                parse_unit(unit)
            except UnitError as error:
                raise ValueError(f"units.{key}: {error}") from None
        return self


class Format(Filter[FormatConfig]):
    """Drops examples whose answer is not JSON of a schema, a choice, or a value with its unit."""

    name = "format"
    version = 1
    config_model = FormatConfig
    applies_to = "examples"

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield examples of other tasks, and those whose answer has the form."""
        tasks = self.config.task
        wanted = (tasks,) if isinstance(tasks, str) else tasks
        for example in examples:
            checked = not wanted or example.task in wanted
            reason, detail = self._wrong(example) if checked else ("", "")
            if reason:
                context.reject(example.id, reason, f"{detail}: {example.output}")
            else:
                yield example

    def _wrong(self, example: Example) -> tuple[str, str]:
        """What is wrong with the answer, and where; empty texts where nothing is."""
        config, answer = self.config, example.output
        if config.choices and answer.strip() not in config.choices:
            return "the answer is none of the choices", ""
        if config.listed_choice:
            listed = listed_choices(f"{example.instruction}\n{example.input}")
            if not listed:
                return "the question lists no choices", ""
            if named_choice(answer, listed) is None:
                return "the answer names none of its question's choices", " ".join(listed)
        if config.is_json or config.json_schema or config.units:
            return self._wrong_json(answer)
        return "", ""

    def _wrong_json(self, text: str) -> tuple[str, str]:
        try:
            answer = json.loads(text, parse_constant=_refuse)
        except ValueError as error:
            return "the answer is not JSON", str(error)
        if self.config.json_schema:
            found = sorted(self._validator.iter_errors(answer), key=lambda e: e.json_path)
            for first in found[:1]:
                detail = f"{first.json_path} {first.message}"
                return "the answer does not meet its JSON Schema", detail
        for key, value in _members(answer):
            if key in self.config.units and (wrong := self._wrong_value(value, key)):
                return wrong, f"{key} {value}"
        return "", ""

    def _wrong_value(self, value: Any, key: str) -> str:
        from byeori_plugins.text.units import UnitError, parse_quantity, parse_unit, same_kind

        if value is None or value in self.config.absent:
            return ""
        try:
            unit = parse_quantity(str(value)).unit
        except UnitError:
            return "a value is no number with a unit"
        wanted = parse_unit(self.config.units[key])
        return "" if same_kind(unit, wanted) else "a value has a unit of another kind"

    @cached_property
    def _validator(self) -> "Validator":
        from jsonschema import SchemaError
        from jsonschema.validators import validator_for

        path = self.config.json_schema
        assert path is not None  # noqa: S101  # asked for only where there is one
        try:
            schema = json.loads(path.read_text(encoding="utf-8"))
            kind = validator_for(schema)
            kind.check_schema(schema)
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}; `json_schema` names a file") from error
        except (ValueError, SchemaError) as error:
            raise DataError(f"{path}: not a JSON Schema: {error}") from error
        return kind(schema)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and plain value, at any depth; of a list of values each of them."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            for one in item if isinstance(item, list) else [item]:
                if isinstance(one, Mapping):
                    yield from _members(one)
                else:
                    yield key, one
    elif isinstance(value, list):
        for item in value:
            yield from _members(item)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
