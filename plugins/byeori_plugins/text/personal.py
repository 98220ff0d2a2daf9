"""Finds personal data in a text: e-mail addresses, telephone, resident and card numbers."""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["e-mail", "phone", "resident-number", "card"]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One piece of personal data: `text[start:end]`."""

    start: int
    end: int
    kind: Kind


# The local part and the labels of RFC 5321 as they are written in practice.
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+%-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z]{2,24}(?![\w-])",
    re.ASCII,
)
# No letter or digit of ASCII beside them; a Korean particle may follow at once.
_RESIDENT = re.compile(r"(?<![\w.-])\d{6}\s?[-–‐]?\s?\d{7}(?![\w-])", re.ASCII)
_CARD = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w-])", re.ASCII)
_MAYBE_PHONE = re.compile(r"\d(?:[\s().·-]{0,3}\d){6}", re.ASCII)
_NO_CHECK_DIGIT_SINCE = datetime.date(2020, 10, 1)


def find_personal(
    text: str, kinds: Sequence[Kind], regions: Sequence[str] = ("KR", "US")
) -> list[Found]:
    """Personal data in order of place; what overlaps is found once, as the first kind asked for.

    Args:
        regions: countries (ISO 3166) whose national telephone numbers are looked for; numbers with
            `+` and a country code are found whatever their country.
    """
    found: list[Found] = []
    for kind in kinds:
        for one in _finders(regions)[kind](text):
            if all(one.end <= other.start or one.start >= other.end for other in found):
                found.append(one)
    return sorted(found)


def _finders(regions: Sequence[str]) -> Mapping[Kind, Callable[[str], Iterator[Found]]]:
    return {
        "e-mail": _emails,
        "resident-number": _resident_numbers,
        "card": _cards,
        "phone": lambda text: _phones(text, regions),
    }


def _emails(text: str) -> Iterator[Found]:
    if "@" in text:
        yield from (Found(*match.span(), "e-mail") for match in _EMAIL.finditer(text))


def _resident_numbers(text: str) -> Iterator[Found]:
    """Korean resident registration numbers, with their date and check digit.

    Numbers given out since October 2020 end in random digits (Enforcement Rules of the Resident
    Registration Act, article 2): of those who were born since, only the date is checked.
    """
    for match in _RESIDENT.finditer(text):
        if _is_resident_number(match.group()):
            yield Found(*match.span(), "resident-number")


def _is_resident_number(text: str) -> bool:
    from stdnum.exceptions import ValidationError
    from stdnum.kr import rrn

    digits = re.sub(r"\D", "", text)
    try:
        return rrn.get_birth_date(digits) >= _NO_CHECK_DIGIT_SINCE or rrn.is_valid(digits)
    except ValidationError:
        return False


def _cards(text: str) -> Iterator[Found]:
    """Payment cards: 13 to 19 digits of a known range (ISO/IEC 7812) with Luhn's check digit."""
    from stdnum import luhn

    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if digits[0] in "23456" and len(set(digits)) > 1 and luhn.is_valid(digits):
            yield Found(*match.span(), "card")


def _phones(text: str, regions: Sequence[str]) -> Iterator[Found]:
    if not _MAYBE_PHONE.search(text):
        return
    from phonenumbers import PhoneNumberMatcher

    taken: set[int] = set()
    for region in regions:
        for match in PhoneNumberMatcher(text, region):
            if not taken & set(range(match.start, match.end)):
                taken.update(range(match.start, match.end))
                yield Found(match.start, match.end, "phone")
