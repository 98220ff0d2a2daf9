"""Which earlier token sequences can have enough in common with a new one: a lossless index.

Prefix filtering (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): with all tokens
in one fixed order, two sequences that share `n` tokens share one among the first `len - n + 1` of
each. The rarest tokens come first, so few sequences meet. Lengths are kept apart in bands, because
the closer two lengths are known, the shorter are the prefixes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache

from byeori_plugins.text.rouge import alike_lengths, needed

Tokens = str | tuple[int, ...]
"""A text as one character a token, or as one number a token: of equal worth."""
_Token = tuple[int, int]
_Postings = dict[int, dict[int, list[int]]]
"""By rank of a token: by tokens from there to the end, the sequences' numbers."""

_EXACT = 24
_WIDTH = 1.05
_FIRST_ORDER = 128
_UNKNOWN = -1


class PrefixIndex:
    """Numbers of token sequences by their rarest tokens."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._rows: list[Tokens] = []
        self._counts: Counter[_Token] = Counter()
        self._reorder()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Tokens:
        return self._rows[number]

    def add(self, row: Tokens) -> None:
        """Append a sequence; its number is the count of those before it."""
        self._rows.append(row)
        tokens = occurrences(row)
        self._counts.update(tokens)
        if len(self._rows) >= self._next_order:
            self._reorder()
            return
        for token in tokens:
            self._rank.setdefault(token, _UNKNOWN - len(self._rank))
        self._post(len(self._rows) - 1)

    def alike(self, row: Tokens) -> Iterator[int]:
        """Numbers of all sequences that may be over the threshold with this one, each once."""
        ranks = self._ranks(row)
        seen: set[int] = set()
        for band, shortest in bands(len(row), self.threshold):
            if postings := self._postings.get(band):
                least = needed(len(row), shortest, self.threshold)
                for numbers in _meeting(postings, ranks[: len(row) - least + 1], least):
                    fresh = [number for number in numbers if number not in seen]
                    seen.update(fresh)
                    yield from fresh

    def _ranks(self, row: Tokens) -> list[int]:
        """The sequence in the fixed order, rarest first; a token not seen yet is the rarest."""
        rank = self._rank
        return sorted([rank.get(token, _UNKNOWN) for token in occurrences(row)])

    def _post(self, number: int) -> None:
        row = self._rows[number]
        if not row:
            return
        in_band = self._postings.setdefault(band_of(len(row)), {})
        least = needed(len(row), alike_lengths(len(row), self.threshold)[0], self.threshold)
        for place, rank in enumerate(self._ranks(row)[: len(row) - least + 1]):
            in_band.setdefault(rank, {}).setdefault(len(row) - place, []).append(number)

    def _reorder(self) -> None:
        """Order the tokens by what is known now; any order is lossless, a good one is fast."""
        ordered = sorted(self._counts.items(), key=lambda item: (item[1], item[0]))
        self._rank = {token: rank for rank, (token, _) in enumerate(ordered)}
        self._postings: dict[int, _Postings] = {}
        self._next_order = max(_FIRST_ORDER, 2 * len(self._rows))
        for number in range(len(self._rows)):
            self._post(number)


def _meeting(postings: _Postings, ranks: list[int], least: int) -> Iterator[list[int]]:
    """Sequences with one of the tokens, and enough of their own from there on."""
    for rank in ranks:
        if by_left := postings.get(rank):
            for left, numbers in by_left.items():
                if left >= least:
                    yield numbers


def occurrences(row: Tokens) -> list[_Token]:
    """Tokens with how often each stood before: what two sequences share as a set, not as a bag."""
    before: dict[int, int] = defaultdict(int)
    result = []
    for token in map(ord, row) if isinstance(row, str) else row:
        result.append((token, before[token]))
        before[token] += 1
    return result


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
def bands(length: int, threshold: float) -> tuple[tuple[int, int], ...]:
    """Bands that hold lengths alike to `length`, the nearest first, with the least such length."""
    shortest: dict[int, int] = {}
    if length:
        for other in alike_lengths(length, threshold):
            shortest.setdefault(band_of(other), other)
    return tuple(sorted(shortest.items(), key=lambda item: abs(item[1] - length)))
