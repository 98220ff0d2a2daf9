"""The data source `chemistry/crossref`: works as Crossref describes them, in saved JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from byeori import Context, DataError
from byeori_plugins.sources import (
    BadRow,
    FileConfig,
    FileSource,
    Row,
    one_line,
    read_json_lines,
)

_BLOCK = re.compile(r"</(?:jats:)?(?:p|title|sec|list-item|div|br)\s*>|<br\s*/?>", re.IGNORECASE)
_HEADING = re.compile(r"(?i)^\s*abstract\.?\s*$")
NO_ABSTRACT = "the work has no abstract"


class CrossrefConfig(FileConfig):
    """Settings of `chemistry/crossref`."""

    text: str = Field("abstract", description="Field that holds the text: the abstract, plain.")
    title: str = Field("title", description="Field that holds the title.")
    language: str = Field("{{ language }}", description="Language of the documents: the work's.")
    licence: str = Field(
        "{% if licence %}{{ licence }}{% endif %}",
        description="Licence of the documents: the work's newest, as its address.",
    )


class Crossref(FileSource[CrossrefConfig]):
    """Titles and abstracts of works in Crossref's JSON; those without an abstract are listed.

    An answer of its REST API, one work of it, a file of its public dump (`items`), or works as JSON
    lines. Metadata: `doi`, `type`, `keywords`, `authors`, `journal`, `publisher`, `published`,
    `licence`.
    """

    name = "crossref"
    version = 1
    config_model = CrossrefConfig
    suffixes = (".json", ".jsonl")

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """The works that have an abstract, in the files' order."""
        for row in super().rows(context):
            if isinstance(row, Row) and not row.values["abstract"]:
                context.reject(row.origin, NO_ABSTRACT, str(row.values["title"]))
            else:
                yield row

    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """The works of one file."""
        found = read_json_lines(path) if path.suffix == ".jsonl" else _whole(path)
        for row in found:
            yield _described(row) if isinstance(row, Row) else row


def _whole(path: Path) -> Iterator[Row]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a file of JSON: {error}") from error
    value = value.get("message", value) if isinstance(value, Mapping) else value
    if isinstance(value, Mapping):
        value = value.get("items", [value])
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise DataError(
            f"{path}: no works of Crossref: expected its answer (`message`), `items`, or a work"
        )
    for number, work in enumerate(value, start=1):
        yield Row(f"{path.name}:{number}", work)


def _described(row: Row) -> Row | BadRow:
    try:
        return Row(row.origin, _values(row.values))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        reason = f"the work is not as Crossref describes works ({type(error).__name__}: {error})"
        return BadRow(row.origin, reason)


def _values(work: Mapping[str, Any]) -> dict[str, Any]:
    dated = work.get("issued") or work.get("published") or work.get("created") or {}
    parts = (dated.get("date-parts") or [[]])[0] or []
    licences = [one["URL"] for one in work.get("license") or ()]
    people = (
        one_line(f"{one.get('given', '')} {one.get('family', one.get('name', ''))}")
        for one in work.get("author") or ()
    )
    return {
        "abstract": plain_markup(work.get("abstract") or ""),
        "title": plain_markup((work.get("title") or [""])[0]),
        "language": work.get("language") or "en",
        "licence": licences[-1] if licences else "",
        "doi": work["DOI"],
        "type": work.get("type", ""),
        "keywords": [one_line(word) for word in work.get("subject") or ()],
        "authors": [name for name in people if name],
        "journal": (work.get("container-title") or [""])[0],
        "publisher": work.get("publisher", ""),
        "published": "-".join(f"{part:02d}" for part in parts if part),
    }


def plain_markup(text: str) -> str:
    """A text without JATS or HTML: `H<sub>2</sub>O` becomes `H2O`, paragraphs stay apart.

    Args:
        text: as Crossref and ChemRxiv give titles and abstracts; a heading "Abstract" is left out.
    """
    if "<" in text or "&" in text:
        from lxml import html

        marked = _BLOCK.sub(lambda tag: f"{tag[0]}\n", text)
        text = html.fragment_fromstring(f"<div>{marked}</div>").text_content()
    lines = (one_line(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line and not _HEADING.match(line))
