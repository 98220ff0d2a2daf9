"""Whether the units after the numbers of a text are those of its translation.

Their names in each language are the Unicode CLDR's, by babel (`5 km` is `5킬로미터`); units that
it does not have are those pint knows (`mS/cm`, `mmol g-1`), and stay as they are written. Spans of
time are left to the numbers: languages say them too differently (`13 years old`, `13살`).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from byeori_plugins.text.units import UnitError, parse_unit

if TYPE_CHECKING:
    from babel import Locale

_LEFT_OUT = ("duration", "digital", "concentr-item", "angle", "graphics", "length-point")
_CURRENCIES = {
    "USD": "$|dollars|dollar|달러|불", "EUR": "€|euros|euro|유로", "GBP": "£|pounds|파운드",
    "KRW": "₩|won|원", "JPY": "¥|yen|엔", "CNY": "yuan|위안",
}  # fmt: skip
"""What people write; the CLDR's names are official ones (`미국 달러`)."""
_FURTHER = {
    "concentr-percent": "%|퍼센트|프로|percent|per cent", "mass-kilogram": "kgs|킬로",
    "length-kilometer": "킬로", "temperature-celsius": "℃|°C|섭씨|도|degrees|celsius",
    "temperature-fahrenheit": "℉|°F|화씨|fahrenheit", "length-meter": "meters|metres|미터",
    "volume-liter": "리터|ℓ", "length-foot": "feet|foot|ft|피트", "length-inch": "inches|inch|인치",
}  # fmt: skip
_AMBIGUOUS = {*"abcdh'″′점도상", '"', "in", "at", "to", "ha", "st"}
"""Units that are words or marks more often."""
_NAME = r"[A-Za-zµμΩ°Å%]{1,6}"
_POWER = r"\^?[-−]?\d+"
_COMPOUND = re.compile(
    rf"(?<=\d)\s?(?P<unit>{_NAME}(?:{_POWER})?"
    rf"(?:[·⋅*/]{_NAME}(?:{_POWER})?| {_NAME}{_POWER})*)(?![A-Za-z\d])"
)
"""Written after NFKC: superscripts are digits."""


def lost_units(text: str, other: str, languages: tuple[str, str]) -> Iterator[str]:
    """The units after numbers in `text` that `other` does not name.

    Args:
        text, other: a text and its translation.
        languages: BCP-47 tags of both.
    """
    folded, seen = _fold(other), set[str]()
    plain = unicodedata.normalize("NFKC", text)
    for match in _written(languages[0]).finditer(plain):
        written = match["after"] or match["before"]
        known = _by_name(languages[0]).get(_fold(written), frozenset())
        names = {
            name for unit in known for language in languages for name in _names(unit, language)
        }
        if written not in seen and known and not any(_fold(name) in folded for name in names):
            yield written
        seen.add(written)
    for match in _COMPOUND.finditer(plain):
        unit = match["unit"]
        if unit not in seen and _is_scientific(unit) and _fold(unit) not in folded:
            yield unit
        seen.add(unit)


def _is_scientific(text: str) -> bool:
    if not re.search(r"[/·⋅*^\d⁻−µμΩΩÅ]", text):
        return False
    try:
        parse_unit(text)
    except UnitError:
        return False
    return True


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("−", "-")
    return re.sub(r"\s+", "", folded).casefold()


@lru_cache(maxsize=64)
def _by_name(language: str) -> dict[str, frozenset[str]]:
    """Names, folded, and the units they may mean."""
    found: dict[str, set[str]] = {}
    for unit in (*_unit_ids(language), *_CURRENCIES):
        for name in _names(unit, language):
            found.setdefault(_fold(name), set()).add(unit)
    return {name: frozenset(units) for name, units in found.items()}


@lru_cache(maxsize=64)
def _written(language: str) -> re.Pattern[str]:
    """A unit after a number, or a currency's sign before it."""
    names = {
        name for unit in (*_unit_ids(language), *_CURRENCIES) for name in _names(unit, language)
    }
    names = {name for name in names if name.lower() not in _AMBIGUOUS}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    any_name = "|".join(re.escape(unicodedata.normalize("NFKC", name)) for name in longest_first)
    scale = r"(?:\s?(?:thousand|million|billion|trillion|천|백|만|억|조)+)?"
    after = rf"(?<=\d){scale}[\s-]?(?P<after>{any_name})(?![A-Za-z/·^]|[-⁻−][\d¹²³])"
    return re.compile(rf"{after}|(?P<before>[$€£₩¥])(?=\d)")


@lru_cache(maxsize=64)
def _unit_ids(language: str) -> tuple[str, ...]:
    locale = _locale(language)
    every = () if locale is None else locale.unit_display_names
    return tuple(u for u in map(str, every) if not u.startswith(_LEFT_OUT))


@lru_cache(maxsize=8192)
def _names(unit: str, language: str) -> frozenset[str]:
    """What a language calls a unit: with one, with many, long and short."""
    if unit in _CURRENCIES:
        return frozenset(_CURRENCIES[unit].split("|"))
    further = set(filter(None, _FURTHER.get(unit, "").split("|")))
    return frozenset(further | set(_of_cldr(unit, language)))


def _of_cldr(unit: str, language: str) -> Iterator[str]:
    from babel.units import format_unit

    locale = _locale(language)
    if locale is None:
        return
    for width in ("long", "short", "narrow"):
        for number in (1, 7):
            name = format_unit(number, unit, length=width, locale=locale, format="0")
            parts = [part.strip() for part in name.split(str(number))]
            if unit not in name:  # what babel writes where a language has no name
                yield max(parts, key=len)  # of `시속 7킬로미터` what names the unit best


def _locale(language: str) -> "Locale | None":
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
