"""Ways to cut a text into the tokens that are compared."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

TokenKind = Literal["words", "syllables", "ascii"]

_ASCII = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
# Hangul syllables, and the scripts that are written without spaces, one by one.
_SYLLABLE = re.compile(r"[가-힣\u3040-\u30ff\u3400-\u9fff]|[^\W_가-힣\u3040-\u30ff\u3400-\u9fff]+")


def ascii_words(text: str) -> list[str]:
    """The tokens of rouge-score without its stemmer: lower-case runs of `a-z0-9`, no Korean."""
    return _ASCII.findall(text.lower())


def words(text: str) -> list[str]:
    """Runs of letters and digits of any script (NFKC, case-folded); of ASCII, rouge-score's."""
    return _WORD.findall(_folded(text))


def syllables(text: str) -> list[str]:
    """As `words`, but each Hangul syllable is a token: spacing and particles weigh less."""
    return _SYLLABLE.findall(_folded(text))


TOKENISERS: Mapping[TokenKind, Callable[[str], list[str]]] = {
    "words": words,
    "syllables": syllables,
    "ascii": ascii_words,
}


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
