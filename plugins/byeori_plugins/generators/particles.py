"""Korean particles that depend on the sound before them: 은/는, 이/가, 을/를, 과/와, 으로/로.

A particle's form follows the final consonant (batchim) of the syllable before it; 으로 becomes 로
after ㄹ as well. Digits and Latin letters go by how Korean reads them: 3 is 삼, L is 엘.
"""

import re
import unicodedata

_PAIRS = frozenset({("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("아", "야")})
_VOWELS_BEFORE_ENDINGS = ("이", "으")
"""What the longer form has in front: 이나/나, 이라는/라는, 으로/로, 으로써/로써."""

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_FINALS, _RIEUL = 28, 8
"""Final consonants of a precomposed syllable (Unicode 3.12): 0 is none, 8 is ㄹ."""

_NONE, _L, _OTHER = "", "ㄹ", "other"
_DIGITS = {
    "0": _OTHER, "1": _L, "2": _NONE, "3": _OTHER, "4": _NONE,
    "5": _NONE, "6": _OTHER, "7": _L, "8": _L, "9": _NONE,
}  # fmt: skip
"""영/공 일 이 삼 사 오 육 칠 팔 구; 십, 백, 천, 만 and 억 end in other consonants, as 영 does."""
_LETTERS = {"l": _L, "r": _L, "m": _OTHER, "n": _OTHER}
"""엘, 알, 엠, 엔; every other letter's name ends in a vowel."""
_SYMBOLS = {"%": _NONE, "℃": _NONE, "°": _NONE, "+": _NONE}
_TRAILING_GLOSS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])$")
_CLOSING_MARKS = "\"'”’»」』)]>*_`. "


def particle(word: str, pair: str) -> str:
    """The form of a particle that fits a word.

    Args:
        word: the word before the particle. A gloss in brackets at its end does not count:
            `수소(H)` goes by 수소.
        pair: both forms with a slash, in either order: `은/는`, `이/가`, `을/를`, `과/와`,
            `아/야`, `으로/로`, or any pair that differs by 이 or 으 (`이라고/라고`).

    Returns:
        One form; or, where the last character has no known reading, both: `은(는)`, `(으)로`.

    Raises:
        ValueError: `pair` is no such pair, or the word is empty.
    """
    consonant, vowel = _forms(pair)
    final = _final(word)
    if final is None:
        shared = consonant.endswith(vowel)
        return f"({consonant.removesuffix(vowel)}){vowel}" if shared else f"{consonant}({vowel})"
    takes_vowel_form = final == _NONE or (final == _L and consonant.startswith("으로"))
    return vowel if takes_vowel_form else consonant


def with_particle(word: str, pair: str) -> str:
    """The word with the form of the particle that fits it: `수소`, `은/는` gives `수소는`."""
    return f"{word}{particle(word, pair)}"


def _forms(pair: str) -> tuple[str, str]:
    """The form after a consonant, and the one after a vowel."""
    first, slash, second = (part.strip() for part in pair.partition("/"))
    for consonant, vowel in ((first, second), (second, first)):
        longer = any(consonant == front + vowel for front in _VOWELS_BEFORE_ENDINGS)
        if slash and vowel and (longer or (consonant, vowel) in _PAIRS):
            return consonant, vowel
    raise ValueError(
        f"`{pair}` is no pair of particles; write both forms, such as 은/는, 이/가, 을/를, "
        "과/와, 으로/로"
    )


def _final(word: str) -> str | None:
    """Final consonant of a word's last sound: none, ㄹ, another, or None where it is unknown."""
    bare = unicodedata.normalize("NFC", word.strip())
    bare = (_TRAILING_GLOSS.sub("", bare) or bare).rstrip(_CLOSING_MARKS)
    if not bare:
        raise ValueError(f"a particle needs a word before it, not {word!r}")
    last = unicodedata.normalize("NFKC", bare[-1])[-1].lower() if bare[-1] != "℃" else "℃"
    if _FIRST_SYLLABLE <= ord(last) <= _LAST_SYLLABLE:
        final = (ord(last) - _FIRST_SYLLABLE) % _FINALS
        return _NONE if final == 0 else _L if final == _RIEUL else _OTHER
    if "a" <= last <= "z":
        return _LETTERS.get(last, _NONE)
    return _DIGITS.get(last, _SYMBOLS.get(last))
