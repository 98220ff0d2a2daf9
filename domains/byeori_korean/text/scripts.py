"""Where a Korean text slips into other letters than a Korean writer would use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from byeori_plugins.text import protected

SlipKind = Literal["ideographs", "kana", "English", "other letters"]

_HANGUL = "가-힣ㄱ-ㆎ\u1100-\u11ff"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u3099-\u30ff\u31f0-\u31ff\uff66-\uff9f"
# Blocks of letters that Korean prose quotes, and does not use: Cyrillic, Armenian, Hebrew, Arabic,
# the scripts of India and South-East Asia, Georgian, Ethiopic. Greek ones are signs of formulas.
_OTHER = "\u0400-\u07ff\u0900-\u10ff\u1200-\u139f\u1780-\u17ff"
_HAS_HANGUL = re.compile(f"[{_HANGUL}]")
_STRETCH: dict[SlipKind, re.Pattern[str]] = {
    "kana": re.compile(f"[{_KANA}{_HAN}]*[{_KANA}][{_KANA}{_HAN}]*"),
    "ideographs": re.compile(f"[{_HAN}]+"),
    "other letters": re.compile(f"[{_OTHER}]+(?:[^\\w\\0]+[{_OTHER}]+)*"),
}
_LATIN_WORD = r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f\d'’.-]*(?!\w)"
# What is quoted or explained may be in any language.
_QUOTED = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|“[^“”]*”|‘[^‘’]*’|\"[^\"\n]*\"|「[^「」]*」|『[^『』]*』"
    r"|《[^《》]*》|〈[^〈〉]*〉|<[^<>\n]*>"
)
# `法(법)`: an ideograph with its reading.
_READ = re.compile(f"[{_HAN}]+(?=\\s?[(（][{_HANGUL}\\s]+[)）])")


@dataclass(frozen=True, slots=True)
class Slip:
    """A stretch of a Korean text in letters of another language.

    Attributes:
        kind: which ones.
        start, end: where, in characters; the end is exclusive.
        text: what stands there.
    """

    kind: SlipKind
    start: int
    end: int
    text: str


def slips(text: str, ideographs: int = 2, english: int = 8) -> list[Slip]:
    """Stretches in other letters, in order: of a text that has Hangul in it, else none.

    What stands in quotation marks or brackets, in code, addresses and formulas is quoted and no
    slip; neither is a term in Latin letters, nor an ideograph with its reading behind it.

    Args:
        ideographs: shortest stretch of ideographs; single ones (`韓`, `美`) are the press's way.
        english: shortest run of words in Latin letters.
    """
    if not _HAS_HANGUL.search(text):
        return []
    bare = _blank(text)
    found = list(_foreign(bare, ideographs))
    found += [
        Slip("English", *match.span(), match[0]) for match in _run_of_words(english).finditer(bare)
    ]
    return sorted(found, key=lambda slip: slip.start)


def hangul_share(text: str) -> float | None:
    """The share of Hangul among a text's letters, 0 to 1; None where there are no letters.

    What is quoted counts too; code, addresses, formulas and placeholders do not.
    """
    bare = _without_code(text)
    letters = sum(character.isalpha() for character in bare)
    return len(_HAS_HANGUL.findall(bare)) / letters if letters else None


def _blank(text: str) -> str:
    """The text with NUL in place of what is quoted, which nothing reaches over; offsets stay."""
    text = _without_code(text)
    for pattern in (_READ, _QUOTED):
        text = pattern.sub(lambda match: "\0" * len(match[0]), text)
    return text


def _without_code(text: str) -> str:
    for span in protected(text, ("code", "urls", "formulas", "placeholders")):
        text = text[: span.start] + "\0" * len(span.text) + text[span.end :]
    return text


def _foreign(bare: str, ideographs: int) -> Iterator[Slip]:
    kana = [match.span() for match in _STRETCH["kana"].finditer(bare)]
    for kind, pattern in _STRETCH.items():
        for match in pattern.finditer(bare):
            start, end = match.span()
            if kind == "ideographs" and (
                end - start < ideographs or any(s <= start < e for s, e in kana)
            ):
                continue
            yield Slip(kind, start, end, match[0])


def _run_of_words(words: int) -> re.Pattern[str]:
    """So many words in Latin letters, with nothing but spaces, commas and numbers between them."""
    between = r"[ \t]*[,;:.!?]?[ \t]+(?:[\d.,%]+[ \t]+)*"
    run = f"{_LATIN_WORD}(?:{between}{_LATIN_WORD}){{{words - 1},}}"
    return re.compile(f"(?:(?<=\\s)|^){run}", re.MULTILINE)
