"""Text as byeori compares it."""

import re
import unicodedata

__all__ = ["folded", "normalise"]

_NO_LETTER = re.compile(r"[^\w\s]|_")


def folded(text: str) -> str:
    """A text without what makes no other question: letter case, width (NFKC) and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalise(text: str) -> str:
    """Folded text for comparing questions and answers: NFKC, case-folded, single spaces.

    Punctuation is left out, but for marks inside a word, number or formula (`3.14`, `C-C`, `1/2`);
    symbols (`+`, `=`, `°`) stay. A text of nothing but punctuation stays as it is.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_NO_LETTER.sub(_kept, folded).split()) or " ".join(folded.split())


def _kept(found: re.Match[str]) -> str:
    """The character if it counts, else a space; letters, digits and spaces are not asked about."""
    char, text = found.group(), found.string
    kind = unicodedata.category(char)[0]
    if kind == "P":
        start, end = found.span()
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        return char if before.isalnum() and after.isalnum() else " "
    return char if kind in "LMNS" else " "
