"""Answers that should be JSON: whether they are, whether they meet a schema."""

import ast
import json
from functools import cache
from pathlib import Path
from typing import Any

from byeori import DataError, Item
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome, unscored
from byeori_plugins.evaluators.metrics.settings import MetricSettings


def parsed(answer: str) -> Any:
    """The JSON value of an answer, with or without a code fence around it.

    Raises:
        ValueError: it is something else, or more than one value.
    """
    return json.loads(_unfenced(answer), parse_constant=_refuse)


def parsed_value(answer: str) -> Any:
    """The value of an answer that is JSON, or a dictionary or list as Python writes it.

    The chemistry paper's answers are dictionaries: `{'AEM_MAT': {'-': {'WU': '-'}}}`.

    Raises:
        ValueError: it is neither.
    """
    try:
        return parsed(answer)
    except ValueError as error:
        try:
            return ast.literal_eval(_unfenced(answer).strip())
        except (SyntaxError, ValueError, MemoryError):
            raise error from None


def _unfenced(answer: str) -> str:
    text = answer.strip()
    fenced = text.startswith("```") and text.endswith("```") and "\n" in text
    return text[text.index("\n") : -3] if fenced else text


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def valid_json(settings: MetricSettings) -> Measure:
    """1 where the answer is one JSON value and nothing else, a code fence around it allowed."""

    def measure(answer: str, item: Item) -> Outcome:
        try:
            parsed(answer)
        except (ValueError, RecursionError) as error:
            return Outcome(0.0, {"problem": str(error)})
        return Outcome(1.0)

    return measure


def meets_schema(settings: MetricSettings) -> Measure:
    """1 where the answer is JSON that meets the item's JSON Schema, or the settings' one."""
    shared = None if settings.json_schema is None else _schema_file(settings.json_schema)

    def measure(answer: str, item: Item) -> Outcome:
        schema = item.metadata.get("json_schema")
        schema = shared if schema is None else json.dumps(schema)
        if schema is None:
            return unscored("it has no JSON Schema")
        try:
            value = parsed(answer)
        except (ValueError, RecursionError) as error:
            return Outcome(0.0, {"problem": str(error)})
        problems = sorted(_validator(schema).iter_errors(value), key=lambda e: e.json_path)
        if problems:
            problem = f"{problems[0].json_path}: {problems[0].message}"
            return Outcome(0.0, {"problem": problem[:300]})
        return Outcome(1.0)

    return measure


def _schema_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        _validator(text)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: `json_schema` must name a JSON Schema: {error}") from error
    return text


@cache
def _validator(schema: str) -> Any:
    """Raises ValueError where the text is no JSON Schema."""
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    value = json.loads(schema)
    kind = validator_for(value)
    try:
        kind.check_schema(value)
    except SchemaError as error:
        raise ValueError(error.message) from error
    return kind(value)


def schema_problem(schema: object) -> str:
    """What is wrong with an item's own JSON Schema, or an empty text."""
    try:
        _validator(json.dumps(schema))
    except ValueError as error:
        return str(error)
    return ""
