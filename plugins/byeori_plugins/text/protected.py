"""What a rewriting must leave as it is: code, placeholders, formulas, addresses, identifiers."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "code", "placeholders", "formulas", "urls", "identifiers", "numbers", "units", "acronyms"
]

# In this order: what a kind has found is nothing to the later ones.
_PATTERNS: dict[Kind, str] = {
    "code": r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`",
    "urls": r"(?:(?:https?|ftp)://|\bwww\.)[^\s<>\"'，。)\]가-힣]+(?<![.,;:!?])"
    r"|(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}",
    "formulas": r"\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.+?\\end\{\1\}"
    # A dollar that opens is before no space, one that closes after none and before no digit
    # (pandoc's rule), so that `$10 and $20` is money.
    r"|\$(?![\s$])[^$\n]*?(?<![\s\\])\$(?!\d)"
    r"|(?<![\w.])[\w()^*/+.-]+(?: ?[*/^+-] ?[\w()^.]+)* ?[=≤≥≠≈] ?"
    r"[\w()^*/+.-]*[\w)](?: ?[*/^+-] ?[\w()^.]+)*",
    "placeholders": r"\{\{.*?\}\}|\{%.*?%\}|\$\{[^}\n]+\}|\{\w*\}|<\|[^|>\n]+\|>"
    r"|</?[A-Za-z_][\w:-]*(?:\s[^<>\n]*)?/?>|\[/?[A-Z][A-Z_ \d]+\]|__[A-Za-z]\w*?__"
    r"|%\(\w+\)[sdif]|(?<![\d%])%[-+]?\d*\.?\d*[sdif]\b",
    "identifiers": r"(?<![\w/-])(?=[\w./₀-₉-]*[A-Za-z])(?=[\w./₀-₉-]*[\d_₀-₉])"
    r"[A-Za-z_][\w₀-₉]*(?:[-./][\w₀-₉]+)*",
    "acronyms": r"\b[A-Z]{2,}s?\b",
}
ALWAYS: tuple[Kind, ...] = (
    "code", "placeholders", "formulas", "urls", "identifiers", "numbers", "units",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that stays as it is.

    Attributes:
        kind: why.
        start, end: where, in characters; the end is exclusive.
        text: what stands there.
    """

    kind: Kind
    start: int
    end: int
    text: str


def protected(text: str, kinds: Collection[Kind] = ALWAYS) -> list[Span]:
    """The stretches of a text that a translation leaves as they are, in order, none twice.

    Other rewritings leave some of these kinds: those that are no prose of any language.
    """
    found: list[Span] = []
    for kind, pattern in _PATTERNS.items():
        if kind not in kinds:
            continue
        for match in re.compile(pattern, re.DOTALL | re.ASCII).finditer(text):
            start, end = match.span()
            if all(end <= span.start or span.end <= start for span in found):
                found.append(Span(kind, start, end, match[0]))
    return sorted(found, key=lambda span: span.start)


def without(text: str, spans: Sequence[Span]) -> str:
    """A text with each of these stretches left out."""
    parts, place = [], 0
    for span in spans:
        parts.append(text[place : span.start])
        place = span.end
    return " ".join([*parts, text[place:]])


def lost(spans: Sequence[Span], translation: str) -> Iterator[Span]:
    """Those that are not in a translation."""
    exact, loose = _plain(translation), _plain(translation).casefold().replace(" ", "")
    for span in spans:
        wanted = _plain(span.text)
        if span.kind in ("code", "placeholders", "urls"):
            gone = wanted not in exact
        else:  # letters and order count, white space and case do not
            gone = wanted.casefold().replace(" ", "") not in loose
        if gone:
            yield span


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("\r\n", "\n")
    return "\n".join(line.rstrip() for line in folded.split("\n"))


def has_words(text: str) -> bool:
    """Whether there is anything in a text to translate: letters outside what stays."""
    rest = without(text, protected(text))
    return any(char.isalpha() for char in rest)
