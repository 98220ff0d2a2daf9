"""A document's texts as the page shows them, with the places that an answer came from marked."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from byeori.records import Document, Example

SEARCHED = 500_000
"""Characters that are searched for the values of a JSON answer, about half a second's work."""
Span = tuple[int, int]


def passages(document: Document, example: Example) -> list[dict[str, Any]]:
    """The document's texts, cut where an example's answer came from.

    The places are `metadata["span"]`, or the several of `metadata["spans"]` (a list, or by name):
    characters of the text, or of the field `metadata["field"]`. Without them it is where
    `metadata["quote"]`, the answer itself, or each value of an answer that is JSON stands word
    for word.

    Returns:
        `{"name", "parts"}`; every second of the parts, from the second on, is such a place. The
        first is the text; a field that the example is about comes before it.
    """
    name = str(example.metadata.get("field") or "")
    own = document.metadata.get(name)
    shown = [("text", document.text)]
    if isinstance(own, str) and own:
        shown.insert(0, (name, own))
    given = _given(example.metadata, len(shown[0][1]))
    return [
        {
            "name": title,
            "parts": _cut(text, given if place == 0 and given else _found(text, example)),
        }
        for place, (title, text) in enumerate(shown)
    ]


def _cut(text: str, spans: Iterable[Span]) -> list[str]:
    parts, at = [], 0
    for start, end in _apart(spans):
        parts += [text[at:start], text[start:end]]
        at = end
    return [*parts, text[at:]]


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order, those that touch or overlap as one."""
    held: Span | None = None
    for start, end in sorted(spans):
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _given(metadata: Mapping[str, Any], length: int) -> list[Span]:
    several = metadata.get("spans")
    several = list(several.values()) if isinstance(several, Mapping) else several
    found = []
    for span in [metadata.get("span"), *(several if isinstance(several, list) else ())]:
        match span:
            case [int(start), int(end)] if 0 <= start < end <= length:
                found.append((start, end))
    return found


def _found(text: str, example: Example) -> list[Span]:
    from byeori.generation import find_span

    quote = str(example.metadata.get("quote") or example.output)
    if (whole := find_span(text, quote)) is not None:
        return [whole]
    values = list(dict.fromkeys(_values(example.output)))
    if len(text) * len(values) > SEARCHED:
        return []
    return [span for value in values if (span := find_span(text, value)) is not None]


def _values(answer: str) -> Iterator[str]:
    """The texts and numbers in an answer that is JSON, numbers as they are written there."""
    try:
        left = [json.loads(answer, parse_int=str, parse_float=str)]
    except (ValueError, RecursionError):
        return
    while left:
        match left.pop():
            case dict() as named:
                left += named.values()
            case list() as several:
                left += several
            case str() as text:
                yield text
