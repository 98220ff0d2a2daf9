"""Finds a quotation in a text exactly, but for how the same characters may be written.

White space counts as one space, invisible characters as nothing, quotation marks and dashes as
their ASCII forms, and characters that Unicode calls compatible (NFKD: widths, ligatures, composed
or not) as the same. Everything else must be equal, letter case too: nothing here is fuzzy.
"""

import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from unicodedata import combining

_SINGLE = "‘’‚‛′ʼ`´"
_DOUBLE = "“”„‟″«»「」『』"
_DASHES = "‐‑‒–—―−﹣－"
_MARKS = {ord(char): "'" for char in _SINGLE} | {ord(char): '"' for char in _DOUBLE}
_MARKS |= {ord(char): "-" for char in _DASHES}

_FIRST_VOWEL, _LAST_FINAL = "\u1160", "\u11ff"
"""Conjoining Hangul jamo that go on with a syllable (Unicode 3.12)."""
_SPACELESS = "\u0590"
"""Below it are the scripts that put spaces between words: Latin, Greek, Cyrillic, Armenian."""


@dataclass(frozen=True)
class _Folded:
    """A folded text and, for each of its characters, the stretch of the original it stands for."""

    text: str
    starts: "array[int]"
    ends: "array[int]"
    gaps: frozenset[int]
    """Places in `text` before which a space was left out."""


def find_span(text: str, quote: str, *, spaces: bool = True) -> tuple[int, int] | None:
    """Where a quotation stands in a text: start and end (exclusive) of its first occurrence.

    A quotation that begins or ends inside a word, a number or a character of the text is none of
    it: `5` is not in `1.5`, nor `cat` in `concatenate`; `물` is in `물은`. Quotation marks around
    the whole of it may be missing in the text.

    Args:
        text: where to look.
        quote: what for.
        spaces: whether they count; without, `35 %` is found as `35%`, and the other way round.

    Returns:
        Offsets into `text`, or None where it is not there or empty.
    """
    wanted = _folded(quote, spaces).text.strip()
    bare = wanted[1:-1].strip() if len(wanted) > 1 and wanted[0] == wanted[-1] in "'\"" else ""
    for needle in filter(None, (wanted, bare)):
        for span in _spans(_folded(text, spaces), needle):
            return span
    return None


def fold(text: str) -> str:
    """A text as `find_span` compares it."""
    return _folded(text, True).text.strip()


def _spans(haystack: _Folded, needle: str) -> Iterator[tuple[int, int]]:
    start = haystack.text.find(needle)
    while start >= 0:
        end = start + len(needle)
        if _whole(haystack, start) and _whole(haystack, end):
            yield haystack.starts[start], haystack.ends[end - 1]
        start = haystack.text.find(needle, start + 1)


def _whole(folded: _Folded, place: int) -> bool:
    """Whether a quotation may begin or end before this character."""
    text = folded.text
    if place in (0, len(text)):
        return True
    if place in folded.gaps:
        return True
    before, after = text[place - 1], text[place]
    if folded.starts[place] < folded.ends[place - 1]:  # inside one character of the original
        return False
    if combining(after) or _FIRST_VOWEL <= after <= _LAST_FINAL:
        return False
    if before.isalpha() and after.isalpha():
        return not (before < _SPACELESS and after < _SPACELESS)
    return not _in_number(text, place)


def _in_number(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    two_before, two_after = text[max(0, place - 2) : place], text[place : place + 2]
    if before.isdigit() and after.isdigit():
        return True
    if before.isdigit() and after in ".,":
        return two_after[1:].isdigit()
    if after.isdigit() and before in ".,":
        return two_before[:-1].isdigit()
    # A minus sign before a number is part of it, unless it joins: `10-20`, `C-14`.
    return after.isdigit() and before == "-" and not two_before[:-1].isalnum()


@lru_cache(maxsize=8)
def _folded(text: str, spaces: bool) -> _Folded:
    chars: list[str] = []
    starts, ends, gaps = array("I"), array("I"), set[int]()
    for place, char in enumerate(text):
        for part in _compatible(char):
            if part == " " and not spaces:
                gaps.add(len(chars))
            elif part == " " and chars and chars[-1] == " ":
                ends[-1] = place + 1
            else:
                chars.append(part)
                starts.append(place)
                ends.append(place + 1)
    _put_marks_in_order(chars, starts, ends)
    return _Folded("".join(chars), starts, ends, frozenset(gaps))


def _compatible(char: str) -> str:
    """What a character counts as: nothing, one or more characters."""
    if char.isspace():
        return " "
    if unicodedata.category(char) == "Cf":
        return ""
    if mark := _MARKS.get(ord(char)):
        return mark
    return unicodedata.normalize("NFKD", char)


def _put_marks_in_order(chars: list[str], starts: "array[int]", ends: "array[int]") -> None:
    """Sort combining marks after a letter by their class (Unicode 3.11, D109), in place."""
    marks = [place for place, char in enumerate(chars) if combining(char)]
    # Places that follow each other differ from their number in the list by the same.
    for _, numbered in groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0]):
        run = [place for _, place in numbered]
        order = sorted(run, key=lambda place: combining(chars[place]))
        if order != run:
            moved = [(chars[place], starts[place], ends[place]) for place in order]
            for place, (char, start, end) in zip(run, moved, strict=True):
                chars[place], starts[place], ends[place] = char, start, end
