"""Which earlier token sequences can have enough in common with a new one: a lossless index.

Prefix filtering (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): with all tokens
in one fixed order, two sequences that share `n` tokens share one among the first `len - n + 1` of
each. The rarest tokens come first, so few sequences meet. Lengths are kept apart in bands, because
the closer two lengths are known, the shorter are the prefixes.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from byeori_plugins.text.rouge import alike_lengths, needed

Tokens = str | tuple[int, ...]
"""A text as one character a token, or as one number a token: of equal worth."""
Occurrence = str | int
"""A token, and which time it stands in its text; see `occurrences`."""
_Postings = dict[int, dict[int, list[int]]]
"""By band of the length: by tokens from there to the end, the sequences' numbers."""

_EXACT = 24
_WIDTH = 1.05
_FIRST_ORDER = 128
_GROWTH = 8
_TIMES = 1 << 32
_CHARACTERS = sys.maxunicode + 1


class _Ranks(dict[Occurrence, int]):
    """Places of tokens in the order, rarest first; one not seen before is rarer than all."""

    def __missing__(self, token: Occurrence) -> int:
        self[token] = rank = -len(self)
        return rank


class PrefixIndex:
    """Numbers of token sequences by their rarest tokens."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._rows: list[Tokens] = []
        self._reorder()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Tokens:
        return self._rows[number]

    def ranks(self, row: Tokens) -> list[int]:
        """The sequence's tokens as ranks in the fixed order, rarest first; a new one is rarest."""
        return sorted(map(self._ranks.__getitem__, occurrences(row)))

    def add(self, row: Tokens, ranks: list[int]) -> None:
        """Append a sequence with its ranks; its number is the count of those before it."""
        self._rows.append(row)
        if len(self._rows) >= self._next_order:
            self._reorder()
        else:
            self._post(len(self._rows) - 1, ranks)

    def alike(self, length: int, ranks: list[int]) -> Iterable[int]:
        """Numbers of all sequences that may be over the threshold with this one, each once."""
        found: list[int] = []
        postings = self._postings
        for rank, least_in in zip(ranks, bands(length, self.threshold), strict=False):
            if (by_band := postings.get(rank)) is None:
                continue
            for band in by_band.keys() & least_in.keys():
                least = least_in[band]
                for left, numbers in by_band[band].items():
                    if left >= least:
                        found += numbers
        return dict.fromkeys(found)

    def _post(self, number: int, ranks: list[int]) -> None:
        length = left = len(ranks)
        if not length:
            return
        band, postings = band_of(length), self._postings
        for rank in ranks[: prefix(length, self.threshold)]:
            if (by_band := postings.get(rank)) is None:
                postings[rank] = {band: {left: [number]}}
            elif (by_left := by_band.get(band)) is None:
                by_band[band] = {left: [number]}
            else:
                by_left.setdefault(left, []).append(number)
            left -= 1

    def _reorder(self) -> None:
        """Order the tokens by what is known now; any order is lossless, a good one is fast."""
        counts = Counter(chain.from_iterable(map(occurrences, self._rows)))
        ordered = sorted(counts, key=lambda token: (counts[token], _as_number(token)))
        self._ranks = _Ranks(zip(ordered, range(len(ordered)), strict=True))
        self._postings: dict[int, _Postings] = {}
        self._next_order = max(_FIRST_ORDER, _GROWTH * len(self._rows))
        for number, row in enumerate(self._rows):
            self._post(number, self.ranks(row))


def occurrences(row: Tokens) -> Sequence[Occurrence]:
    """The tokens of a row made distinct: what two rows share as sets is what they do as bags.

    A token's second occurrence is another than its first, and so on. A token is a character
    wherever it can be, whether the row is held as characters or as numbers.
    """
    tokens = row if isinstance(row, str) else list(map(_as_token, row))
    if len(set(tokens)) == len(tokens):
        return tokens
    before: dict[Occurrence, int] = defaultdict(int)
    distinct: list[Occurrence] = []
    for token in tokens:
        times = before[token]
        distinct.append(_as_number(token) + times * _TIMES if times else token)
        before[token] = times + 1
    return distinct


def _as_token(number: int) -> Occurrence:
    return chr(number) if number < _CHARACTERS else number


def _as_number(token: Occurrence) -> int:
    return ord(token) if isinstance(token, str) else token


@lru_cache(maxsize=1 << 14)
def prefix(length: int, threshold: float) -> int:
    """How many of its rarest tokens a sequence may share with an alike one, of any length."""
    return length - needed(length, alike_lengths(length, threshold)[0], threshold) + 1


@lru_cache(maxsize=1 << 16)
def band_of(length: int) -> int:
    """The band of a length: short lengths have one each, longer ones share one within 5 %."""
    return next(band for band, last in _limits() if length <= last)


def _limits() -> Iterator[tuple[int, int]]:
    """Bands with the longest length of each."""
    band, last = 0, 0
    while True:
        last = last + 1 if last < _EXACT else int(last * _WIDTH)
        yield band, last
        band += 1


@lru_cache(maxsize=1 << 14)
def bands(length: int, threshold: float) -> tuple[dict[int, int], ...]:
    """For each place of a prefix, the bands with lengths that sharing first there is enough for.

    With each band stands the fewest tokens shared with any length in it.
    """
    shortest: dict[int, int] = {}
    for other in alike_lengths(length, threshold):
        shortest.setdefault(band_of(other), other)
    least = {band: needed(length, other, threshold) for band, other in shortest.items()}
    return tuple(
        {band: enough for band, enough in least.items() if place <= length - enough}
        for place in range(prefix(length, threshold))
    )
