"""One way to write what Unicode lets Korean be written in several ways."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Literal

from byeori_korean.text.jamo import composed, spelled
from byeori_korean.text.outside import outside

Fix = Literal["invisible", "width", "composed", "letters", "ideographs"]
FIXES: tuple[Fix, ...] = ("invisible", "width", "composed", "letters", "ideographs")
"""In the order they are made: each may give the next something to do."""

_CONJOINING = "\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb"
_HANGUL = f"{_CONJOINING}가-힣ㄱ-ㆎ\uffa1-\uffdc"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u3164\uffa0"
_NOTHING = "\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"

# Joiners make emoji and other scripts; beside Hangul they do nothing. Fillers stand for a missing
# letter among conjoining ones.
_INVISIBLE = re.compile(
    f"(?P<space>[{_SPACES}])|(?P<line>[\u2028\u2029\u0085])|[{_NOTHING}{_CONTROLS}]"
    f"|(?<=[{_HANGUL}])[\u200c\u200d]+|[\u200c\u200d]+(?=[{_HANGUL}])"
    f"|(?<![{_CONJOINING}])[\u115f\u1160]+(?![{_CONJOINING}])"
)
_WIDTH = re.compile("[\uff01-\uff5e\uffa1-\uffdc\uffe0-\uffe6]")
_COMPOSED = re.compile(f"[가-힣]?[{_CONJOINING}]+")
_LETTERS = re.compile("[ㄱ-ㅣ]{2,}")
_IDEOGRAPHS = re.compile("[\uf900-\ufaff]+")


def _visible(match: re.Match[str]) -> str:
    return " " if match["space"] else "\n" if match["line"] else ""


def _plain_width(match: re.Match[str]) -> str:
    """A character's narrow or wide original: `Ａ` is A, `ﾡ` is ㄱ."""
    kind, _, code = unicodedata.decomposition(match[0]).partition(" ")
    return chr(int(code, 16)) if kind in ("<wide>", "<narrow>") else match[0]


_STEPS: Mapping[Fix, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    "invisible": (_INVISIBLE, _visible),
    "width": (_WIDTH, _plain_width),
    "composed": (_COMPOSED, lambda match: composed(match[0])),
    "letters": (_LETTERS, lambda match: spelled(match[0])),
    "ideographs": (_IDEOGRAPHS, lambda match: unicodedata.normalize("NFC", match[0])),
}


def normalise_hangul(
    text: str, fixes: Collection[Fix] = FIXES, counts: Counter[Fix] | None = None
) -> str:
    """A text with its Hangul, widths and spaces in their usual form; code and addresses stay.

    Args:
        text: any text.
        fixes: which of `FIXES` are made.
        counts: receives, by fix, how many stretches were changed.
    """

    def fixed(piece: str) -> str:
        before = None
        while piece != before:  # what one fix leaves may be another's to put right
            before = piece
            for fix in FIXES:
                if fix in fixes:
                    piece = _fixed(piece, fix, counts)
        return piece

    return outside(text, fixed)


def _fixed(text: str, fix: Fix, counts: Counter[Fix] | None) -> str:
    pattern, change = _STEPS[fix]

    def replaced(match: re.Match[str]) -> str:
        new = change(match)
        if new != match[0] and counts is not None:
            counts[fix] += 1
        return new

    return pattern.sub(replaced, text)
