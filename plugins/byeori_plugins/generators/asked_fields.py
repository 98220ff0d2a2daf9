"""Fields of documents that are asked about: their texts, and whether there are any."""

from collections.abc import Iterable, Iterator

from byeori import DataError, Document
from byeori.errors import suggest

OWN = frozenset({"title", "text"})
"""Fields that every document has beside its metadata."""


def field_text(document: Document, name: str) -> str:
    """`text`, `title` or a field as text: a list with commas; empty where there is none."""
    own = {"text": document.text, "title": document.title}
    value = own.get(name) or document.metadata.get(name)
    if isinstance(value, list | tuple):
        return ", ".join(str(item).strip() for item in value if item is not None)
    return "" if value is None else str(value).strip()


class WantedFields:
    """Which of the fields that are asked about no document had so far."""

    def __init__(self, names: Iterable[str]) -> None:
        self._missing = [name for name in names if name not in OWN]
        self._seen = set(OWN)

    def look(self, documents: Iterable[Document]) -> None:
        """Go through documents until each field was in one of them."""
        for _ in self.noting(documents):
            if not self._missing:
                return

    def noting(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, their fields noted."""
        for document in documents:
            if self._missing:
                self._seen.update(document.metadata)
                self._missing = [name for name in self._missing if name not in self._seen]
            yield document

    def check(self, where: str) -> None:
        """Refuse fields that no document had.

        Raises:
            DataError: there is one.
        """
        for name in self._missing:
            raise DataError(
                f"{where}: `fields` names `{name}`, and no document has such a field"
                f"{suggest(name, sorted(self._seen))}"
            )
