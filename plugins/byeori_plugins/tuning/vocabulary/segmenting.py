"""How a tokenizer cuts a text into pieces now, and where new pieces may join them.

A *unit* is the least run of pieces that begins and ends between two characters: one piece, or the
several pieces of a character (byte-level tokens, or bytes that stand for an unknown character). A
*run* is a sequence of units that new pieces may grow in: letters and marks, with the space before
them. Digits, punctuation and line ends stay out, so numbers keep their tokens and no new piece
reaches over a word's end, as in SentencePiece (`split_by_whitespace`, `split_by_unicode_script`).
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Unit = tuple[str, ...]
Run = tuple[Unit, ...]

_SPACES = (" ", "\u2581")
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_LONGEST_KEPT = 64


class Segmenter:
    """Cuts texts as one tokenizer does, its special tokens left aside.

    Args:
        core: a tokenizer whose model is BPE.

    Attributes:
        byte_level: whether its pieces are bytes written as characters (as in GPT-2); else they are
            characters, and an unknown one is written as `<0x..>` for each of its bytes.
    """

    def __init__(self, core: "Tokenizer") -> None:
        from transformers.convert_slow_tokenizer import bytes_to_unicode

        characters: Any = bytes_to_unicode
        parts = json.loads(core.to_str())
        self.core = core
        self.byte_level = "ByteLevel" in json.dumps([parts["normalizer"], parts["pre_tokenizer"]])
        self._bytes = {character: byte for byte, character in characters().items()}
        self._kept = lru_cache(maxsize=2**16)(self._runs)

    def words(self, text: str) -> list[str]:
        """The text as the tokenizer's model sees it: normalised, and split."""
        if self.core.normalizer is not None:
            text = self.core.normalizer.normalize_str(text)
        if self.core.pre_tokenizer is None:
            return [text]
        return [word for word, _ in self.core.pre_tokenizer.pre_tokenize_str(text)]

    def pieces(self, word: str) -> list[str]:
        """The pieces of a word."""
        return [token.value for token in self.core.model.tokenize(word)]

    def runs(self, texts: Iterable[str]) -> Counter[Run]:
        """How often each run stands in the texts."""
        counts: Counter[Run] = Counter()
        for text in texts:
            for word in self.words(text):
                counts.update(self._kept(word) if len(word) < _LONGEST_KEPT else self._runs(word))
        return counts

    def text_of(self, unit: Unit) -> str:
        """What a unit stands for."""
        return b"".join(map(self._bytes_of, unit)).decode("utf-8", "replace")

    def _bytes_of(self, piece: str) -> bytes:
        if self.byte_level:
            return bytes(self._bytes[c] for c in piece if c in self._bytes)
        byte = _BYTE.fullmatch(piece)
        return bytes([int(byte[1], 16)]) if byte else piece.encode()

    def _units(self, word: str) -> Iterator[Unit]:
        unit: list[str] = []
        for piece in self.pieces(word):
            first = self._bytes_of(piece)[:1]
            continues = first and 0x80 <= first[0] < 0xC0  # inside a character of UTF-8
            if unit and not continues:
                yield tuple(unit)
                unit = []
            unit.append(piece)
        if unit:
            yield tuple(unit)

    def _runs(self, word: str) -> tuple[Run, ...]:
        runs: list[list[Unit]] = [[]]
        for unit in self._units(word):
            text = self.text_of(unit)
            letters = text.removeprefix(_SPACES[not self.byte_level])
            if letters != text or not _is_word(letters):
                runs.append([])
            if _is_word(letters):
                runs[-1].append(unit)
        return tuple(tuple(run) for run in runs if run)


def _is_word(letters: str) -> bool:
    """Whether there are letters and marks alone; the space before a word is none of them."""
    return all(unicodedata.category(letter)[0] in "LM" for letter in letters)
