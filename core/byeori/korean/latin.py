"""How Koreans read Latin letters: abbreviations letter by letter, words as they sound."""

import re
import unicodedata

from byeori.korean.sounds import NONE, OTHER, RIEUL, Sound

_LETTERS: dict[str, Sound] = {"l": RIEUL, "r": RIEUL, "m": OTHER, "n": OTHER}
"""엘, 알, 엠, 엔; every other letter's name ends in a vowel."""

# By the Regulation on writing loan words (외래어 표기법, chapter 3, section 1): a voiceless stop
# after a short vowel is a final consonant (1.1), other stops and fricatives take 으 or 이 (1.2,
# 2, 3), nasals and l are final consonants (5, 6). Spelling tells short vowels only roughly.
_RIEUL = re.compile(r"le?$")
_OTHER = re.compile(
    r"[mn]e?$|mb$|ng$|gn$|ck$|[aeiou]c$|ique$|ook$|oup$"
    r"|(?:^|[^aeiou])[aeiouy](?:k|pp?|tt?|b)$"
)
_LONG = re.compile(r"^(?:bit|set|hit|kit|hub|.*github|net|pet)$")
"""Short in English, but written 비트, 세트, 히트, 키트, 허브, 네트, 페트."""
_WORD = re.compile(r"[^\W\d_]+$")
_SHORTEST_WORD, _SHORTEST_IN_CAPITALS = 3, 5


def letter_sound(letter: str) -> Sound:
    """The last sound of a letter's name: L is 엘, A is 에이."""
    return _LETTERS.get(letter.lower(), NONE)


def word_sound(text: str) -> Sound | None:
    """The last sound of the English word a text ends in; None where it is read by letters.

    Words have three letters or more, vowels among them, and end in small letters; in capitals
    throughout, five letters and two vowels.
    """
    found = _WORD.search(unicodedata.normalize("NFC", text))
    plain = unicodedata.normalize("NFKD", found[0]) if found else ""
    plain = "".join(character for character in plain if character.isascii())
    word = plain.lower()
    vowels = len(re.findall("[aeiouy]", word))
    if plain.isupper():
        spoken = len(word) >= _SHORTEST_IN_CAPITALS and vowels > 1
    else:
        spoken = len(word) >= _SHORTEST_WORD and vowels > 0 and plain[-2:].islower()
    if not spoken:
        return None
    if _RIEUL.search(word):
        return RIEUL
    return OTHER if _OTHER.search(word) and not _LONG.match(word) else NONE
