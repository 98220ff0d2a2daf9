"""Whether the numbers of a text are those of its translation, however each language writes them.

`1.5 million`, `1,500,000` and `150만` are one number; `7:30` is `7시 30분`, `XIV` is `14세`,
`November 11` is `11월 11일`, and `ninety percent` is `90%`. What is not known is said to be
missing: a conversion (`5 miles` to `8 km`), a time of day on another clock (`3 p.m.` to `15시`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import prod

_LARGE = {"만": 4, "萬": 4, "万": 4, "억": 8, "億": 8, "亿": 8, "조": 12, "兆": 12} | {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12,
}  # fmt: skip
_SMALL = {"십": 1, "백": 2, "천": 3, "十": 1, "百": 2, "千": 3, "hundred": 2}
_ATTACHED = {"k": 3, "K": 3, "M": 6, "B": 9, "bn": 9, "T": 12}
"""Also units and names: with one of these a number may be read either way."""
_SCALE = {**_SMALL, **_LARGE}
_WORDS = "|".join(sorted(_SCALE, key=len, reverse=True))
_ENDS = r"(?:(?<=[가-힣一-龥])|(?![a-z]))"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# A digit after a letter is part of a name (`H2O`, `GPT-4`), which is kept as a whole.
_PIECE = re.compile(
    rf"(?<![A-Za-z\d.])(?<![A-Za-z]-)(?P<digits>{_DIGITS})"
    rf"(?P<scale>(?:[\s-]?(?:{_WORDS})s?{_ENDS})*)(?P<attached>(?:bn|[kKMBT])(?![A-Za-z]))?",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"\b(?=[IVX]{2,})X{0,3}(?:IX|IV|V?I{0,3})\b")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_CLOCK = re.compile(r"\b(\d{1,2}):00\b")
_EXTRA: dict[str, tuple[int, ...]] = {
    "half": (30, 50), "quarter": (15, 25, 4), "dozen": (12,), "반": (30,), "절반": (50,),
    "twice": (2,), "double": (2,), "두": (2,), "한": (1,), "첫": (1,), "a": (1,), "an": (1,),
    "single": (1,), "세": (3,), "네": (4,), "하루": (1,), "이틀": (2,), "사흘": (3,), "둘": (2,),
    "셋": (3,), "넷": (4,), "석": (3,), "넉": (4,),
}  # fmt: skip
"""Further words that say a number, in no grammar's table."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is written with digits.

    Attributes:
        text: as it is written.
        readings: the values it may have.
    """

    text: str
    readings: frozenset[Decimal]


def numbers(text: str) -> list[Number]:
    """The numbers that are written with digits, with words of scale after them, in order."""
    found: list[Number] = []
    group: list[re.Match[str]] = []
    plain = _CLOCK.sub(r"\1", unicodedata.normalize("NFKC", text))
    for piece in _PIECE.finditer(plain):
        if group and not _goes_on(plain, group[-1], piece):
            found.append(_number(group))
            group = []
        group.append(piece)
    return [*found, _number(group)] if group else found


def _goes_on(text: str, before: re.Match[str], piece: re.Match[str]) -> bool:
    """`5천만` goes on with `1억`, and `3백만` with `5천`: the scale before is larger."""
    if not before["scale"] or text[before.end() : piece.start()].strip() or before["attached"]:
        return False
    small = [10 ** _SMALL[word] for word in _scales(piece["scale"]) if word in _SMALL]
    leading = Decimal(piece["digits"].replace(",", "")) * prod(small)
    return bool(leading < 10 ** _power(before["scale"]))


def _power(scale: str) -> int:
    return sum(_SCALE[word] for word in _scales(scale))


def _scales(scale: str) -> list[str]:
    return [word.lower() for word in re.findall(_WORDS, scale, re.IGNORECASE)]


def _number(group: list[re.Match[str]]) -> Number:
    readings = {_value(group)}
    if attached := group[-1]["attached"]:
        power = next(p for name, p in _ATTACHED.items() if name.lower() == attached.lower())
        readings.add(_value(group) * 10**power)
    return Number(" ".join(piece[0] for piece in group), frozenset(readings))


def _value(group: list[re.Match[str]]) -> Decimal:
    """As a myriad system counts: small scales gather up to the next large one."""
    total = section = Decimal(0)
    for piece in group:
        value = Decimal(piece["digits"].replace(",", ""))
        for word in _scales(piece["scale"]):
            if word in _SMALL:
                value *= 10 ** _SMALL[word]
            else:
                value = (section + value) * 10 ** _LARGE[word]
                section = Decimal(0)
                total, value = total + value, Decimal(0)
        section += value
    return total + section


def unmatched(text: str, other: str, language: str) -> Iterator[str]:
    """The numbers with digits in `text` that `other` says neither in digits nor in words.

    Args:
        text, other: a text and its translation, or the other way round.
        language: BCP-47 tag of `other`.
    """
    known: set[Decimal] = set()
    for number in numbers(other):
        known |= number.readings
    folded = unicodedata.normalize("NFKC", other).casefold()
    known |= _roman(other) | _said(folded)
    for number in numbers(text):
        if number.readings & known or any(_spelt(v, folded, language) for v in number.readings):
            continue
        yield number.text


def _roman(text: str) -> set[Decimal]:
    return {Decimal(_roman_value(match[0])) for match in _ROMAN.finditer(text)}


def _roman_value(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    return values[-1] + sum(a if a >= b else -a for a, b in pairwise(values))


def _said(folded: str) -> set[Decimal]:
    return {Decimal(v) for word, vs in _EXTRA.items() if _is_word(word, folded) for v in vs}


def _is_word(word: str, folded: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{word}\b", folded) is not None
    return re.search(rf"(?<![가-힣]){word}", folded) is not None


def _spelt(value: Decimal, folded: str, language: str) -> bool:
    return any(re.search(pattern, folded) for pattern in _spellings(value, language))


@lru_cache(maxsize=4096)
def _spellings(value: Decimal, language: str) -> tuple[str, ...]:
    """Patterns of what a language says for a whole number: cardinal, ordinal, month."""
    if value != value.to_integral_value() or value >= 10**15:
        return ()
    said = {*_in_words(int(value), language), *_months(int(value), language)}
    return tuple(_pattern(words) for words in sorted(said))


def _in_words(value: int, language: str) -> Iterator[str]:
    from num2words import num2words

    short = language.partition("-")[0].lower()
    for form in ("cardinal", "ordinal"):
        try:
            words = str(num2words(value, lang=short, to=form)).casefold()
        # What a language lacks ends in any of these there.
        except (NotImplementedError, LookupError, TypeError, ValueError):
            continue
        # `두 번째` has the form that stands before any counter.
        yield words.removesuffix(" 번째")


def _months(value: int, language: str) -> Iterator[str]:
    from babel import Locale, UnknownLocaleError

    if not 1 <= value <= 12:
        return
    try:
        months = Locale.parse(language, sep="-").months["format"]
    except (UnknownLocaleError, ValueError):
        return
    for width in ("wide", "abbreviated"):
        if not months[width][value][0].isdigit():
            yield months[width][value].casefold()


def _pattern(words: str) -> str:
    parts = [re.escape(part) for part in re.split(r"[\s,-]+", words) if part not in ("", "and")]
    if words.isascii():
        return r"\b" + r"[\s,-]*(?:and\s)?".join(parts) + r"(?:s|ths?|fold)?\b"
    return r"(?<![가-힣])" + r"\s?".join(parts)
