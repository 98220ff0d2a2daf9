"""What an example is known by: its language, task, generator, source, and metadata."""

import json
import re
from collections.abc import Iterable

from byeori import Document, Example

PLAIN = ("language", "task", "generator", "source")
"""Keys that every example has a value for, empty where it is not known."""

_METADATA = "metadata."
_LINE = re.compile(r":\d+$")


def is_key(name: str) -> bool:
    """Whether `name` is one of `PLAIN`, or `metadata.` and a key."""
    return name in PLAIN or (name.startswith(_METADATA) and name != _METADATA)


def as_text(value: object) -> str:
    """A value of metadata, or of a recipe, as the text it is compared by."""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def source_of(origin: str) -> str:
    """The file, URL or data set of a document's origin: the origin without the line number."""
    return _LINE.sub("", origin)


class Traits:
    """Looks examples up by key; of the documents it keeps only what the keys ask for.

    Args:
        keys: those that will be asked for, such as `task`, `source` and `metadata.corpus`.
        documents: of the examples; read once, and only where a key may need them.
    """

    def __init__(self, keys: Iterable[str], documents: Iterable[Document]) -> None:
        wanted = [key for key in keys if key == "source" or key.startswith(_METADATA)]
        self._documents = (
            {document.id: {key: of_document(document, key) for key in wanted}
             for document in documents}
            if wanted
            else {}
        )  # fmt: skip

    def of(self, example: Example, key: str) -> str:
        """The example's value, or its document's; empty where neither has one."""
        if key.startswith(_METADATA):
            name = key.removeprefix(_METADATA)
            if name in example.metadata:
                return as_text(example.metadata[name])
        elif key != "source":
            return str(getattr(example, key))
        return self._documents.get(example.document_id, {}).get(key, "")


def of_document(document: Document, key: str) -> str:
    """A document's own value: its language, source or metadata; empty where it has none."""
    if key == "language":
        return document.language
    if key == "source":
        return source_of(document.origin)
    name = key.removeprefix(_METADATA)
    return as_text(document.metadata[name]) if name in document.metadata else ""
