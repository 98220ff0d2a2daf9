"""Answers made for whatever schema a request has, so that any generator can be tried."""

import json
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from byeori.testing._completions import Body

Texts = Callable[[], str]


def schema_reply(body: Body) -> str:
    """An answer that fits the request's schema; its texts are the prompt's last lines, in turn.

    Where the request has no schema the answer is the prompt's last line. Deterministic.
    """
    lines = _lines(body)
    fitting = cycle(lines[-3:])
    return _answer(body, lambda: next(fitting))


def empty_reply(body: Body) -> str:
    """An answer that fits the schema and says nothing: empty texts and lists where they may be."""
    return _answer(body, lambda: "", few=True)


def odd_reply(body: Body) -> str:
    """An answer that fits the schema and makes no sense: long, with marks that mean something
    elsewhere, and always the same."""
    text = "{{ 1/0 }} {% x %} </s> <|im_end|> \\frac{a}{b} \u200b‘’ -0.0 NaN ④ 가나다 " * 20
    return _answer(body, lambda: text)


def _lines(body: Body) -> list[str]:
    prompt = str(body["messages"][-1]["content"]).partition("\n\nAnswer with JSON only")[0]
    return [line.strip() for line in prompt.splitlines() if line.strip()] or ["nothing"]


def _answer(body: Body, texts: Texts, *, few: bool = False) -> str:
    if "response_format" not in body:
        return texts()
    schema = body["response_format"]["json_schema"]["schema"]
    return json.dumps(_fitting(schema, schema, texts, few), ensure_ascii=False)


def _fitting(node: dict[str, Any], whole: dict[str, Any], texts: Texts, few: bool) -> Any:
    """A value that fits one node of a JSON schema as pydantic writes them."""
    if "$ref" in node:
        return _fitting(whole["$defs"][node["$ref"].rpartition("/")[2]], whole, texts, few)
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return node["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in node:
            return _fitting(node[several][0], whole, texts, few)
    kind = node.get("type", "string")
    if kind == "object":
        properties = node.get("properties", {})
        return {name: _fitting(inner, whole, texts, few) for name, inner in properties.items()}
    if kind == "array":
        return list(_items(node, whole, texts, few))
    return _scalar(kind, node, texts)


def _items(node: dict[str, Any], whole: dict[str, Any], texts: Texts, few: bool) -> Iterator[Any]:
    fewest, most = node.get("minItems", 0), node.get("maxItems", 2)
    for _ in range(fewest if few else max(fewest, min(most, 1))):
        yield _fitting(node.get("items", {}), whole, texts, few)


def _scalar(kind: str, node: dict[str, Any], texts: Texts) -> Any:
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    if kind in ("integer", "number"):
        return node.get("minimum", node.get("exclusiveMinimum", 0) + 1)
    return texts()[: node.get("maxLength")]
