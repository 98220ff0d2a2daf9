"""Text as byeori compares it."""

import unicodedata


def folded(text: str) -> str:
    """A text without what makes no other question: letter case, width (NFKC) and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalise(text: str) -> str:
    """Folded text for comparing questions and answers: NFKC, case-folded, single spaces.

    Punctuation is left out, but for marks inside a word, number or formula (`3.14`, `C-C`, `1/2`);
    symbols (`+`, `=`, `°`) stay. A text of nothing but punctuation stays as it is.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    padded = f" {folded} "
    kept = "".join(
        char if _counts(char, padded[place], padded[place + 2]) else " "
        for place, char in enumerate(folded)
    )
    return " ".join(kept.split()) or " ".join(folded.split())


def _counts(char: str, before: str, after: str) -> bool:
    kind = unicodedata.category(char)[0]
    return kind in "LMNS" or (kind == "P" and before.isalnum() and after.isalnum())
