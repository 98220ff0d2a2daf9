"""Korean as text: particles by sound, words without them, and Kiwi's sentences and morphemes.

`particle`, `with_particle`, `stems` and `unspaced` need nothing beside byeori. The others ask Kiwi
(extra `korean`); where it is missing they raise `PluginError`, and settings that need it should be
refused when the recipe is read: `kiwi_installed`, `NEEDS_KIWI`.
"""

from byeori.korean.kiwi import (
    NEEDS_KIWI,
    Morpheme,
    kiwi_installed,
    morphemes,
    sentences,
    spaced,
    tagged,
    tagged_sentences,
)
from byeori.korean.particles import particle, with_particle
from byeori.korean.stems import stems, unspaced
from byeori.korean.telling import is_korean

__all__ = [
    "NEEDS_KIWI",
    "Morpheme",
    "is_korean",
    "kiwi_installed",
    "morphemes",
    "particle",
    "sentences",
    "spaced",
    "stems",
    "tagged",
    "tagged_sentences",
    "unspaced",
    "with_particle",
]
