"""Which earlier token sequences can have enough in common with a new one: a lossless index.

Prefix filtering (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): with all tokens
in one fixed order, two sequences that share `n` tokens share one among the first `len - n + 1` of
each. The rarest tokens come first, so few sequences meet. Lengths are kept apart in bands, because
the closer two lengths are known, the shorter are the prefixes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from byeori_plugins.text.rouge import alike_lengths, needed

Tokens = str | tuple[int, ...]
"""A text as one character a token, or as one number a token: of equal worth."""
_Postings = dict[int, dict[int, list[int]]]
"""By band of the length: by tokens from there to the end, the sequences' numbers."""
_NOTHING: _Postings = {}

_EXACT = 24
_WIDTH = 1.05
_FIRST_ORDER = 128
_GROWTH = 4
_TIMES = 1 << 32


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
        rank, tokens = self._rank, occurrences(row)
        try:
            return sorted([rank[token] for token in tokens])
        except KeyError:
            return sorted([rank.setdefault(token, -len(rank)) for token in tokens])

    def add(self, row: Tokens, ranks: list[int]) -> None:
        """Append a sequence with its ranks; its number is the count of those before it."""
        self._rows.append(row)
        if len(self._rows) >= self._next_order:
            self._reorder()
        else:
            self._post(len(self._rows) - 1, ranks)

    def alike(self, length: int, ranks: list[int]) -> Iterator[int]:
        """Numbers of all sequences that may be over the threshold with this one, each once."""
        seen: set[int] = set()
        least_in = bands(length, self.threshold)
        for place in range(prefix(length, self.threshold)):
            for band, by_left in self._postings.get(ranks[place], _NOTHING).items():
                least = least_in.get(band, length + 1)
                if place <= length - least:
                    for left, numbers in by_left.items():
                        if left >= least:
                            yield from [n for n in numbers if n not in seen]
                            seen.update(numbers)

    def _post(self, number: int, ranks: list[int]) -> None:
        length = len(ranks)
        if not length:
            return
        band, postings = band_of(length), self._postings
        for place in range(prefix(length, self.threshold)):
            by_band = postings.setdefault(ranks[place], {})
            by_band.setdefault(band, {}).setdefault(length - place, []).append(number)

    def _reorder(self) -> None:
        """Order the tokens by what is known now; any order is lossless, a good one is fast."""
        counts = Counter(chain.from_iterable(map(occurrences, self._rows)))
        ordered = sorted(counts.items(), key=lambda item: (item[1], item[0]))
        self._rank = {token: rank for rank, (token, _) in enumerate(ordered)}
        self._postings: dict[int, _Postings] = {}
        self._next_order = max(_FIRST_ORDER, _GROWTH * len(self._rows))
        for number, row in enumerate(self._rows):
            self._post(number, self.ranks(row))


def occurrences(row: Tokens) -> list[int]:
    """Distinct numbers for the tokens of a row: what two rows share as sets, not as bags.

    A token's second occurrence is another number than its first, and so on.
    """
    numbers = list(map(ord, row)) if isinstance(row, str) else list(row)
    if len(set(numbers)) == len(numbers):
        return numbers
    before: dict[int, int] = defaultdict(int)
    for place, token in enumerate(numbers):
        numbers[place] += before[token] * _TIMES
        before[token] += 1
    return numbers


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
def bands(length: int, threshold: float) -> dict[int, int]:
    """Bands that hold lengths alike to `length`, with the fewest tokens shared with any of them."""
    shortest: dict[int, int] = {}
    for other in alike_lengths(length, threshold):
        shortest.setdefault(band_of(other), other)
    return {band: needed(length, other, threshold) for band, other in shortest.items()}
