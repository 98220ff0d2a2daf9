"""Korean particles that depend on the sound before them: 은/는, 이/가, 을/를, 과/와, 으로/로.

A particle's form follows the final consonant (batchim) of the syllable before it; 으로 becomes 로
after ㄹ as well.
"""

from byeori.korean.readings import final_sound
from byeori.korean.sounds import NONE, RIEUL

_PAIRS = frozenset({("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("아", "야")})
_VOWELS_BEFORE_ENDINGS = ("이", "으")
"""What the longer form has in front: 이나/나, 이라는/라는, 으로/로, 으로써/로써."""
_CONTRACTIONS = {"이에": "예", "이어": "여", "이었": "였"}
"""Forms of 이다 that are contracted after a vowel: 이에요/예요, 이었다/였다."""


def particle(word: str, pair: str) -> str:
    """The form of a particle that fits a word.

    Args:
        word: the word before the particle; `byeori.korean.readings.final_sound` says how it is
            read. A gloss in brackets at its end does not count: `수소(H)` goes by 수소.
        pair: both forms with a slash, in either order: `은/는`, `이/가`, `을/를`, `과/와`,
            `아/야`, `으로/로`, any pair that differs by 이 or 으 (`이라고/라고`), or a contracted
            form of 이다 (`이에요/예요`, `이었다/였다`).

    Returns:
        One form; or, where the last character has no known reading, both: `은(는)`, `(으)로`.

    Raises:
        ValueError: `pair` is no such pair, or the word is empty.
    """
    consonant, vowel = _forms(pair)
    final = final_sound(word)
    if final is None:
        shared = consonant.endswith(vowel)
        return f"({consonant.removesuffix(vowel)}){vowel}" if shared else f"{consonant}({vowel})"
    takes_vowel_form = final == NONE or (final == RIEUL and consonant.startswith("으로"))
    return vowel if takes_vowel_form else consonant


def with_particle(word: str, pair: str) -> str:
    """The word with the form of the particle that fits it: `수소`, `은/는` gives `수소는`."""
    return f"{word}{particle(word, pair)}"


def _forms(pair: str) -> tuple[str, str]:
    """The form after a consonant, and the one after a vowel."""
    first, slash, second = (part.strip() for part in pair.partition("/"))
    for consonant, vowel in ((first, second), (second, first)):
        longer = any(consonant == front + vowel for front in _VOWELS_BEFORE_ENDINGS)
        contracted = any(
            consonant.startswith(full) and vowel == short + consonant.removeprefix(full)
            for full, short in _CONTRACTIONS.items()
        )
        if slash and vowel and (longer or contracted or (consonant, vowel) in _PAIRS):
            return consonant, vowel
    raise ValueError(
        f"`{pair}` is no pair of particles; write both forms, such as 은/는, 이/가, 을/를, "
        "과/와, 으로/로"
    )
