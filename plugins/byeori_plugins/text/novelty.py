"""Keeps texts that are unlike all before them by ROUGE-L, as Self-Instruct and Alpaca do."""

import sys
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from byeori_plugins.text.prefixes import PrefixIndex, Tokens
from byeori_plugins.text.rouge import needed, rouge_l
from byeori_plugins.text.tokens import TOKENISERS, TokenKind

CHARACTERS = sys.maxunicode + 1


class _Codes(dict[str, str | int]):
    """A character for each token, and a number for those beyond the characters there are."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self._characters = characters

    def __missing__(self, token: str) -> str | int:
        number = len(self)
        self[token] = code = chr(number) if number < self._characters else number
        return code


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier text that a text is too much alike.

    Attributes:
        number: which one, counted from 0 in the order they were remembered.
        rouge_l: F of ROUGE-L of the two.
    """

    number: int
    rouge_l: float


class Novelty:
    """Remembers texts, and tells whether a new one is novel against all of them.

    The novelty filter of Self-Instruct (Wang et al. 2023, section 2.2) and Alpaca: a text is
    dropped if ROUGE-L's F with any text kept before is over `threshold`. The decision is theirs to
    the last bit, without comparing all pairs.
    """

    def __init__(
        self, threshold: float = 0.7, tokens: TokenKind = "words", *, characters: int = CHARACTERS
    ) -> None:
        """Start empty.

        Args:
            threshold: highest F a novel text may have with an earlier one; 0 < threshold < 1.
            tokens: what is compared; `ascii` is what rouge-score does (nothing of Korean).
            characters: distinct tokens that are held as one character each; more are held as
                numbers, which takes more memory and time.
        """
        if not 0 < threshold < 1:
            raise ValueError(f"threshold is {threshold}; it must be between 0 and 1")
        self.threshold = threshold
        self._tokenise = TOKENISERS[tokens]
        self._codes = _Codes(characters)
        self._index = PrefixIndex(threshold)
        self._first: dict[Tokens, int] = {}

    def __len__(self) -> int:
        """Texts that are remembered."""
        return len(self._index)

    def add(self, text: str) -> bool:
        """Whether the text is novel; if so it is remembered."""
        return self.compare(text) is None

    def compare(self, text: str) -> Alike | None:
        """As `alike`, and a novel text is remembered."""
        row = self._encoded(text)
        ranks = self._index.ranks(row)
        if found := self._alike(row, ranks):
            return found
        self._remember(row, ranks)
        return None

    def remember(self, text: str) -> None:
        """Remember a text whether or not it is novel, such as a seed task."""
        row = self._encoded(text)
        self._remember(row, self._index.ranks(row))

    def alike(self, text: str) -> Alike | None:
        """An earlier text over the threshold, or None: the text is novel.

        It is the equal one if there is one; otherwise one of those over the threshold, the same one
        for the same texts in the same order.
        """
        row = self._encoded(text)
        return self._alike(row, self._index.ranks(row))

    def _remember(self, row: Tokens, ranks: list[int]) -> None:
        self._first.setdefault(row, len(self._index))
        self._index.add(row, ranks)

    def _alike(self, row: Tokens, ranks: list[int]) -> Alike | None:
        if not row:
            return None  # rouge-score gives 0 to a text without tokens
        if (number := self._first.get(row)) is not None:
            return Alike(number, 1.0)
        length, similarity = len(row), LCSseq.similarity
        for number in self._index.alike(length, ranks):
            other = self._index[number]
            least = needed(length, len(other), self.threshold)
            if (common := similarity(row, other, score_cutoff=least)) >= least:
                return Alike(number, rouge_l(common, length, len(other)))
        return None

    def _encoded(self, text: str) -> Tokens:
        """One character a token, or one number a token where characters do not suffice.

        rapidfuzz takes a character and its number for the same, so both kinds can be compared.
        """
        codes = list(map(self._codes.__getitem__, self._tokenise(text)))
        try:
            return "".join(codes)  # type: ignore[arg-type]  # fails where there is a number
        except TypeError:
            return tuple(ord(code) if isinstance(code, str) else code for code in codes)
