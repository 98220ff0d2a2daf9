"""Korean morphemes by Kiwi (Lee 2024), where it is installed."""

import unicodedata
from functools import cache
from importlib.util import find_spec
from typing import Any

LACKING = "tokens: morphemes needs kiwipiepy: pip install byeori[korean], or choose syllables"


def morphemes(text: str) -> list[str]:
    """The forms of a text's morphemes; punctuation and symbols are none.

    NFKC and case folding as in `text_metrics.tokens`; a particle is a token of its own, and so is
    an ending, so that "물은" and "물이" have the noun in common and nothing else.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [token.form for token in _kiwi().tokenize(folded) if not _is_mark(token)]


def installed() -> bool:
    """Whether Kiwi is there."""
    return find_spec("kiwipiepy") is not None


def _is_mark(token: Any) -> bool:
    # SN, SL, SH are numbers, Latin letters and ideographs; the other S tags are marks.
    return token.tag.startswith("S") and token.tag not in ("SN", "SL", "SH")


@cache
def _kiwi() -> Any:
    from kiwipiepy import Kiwi

    return Kiwi(num_workers=1)
