"""Answers as data: the JSON schema a model is given, and what is made of what it writes.

The schema goes out twice: as `response_format`, which good servers enforce, and in the prompt, for
the many that ignore it without a word. A server that refuses the field gets only the prompt.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)

LONGEST_REPAIR = 200_000
"""Characters; a longer answer that is not JSON is not worth repairing."""
_REFUSAL_WORDS = ("response_format", "json_schema", "json schema", "structured output", "guided")


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model as `strict: true` wants it: all members required, no others.

    Source: OpenAI, "Structured model outputs", supported schemas.
    """
    schema: dict[str, Any] = _strict(model.model_json_schema())
    return schema


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    strict = {name: _strict(value) for name, value in node.items() if name != "default"}
    if isinstance(properties := node.get("properties"), dict):
        # A field may be called `default`: that one is a member, not a keyword.
        strict["properties"] = {name: _strict(value) for name, value in properties.items()}
        strict["required"] = list(properties)
        strict["additionalProperties"] = False
    return strict


def response_format(model: type[BaseModel]) -> dict[str, Any]:
    """The `response_format` member of a request."""
    schema = {"name": model.__name__, "schema": strict_schema(model), "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def schema_prompt(model: type[BaseModel]) -> str:
    """What is added to the prompt, so that a model whose server ignores the schema knows it."""
    schema = json.dumps(strict_schema(model), ensure_ascii=False)
    return f"\n\nAnswer with JSON only, nothing else, matching this JSON schema:\n{schema}"


def refuses_response_format(status: int | None, detail: str) -> bool:
    """Whether an endpoint's refusal is about the schema and not about the question."""
    return status in (400, 415, 422, 501) and any(w in detail.lower() for w in _REFUSAL_WORDS)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What was made of a text.

    Attributes:
        value: the data, or None.
        error: what is wrong, in words the model can act on; empty where nothing is.
        was_json: the text was JSON as it stood.
    """

    value: T | None
    error: str = ""
    was_json: bool = True


def parse(text: str, model: type[T]) -> Parsed[T]:
    """Read an answer: JSON or nearly (fences, comments, a missing bracket), checked by pydantic."""
    if "</think>" in text:  # reasoning models think aloud first
        text = text.rpartition("</think>")[2]
    was_json, data = True, None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        was_json, data = False, _repaired(text)
    if not was_json and not isinstance(data, dict | list):
        return Parsed(None, "the answer is not JSON", was_json)
    try:
        json.dumps(data, ensure_ascii=False).encode()  # pydantic lets half a surrogate pair pass
        return Parsed(model.model_validate(data), "", was_json)
    except UnicodeEncodeError:
        return Parsed(None, "the answer is not valid Unicode", was_json)
    except ValidationError as error:
        return Parsed(None, _explained(error), was_json)
    except RecursionError:
        return Parsed(None, "the JSON is nested too deeply", was_json)


def _repaired(text: str) -> Any:
    if len(text) > LONGEST_REPAIR:
        return None
    import json_repair

    try:
        return json_repair.loads(text)
    except (ValueError, RecursionError):
        return None


def _explained(error: ValidationError) -> str:
    """The first three mistakes, without the model's own text, so that equal ones count as one."""
    mistakes = []
    for mistake in error.errors(include_url=False, include_input=False)[:3]:
        path = ".".join("[]" if isinstance(part, int) else part for part in mistake["loc"])
        mistakes.append(f"{path or 'the whole'}: {mistake['msg']}")
    return "; ".join(mistakes)


def correction(answer: str, error: str) -> list[dict[str, str]]:
    """The turns that show a model its answer and what is wrong with it."""
    asked = f"That cannot be used: {error}. Answer again, with JSON only, matching the schema."
    said = [{"role": "assistant", "content": answer}] if answer else []
    return [*said, {"role": "user", "content": asked}]


def content(answer: Mapping[str, Any]) -> tuple[str, str, str]:
    """Text, refusal and finish reason of the first choice; empty where missing."""
    choice = answer["choices"][0]
    message = choice["message"]
    values = (message.get("content"), message.get("refusal"), choice.get("finish_reason"))
    text, refusal, reason = (value if isinstance(value, str) else "" for value in values)
    return text, refusal, reason
