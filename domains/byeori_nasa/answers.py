"""Answers about the fields of an award, as full sentences: what questions are made of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from byeori import Config
from byeori_nasa.sentences import (
    first_sentences,
    nasa_applications,
    non_nasa_applications,
    objective,
)
from byeori_nasa.wordings import FIELDS

FieldName = Literal[
    "abstract",
    "objective",
    "nasa_applications",
    "non_nasa_applications",
    "keywords",
    "program",
    "phase",
    "firm",
    "year",
    "research_institution",
]
_FOUND_IN_ABSTRACT = {
    "objective": objective,
    "nasa_applications": nasa_applications,
    "non_nasa_applications": non_nasa_applications,
}


class AnswersConfig(Config):
    """Which fields are asked about, and how long an answer may be."""

    fields: tuple[FieldName, ...] = Field(
        tuple(FIELDS),  # type: ignore[arg-type]
        min_length=1,
        description="Fields to ask about.",
    )
    max_characters: int = Field(
        400,
        ge=40,
        description="Longest answer: an abstract is quoted by as many whole sentences as fit, and "
        "another field that does not fit is not asked about, so that no answer is cut at the "
        "model's maximum length (256 tokens in the paper).",
    )


def field_answers(
    fields: Sequence[FieldName], longest: int, metadata: Mapping[str, Any], unasked: Counter[str]
) -> dict[str, str]:
    """A full sentence for each field of an award that has one.

    Args:
        fields: those that are asked about.
        longest: characters of an answer, at most.
        metadata: of a document of `nasa/sbir`.
        unasked: where a field without an answer is counted, with the reason.
    """
    answers: dict[str, str] = {}
    title = metadata.get("title", "")
    for name in fields if title else ():
        value, reason = _value(name, longest, metadata)
        if value:
            answers[name] = FIELDS[name].answer.format_map({"title": title, "value": value})
        else:
            unasked[reason] += 1
    return answers


def why_nothing(metadata: Mapping[str, Any]) -> str:
    """Why no question can be asked about a document."""
    return "no field that can be asked about" if metadata.get("title") else "no title to ask by"


def _value(name: str, longest: int, metadata: Mapping[str, Any]) -> tuple[str, str]:
    """What to say about a field; or nothing, and why."""
    empty = FIELDS[name].answer.format_map({"title": metadata["title"], "value": ""})
    room = longest - len(empty)
    value = _field_text(name, metadata)
    if not value:
        return "", f"no {name}"
    if name == "abstract":
        value = first_sentences(value, room)
    if not value or len(value) > room:
        return "", f"{name} longer than max_characters"
    return value, ""


def _field_text(name: str, metadata: Mapping[str, Any]) -> str:
    """A field's value as its answer quotes it."""
    value = metadata.get(name)
    if not value and name in _FOUND_IN_ABSTRACT:
        value = _FOUND_IN_ABSTRACT[name](metadata.get("abstract", ""))
    text = _enumeration(value) if isinstance(value, list) else str(value or "").strip()
    # The answers end in a full stop of their own, "Inc." or not; an abstract keeps its sentences'.
    return text if name == "abstract" else text.removesuffix(".")


def _enumeration(items: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""
