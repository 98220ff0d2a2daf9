"""Korean as text: particles by sound, words without them, and Kiwi's sentences and morphemes.

`particle` and `stems` need nothing beside byeori; what Kiwi (Lee 2024) tells needs the extra
`korean`, and says so where it is missing.
"""

from byeori.korean.particles import particle, with_particle
from byeori.korean.stems import stems, unspaced

__all__ = ["particle", "stems", "unspaced", "with_particle"]
