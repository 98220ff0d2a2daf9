"""What one request is about: a document, a part of a long one, or one of its fields."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from byeori.generation.sentences import SentenceEnds, ends_by_marks
from byeori.generation.spans import find_span
from byeori.records import Document

LANGUAGES: Mapping[str, str] = {
    "ko": "Korean",
    "en": "English",
    "ja": "Japanese",
    "zh": "Chinese",
    "zh-cn": "Simplified Chinese",
    "zh-hans": "Simplified Chinese",
    "zh-tw": "Traditional Chinese",
    "zh-hant": "Traditional Chinese",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
}


def language_name(tag: str) -> str:
    """What a prompt calls a language: `Korean` for `ko` or `ko-KR`; an unknown tag itself."""
    lower = tag.lower()
    return LANGUAGES.get(lower) or LANGUAGES.get(lower.partition("-")[0], tag)


@dataclass(frozen=True, slots=True)
class Part:
    """What one request is about.

    Attributes:
        document: the document.
        text: what the prompt shows of it.
        language: BCP-47 tag of the answer, or empty.
        number, parts: which part of a long document it is, from 0, and of how many.
        values: further slots for the templates, such as the field that is asked about.
        metadata: what every example made of it carries.
    """

    document: Document
    text: str
    language: str = ""
    number: int = 0
    parts: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def find(self, quote: str) -> tuple[int, int] | None:
        """Where a quotation of the part's text stands in the document's text; None if nowhere.

        Start and end (exclusive) in characters, found by `find_span`.
        """
        if find_span(self.text, quote) is None:
            return None
        return find_span(self.document.text, quote)


@dataclass(frozen=True, slots=True)
class Unusable:
    """What a mapping yields for the part of an answer that gives no example.

    Attributes:
        reason: a short sentence; equal reasons are counted together.
        text: an excerpt of it, or empty.
    """

    reason: str
    text: str = ""


def split(text: str, longest: int, ends: SentenceEnds = ends_by_marks) -> list[str]:
    """Cut a text into parts of at most `longest` characters, losing only white space.

    Between paragraphs where possible; a paragraph that is too long by itself between sentences
    (as `ends` tells them), then words, then anywhere.
    """
    parts: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for piece in _pieces(paragraph, longest, ends):
            if parts and len(parts[-1]) + 2 + len(piece) <= longest:
                parts[-1] += "\n\n" + piece
            else:
                parts.append(piece)
    return parts


def _pieces(paragraph: str, longest: int, ends: SentenceEnds) -> Iterator[str]:
    paragraph = paragraph.strip()
    places = list(ends(paragraph)) if len(paragraph) > longest else []
    start = 0
    while len(paragraph) - start > longest:
        fitting = [place for place in places if start < place <= start + longest]
        space = paragraph.rfind(" ", start + 1, start + longest + 1)
        cut = fitting[-1] if fitting else space if space > 0 else start + longest
        yield paragraph[start:cut].strip()
        start = len(paragraph) - len(paragraph[cut:].lstrip())
    if start < len(paragraph):
        yield paragraph[start:]
