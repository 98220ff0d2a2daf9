"""The document filter `science/same-work`: preprint, article and second record of one work."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from byeori import Config, Context, Document, Filter
from byeori.text import normalise

_DOI = re.compile(r"10\.\d{4,9}/\S+", re.I)
_ARXIV = re.compile(r"(?:arxiv(?:\.org)?[.:/]\s*(?:abs/)?|^)(\d{4}\.\d{4,5})(?:v\d+)?$", re.I)
_TITLE_WORDS = 5
"""Shorter titles (`Editorial`, `Introduction`) belong to many works."""


class SameWork(Filter[Config]):
    """Drops documents of a work that came before, by DOI, arXiv's number or title.

    Parts of one file (those with one `split_group`) are one document's, and stay together.
    """

    name = "same-work"
    version = 1
    config_model = Config
    applies_to = "documents"

    def keep(self, examples: Iterable[Document], context: Context) -> Iterator[Document]:
        """Yield the documents of the first record of each work, in order."""
        owner: dict[str, str] = {}
        for document in examples:
            own = str(document.metadata.get("split_group") or document.id)
            keys = sorted(keys_of(document))
            other = next((key for key in keys if owner.setdefault(key, own) != own), "")
            if other:
                context.reject(document.id, f"a work that came before: same {other.split(' ')[0]}")
                continue
            yield document


def keys_of(document: Document) -> set[str]:
    """What tells a work: `doi ...`, `arxiv ...`, and `title ...` with its language.

    A DOI that arXiv gives (10.48550/arXiv.2104.08773) is arXiv's number.
    """
    found: set[str] = set()
    values: list[Any] = [document.metadata.get(name) for name in ("doi", "id", "arxiv")]
    for value in (*values, document.origin):
        text = str(value or "").strip().rstrip(".")
        if match := _DOI.search(text):
            text = match[0].lower()
            found.add(f"doi {text}")
        if match := _ARXIV.search(text.removeprefix("https://").removeprefix("10.48550/")):
            found.add(f"arxiv {match[1]}")
    title = normalise(document.metadata.get("article") or document.title)
    if len(title.split()) >= _TITLE_WORDS:
        found.add(f"title {document.language} {title}")
    return found
