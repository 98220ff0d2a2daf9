"""Cuts a text into sentences for models that take one at a time, and what stands between them."""

import re
from collections.abc import Iterator

from byeori_plugins.translation.protected import Kind, has_words, protected

_BETWEEN = re.compile(r"((?<=[.!?。])\s+|\s*\n\s*|^\s+|\s+$)")
_BLOCKS: tuple[Kind, ...] = ("code", "formulas")


def segments(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, in order, each with whether it is to be translated.

    Together they are the text. Blocks of code and formulas of several lines, white space, and
    pieces without words are not.
    """
    place = 0
    for span in protected(text, _BLOCKS):
        if "\n" in span.text:
            yield from _sentences(text[place : span.start])
            yield span.text, False
            place = span.end
    yield from _sentences(text[place:])


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    for piece in _BETWEEN.split(text):
        if piece:
            yield piece, has_words(piece)
