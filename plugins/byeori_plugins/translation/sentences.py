"""Cuts a text into sentences for models that take one at a time, and what stands between them."""

import re
from collections.abc import Iterator

from byeori.generation import SENTENCE_ENDS, SentenceEnds, SentenceKind
from byeori_plugins.text.protected import Kind, has_words, protected

_BETWEEN_LINES = re.compile(r"(\s*\n\s*)")
_BLOCKS: tuple[Kind, ...] = ("code", "formulas")


def segments(text: str, kind: SentenceKind = "marks") -> Iterator[tuple[str, bool]]:
    """The pieces of a text, in order, each with whether it is to be translated.

    Together they are the text. Blocks of code and formulas of several lines, white space, and
    pieces without words are not.

    Args:
        kind: what ends a sentence, of `byeori.generation.SENTENCE_ENDS`.
    """
    ends = SENTENCE_ENDS[kind]
    place = 0
    for span in protected(text, _BLOCKS):
        if "\n" in span.text:
            yield from _sentences(text[place : span.start], ends)
            yield span.text, False
            place = span.end
    yield from _sentences(text[place:], ends)


def _sentences(text: str, ends: SentenceEnds) -> Iterator[tuple[str, bool]]:
    for line in _BETWEEN_LINES.split(text):
        place = 0
        for end in (*ends(line), len(line)):
            body = line[place:end].strip()
            start = line.index(body, place)
            for piece in (line[place:start], body, line[start + len(body) : end]):
                if piece:
                    yield piece, has_words(piece)
            place = end
