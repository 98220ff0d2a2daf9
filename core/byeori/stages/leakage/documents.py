"""Which documents hold an item's words, or are copies of a document with items."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from byeori.records import Document
from byeori.stages.leakage.runs import Holders, Numbers, RunIndex, runs
from byeori.text import normalise

_HALF = 0.5
"""Of the shorter document's runs, how many in common make a copy."""
_FEWEST = 8
"""Runs in common below which documents are no copies: they may quote the same sentence."""


class Copies:
    """Finds documents with the text, or half of it, of an original.

    Args:
        originals: documents that have evaluation items.
    """

    def __init__(self, originals: Iterable[Document]) -> None:
        self._ids: list[str] = []
        self._same: dict[bytes, list[str]] = {}
        texts: list[Numbers] = []
        for document in originals:
            self._ids.append(document.id)
            self._same.setdefault(_digest(document), []).append(document.id)
            texts.append(runs(document.text))
        self._lengths = [len(text) for text in texts]
        self._index, self._holders = RunIndex(texts), Holders()
        for id_, text in zip(self._ids, texts, strict=True):
            self._holders.add(id_, self._index.places(text).tolist())
        self._found: dict[str, tuple[int, list[int]]] = {}
        self._equal: dict[str, list[str]] = {}

    def add(self, document: Document, text: Numbers) -> None:
        """Look at another document; `text` are its runs."""
        if same := self._same.get(_digest(document)):
            self._equal[document.id] = same
        places = self._index.places(text).tolist()
        if rare := self._holders.add(document.id, places):
            self._found[document.id] = len(text) - len(places) + len(rare), rare

    def found(self) -> Iterator[tuple[str, list[str]]]:
        """The copies, each with its originals, when all documents were looked at."""
        common = {p for _, ps in self._found.values() for p in ps if self._holders.common(p)}
        lost: Counter[int] = Counter()
        for place in common:
            lost.update(self._index.owners(place))
        for id_ in dict.fromkeys((*self._equal, *self._found)):
            length, places = self._found.get(id_, (0, []))
            rare = [place for place in places if place not in common]
            length -= len(places) - len(rare)
            shared = Counter(owner for place in rare for owner in self._index.owners(place))
            alike = [
                self._ids[owner]
                for owner, n in shared.items()
                if n >= max(_FEWEST, _HALF * min(length, self._lengths[owner] - lost[owner]))
            ]
            if originals := sorted({*self._equal.get(id_, ()), *alike}):
                yield id_, originals


def _digest(document: Document) -> bytes:
    text = normalise(document.text).replace(" ", "")
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
