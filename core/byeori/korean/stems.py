"""What makes two Korean texts the same but for spacing and particles."""

import re
from functools import lru_cache

# Particles by what they follow (National Institute of Korean Language, "Korean Grammar for
# Foreigners 1", chapter on particles).
_AFTER_CONSONANT = (
    "으로부터", "이라고는", "으로는", "으로도", "으로서", "으로써", "이라는", "이라고", "으로",
    "이나", "이란", "이며", "이랑", "과는", "은", "을", "이", "과",
)  # fmt: skip
_AFTER_VOWEL = ("라고는", "와는", "라는", "라고", "란", "는", "를", "가", "와")
_AFTER_ANY = (
    "에게서는", "에서부터", "에서는", "에서도", "에게서", "에게는", "한테서", "까지는",
    "까지도", "부터는", "보다는", "에서", "에게", "에는", "에도", "께서", "한테", "까지",
    "부터", "처럼", "보다", "마다", "조차", "마저", "밖에",
)  # fmt: skip
_AFTER_VOWEL_OR_L = ("로부터", "로는", "로도", "로서", "로써", "로")
_AFTER_TWO = ("의", "에", "도", "만")
"""Nouns of two syllables end so (회의, 온도), so these are cut from longer words only."""
_RIEUL = 8


def stems(folded: str) -> list[str]:
    """The words of a text that `normalise` folded; Korean ones without their particle.

    It goes by spelling, and by whether the syllable before ends in a consonant, so a noun that
    ends like a particle is cut too (`고양이` to `고양`): good for telling whether two texts agree,
    not for reading one.
    """
    return [_stem(word) if "가" <= word[-1] <= "힣" else word for word in folded.split()]


@lru_cache(maxsize=1 << 18)
def _stem(word: str) -> str:
    for length in range(min(4, len(word) - 1), 0, -1):
        stem, end = word[:-length], word[-length:]
        if not "가" <= stem[-1] <= "힣":
            if end in _ALL and stem[-1].isalnum():
                return stem
            continue
        final = (ord(stem[-1]) - 0xAC00) % 28
        if (
            end in _AFTER_ANY
            or (end in _AFTER_CONSONANT and final)
            or (end in _AFTER_VOWEL and not final)
            or (end in _AFTER_VOWEL_OR_L and final in (0, _RIEUL))
            or (end in _AFTER_TWO and len(stem) > 1)
        ):
            return stem
    return word


_ALL = frozenset(_AFTER_CONSONANT + _AFTER_VOWEL + _AFTER_ANY + _AFTER_VOWEL_OR_L + _AFTER_TWO)
_SPACE = re.compile(r"(?<=[가-힣]) | (?=[가-힣])")


def unspaced(folded: str) -> str:
    """Without the spaces beside Hangul, which writers set as they like; `1 2` stays `1 2`."""
    return _SPACE.sub("", folded)
