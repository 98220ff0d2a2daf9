"""Documents side by side in rows of about the same number of tokens, as few of them cut as can be.

Best-fit-decreasing packing, as in Ding et al. 2024 (arXiv:2404.10830): a document is cut only where
it is longer than a row.
"""

from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from byeori_plugins.tuning.data.tokens import Tokens


@dataclass
class PackedTokens(Tokens):
    """Pieces of documents, as int32 token ids in one file, and rows of several of them.

    Of every piece the first token is context and all others are learnt (`prompts` is 1); where a
    document goes on in a next piece, that one's context is the last token of this one, so that
    each token after a document's first is learnt once.

    Attributes:
        pieces: the pieces of all rows, row after row.
        bounds: where each row's begin in `pieces`; one more entry marks the end.
        documents: how many documents the pieces are of.
        text_bytes: UTF-8 bytes of their texts.
    """

    pieces: "array[int]" = field(default_factory=lambda: array("q"))
    bounds: "array[int]" = field(default_factory=lambda: array("q", [0]))
    documents: int = 0
    text_bytes: int = 0

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        sizes = [b - a for a, b in pairwise(self.offsets)]
        return [sum(sizes[piece] for piece in self.members(row)) for row in range(len(self))]

    @property
    def supervised_lengths(self) -> list[int]:
        """Tokens that are learnt of each row."""
        return [n - len(self.members(row)) for row, n in enumerate(self.lengths)]

    def members(self, entry: int) -> Sequence[int]:
        """The pieces of a row."""
        return self.pieces[self.bounds[entry] : self.bounds[entry + 1]]

    def pack(self, capacity: int) -> None:
        """Lay the pieces out in rows of at most `capacity` tokens."""
        for row in best_fit([b - a for a, b in pairwise(self.offsets)], capacity):
            self.pieces.extend(row)
            self.bounds.append(len(self.pieces))


def best_fit(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Put things into as few rows as best-fit-decreasing finds: each into the fullest it fits.

    Args:
        lengths: of each, at most `capacity`.
        capacity: of a row.

    Returns:
        The positions of the things in each row.
    """
    rows: list[list[int]] = []
    by_room: dict[int, list[int]] = defaultdict(list)
    rooms: list[int] = []  # the keys of `by_room`, sorted
    for index in sorted(range(len(lengths)), key=lambda n: (-lengths[n], n)):
        at = bisect_left(rooms, lengths[index])
        if at == len(rooms):
            row, room = len(rows), capacity
            rows.append([])
        else:
            room = rooms[at]
            row = by_room[room].pop()
            if not by_room[room]:
                del by_room[room], rooms[at]
        rows[row].append(index)
        left = room - lengths[index]
        if left not in by_room:
            insort(rooms, left)
        by_room[left].append(row)
    return rows
