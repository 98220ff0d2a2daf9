"""What a word's last sound can end in, as far as particles ask."""

from typing import Final, Literal

Sound = Literal["", "ㄹ", "other"]
NONE: Final = ""
RIEUL: Final = "ㄹ"
OTHER: Final = "other"

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_FINALS, _RIEUL = 28, 8
"""Final consonants of a precomposed syllable (Unicode 3.12): 0 is none, 8 is ㄹ."""


def syllable_sound(character: str) -> Sound | None:
    """The final consonant of a Hangul syllable; None of what is none."""
    if not _FIRST_SYLLABLE <= ord(character) <= _LAST_SYLLABLE:
        return None
    final = (ord(character) - _FIRST_SYLLABLE) % _FINALS
    return NONE if final == 0 else RIEUL if final == _RIEUL else OTHER
