"""Puts spaces where a Korean text lacks them."""

import re

from byeori.korean import spaced
from byeori_korean.text.outside import outside


def with_spaces(text: str, longest: int | None = None) -> str:
    """A text with spaces put in by Kiwi; code and addresses stay, and nothing else changes.

    Args:
        text: any text.
        longest: only in words of more Hangul syllables than this; None for everywhere.

    Raises:
        PluginError: Kiwi is not installed.
    """
    if longest is None:
        return outside(text, lambda piece: spaced([piece])[0] if piece.strip() else piece)
    unspaced = re.compile(rf"\S*[가-힣]{{{longest + 1},}}\S*")
    return outside(text, lambda piece: unspaced.sub(lambda found: spaced([found[0]])[0], piece))
