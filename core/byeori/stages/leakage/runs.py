"""Runs of words and characters as numbers, and an index of whose they are."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from byeori.korean import stems
from byeori.text import normalise

WORDS = 13
"""Words of a run that is evidence (Brown et al. 2020, appendix C)."""
CHARACTERS = 50
"""Characters of such a run without its spaces (OpenAI 2023, GPT-4 technical report, appendix C)."""
COMMON = 10
"""A run in more documents than this is a phrase of the trade (Brown et al. 2020)."""

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_FACTOR = np.array([0x9E3779B97F4A7C15], np.uint64)
"""An array, whose products wrap around without a warning."""
_KIND = np.uint64(1)
"""The lowest bit of a run's number: 0 of words, 1 of characters."""


def runs(text: str) -> Numbers:
    """The runs of a text, as numbers, each once and in order.

    Runs of characters are those of which half is Hangul: only there are spaces a matter of taste.
    Two different runs have the same number with a probability of 2^-63.
    """
    folded = normalise(text)
    words = stems(folded)
    numbers = np.fromiter(map(_number, words), np.uint64, len(words))
    return np.unique(np.concatenate((_rolled(numbers, WORDS), _character_runs(folded) | _KIND)))


def of_words(run: np.uint64) -> bool:
    """Whether a run is one of words."""
    return not run & _KIND


@lru_cache(maxsize=1 << 18)
def _number(word: str) -> int:
    digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _rolled(numbers: Numbers, length: int) -> Numbers:
    """A polynomial modulo 2^64 over each run of so many numbers; the lowest bit is 0.

    Runs are put together from runs of 1, 2, 4, ... numbers.
    """
    count = max(0, len(numbers) - length + 1)
    rolled, done, power, size, factor = np.zeros(count, np.uint64), 0, numbers, 1, _FACTOR
    while count and done < length:
        if length & size:
            rolled = rolled * factor + power[done : done + count]
            done += size
        power = power[:-size] * factor + power[size:]
        size, factor = 2 * size, factor * factor
    # High bits depend on all digits below: fold them into the low ones before one is given up.
    return (rolled ^ (rolled >> np.uint64(32))) & ~_KIND


def _character_runs(folded: str) -> Numbers:
    joined = folded.replace(" ", "").encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, np.uint32).astype(np.uint64)
    hangul = np.concatenate(([0], np.cumsum((codes >= 0xAC00) & (codes <= 0xD7A3))))
    if len(codes) < CHARACTERS or hangul[-1] < CHARACTERS // 2:
        return np.empty(0, np.uint64)
    codes *= _FACTOR
    codes ^= codes >> np.uint64(29)
    enough = hangul[CHARACTERS:] - hangul[:-CHARACTERS] >= CHARACTERS // 2
    return _rolled(codes, CHARACTERS)[enough]


class RunIndex:
    """Which of some texts hold a run.

    Args:
        texts: the runs of each; its number is its place.

    Attributes:
        known: the different runs, in order.
    """

    def __init__(self, texts: Sequence[Numbers]) -> None:
        every = np.concatenate([np.empty(0, np.uint64), *texts])
        owners = np.repeat(np.arange(len(texts), dtype=np.int32), [len(text) for text in texts])
        order = np.argsort(every, kind="stable")
        self._owners = owners[order]
        self.known, self._starts = np.unique(every[order], return_index=True)
        self._starts = np.append(self._starts, len(every))

    def places(self, found: Numbers) -> Places:
        """Where in `known` those of the runs stand that are there."""
        places = np.searchsorted(self.known, found)
        places[places == len(self.known)] = 0
        if not len(self.known):
            return np.empty(0, np.int64)
        known: Places = places[self.known[places] == found]
        return known

    def owners(self, place: int) -> list[int]:
        """The texts that hold the run at this place of `known`."""
        owners: list[int] = self._owners[self._starts[place] : self._starts[place + 1]].tolist()
        return owners


class Holders:
    """In how many documents each known run stands, as far as it matters."""

    def __init__(self) -> None:
        self._of: dict[int, set[str]] = {}

    def add(self, document: str, places: Iterable[int]) -> list[int]:
        """Note where runs stand; returns those that are no phrase of the trade so far."""
        rare = []
        for place in places:
            holders = self._of.setdefault(place, set())
            if len(holders) <= COMMON:
                holders.add(document)
                rare.append(place)
        return rare

    def common(self, place: int) -> bool:
        """Whether more than ten documents hold the run."""
        return len(self._of.get(place, ())) > COMMON
