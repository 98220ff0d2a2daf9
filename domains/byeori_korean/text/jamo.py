"""Letters of Hangul that stand alone, and the syllables they spell."""

import re
import unicodedata

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""In the order of a syllable's code (Unicode 3.12)."""
_FIRST_SYLLABLE, _FIRST_INITIAL, _FIRST_VOWEL, _BEFORE_FINALS = 0xAC00, 0x1100, 0x1161, 0x11A7

_TWO_VOWELS = {"ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ",
               "ㅡㅣ": "ㅢ"}  # fmt: skip
_TWO_FINALS = {"ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ",
               "ㄹㅅ": "ㄽ", "ㄹㅌ": "ㄾ", "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ"}  # fmt: skip
"""As a two-set keyboard types them."""

_VOWEL = f"(?P<vowel>{'|'.join(_TWO_VOWELS)}|[{VOWELS}])"
# A consonant before a vowel begins the next syllable, so it is no final one.
_FINAL = f"(?P<final>(?:{'|'.join(_TWO_FINALS)}|[{FINALS}])(?![{VOWELS}]))?"
_SYLLABLE = re.compile(f"(?P<initial>[{INITIALS}]){_VOWEL}{_FINAL}")

_ALONE = {chr(_FIRST_INITIAL + place): letter for place, letter in enumerate(INITIALS)}
_ALONE |= {chr(_FIRST_VOWEL + place): letter for place, letter in enumerate(VOWELS)}
_ALONE |= {chr(_BEFORE_FINALS + 1 + place): letter for place, letter in enumerate(FINALS)}
_MODERN = "".join(_ALONE)


def spelled(letters: str) -> str:
    """Syllables spelled by compatibility letters: `ㅎㅏㄴㄱㅡㄹ` is 한글.

    Letters that do not all make syllables stay as they are: `ㅋㅋㅋ`, `ㅠㅠ`, `ㄱ`, `ㅇㅋ`.
    """
    found, place = "", 0
    while place < len(letters):
        match = _SYLLABLE.match(letters, place)
        if match is None:
            return letters
        found += _syllable(match)
        place = match.end()
    return found


def _syllable(match: re.Match[str]) -> str:
    vowel = _TWO_VOWELS.get(match["vowel"], match["vowel"])
    final = _TWO_FINALS.get(match["final"] or "", match["final"] or "")
    parts = (INITIALS.index(match["initial"]), VOWELS.index(vowel))
    last = FINALS.index(final) + 1 if final else 0
    return chr(_FIRST_SYLLABLE + (parts[0] * len(VOWELS) + parts[1]) * 28 + last)


def composed(letters: str) -> str:
    """Conjoining letters as syllables (NFC); what is left of modern ones as compatibility letters.

    A stretch with old letters, which no syllable has, stays in its canonical order.
    """
    whole = unicodedata.normalize("NFC", letters)
    rest = [char for char in whole if not "가" <= char <= "힣"]
    if any(char not in _MODERN for char in rest):
        return whole
    return "".join(_ALONE.get(char, char) for char in whole)
