"""The text of a web page, by trafilatura (Barbaresi 2021), in sections."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from byeori_plugins.sources.sections import Part, Table, as_markdown


@dataclass(frozen=True, slots=True)
class WebPage:
    """One page.

    Attributes:
        parts: sections, each with its heading; the first may have none.
        about: what the page says of itself: `author`, `site`, `published`.
    """

    title: str
    language: str
    licence: str
    parts: list[Part]
    about: dict[str, str]


def read_web_page(body: bytes, url: str) -> WebPage:
    """A page's title, language, licence and text.

    Args:
        body: as it was sent, in any encoding.
        url: where it was found; empty for a file.
    """
    from trafilatura import bare_extraction

    found = bare_extraction(
        body,
        url=url or None,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        # The newest date allowed is today's by default, which would make today part of the result.
        date_extraction_params={"max_date": "2100-01-01", "extensive_search": False},
    )
    language = _language(body)
    if found is None or isinstance(found, dict) or found.body is None:
        return WebPage("", language, "", [], {})
    about = {"author": found.author, "site": found.sitename, "published": found.date}
    return WebPage(
        title=" ".join((found.title or "").split()),
        language=language,
        licence=found.license or "",
        parts=list(_parts(found.body)),
        about={name: value for name, value in about.items() if value},
    )


def _language(body: bytes) -> str:
    from lxml import etree, html

    try:
        return str(html.fromstring(body).getroottree().getroot().get("lang") or "").strip()
    except (etree.ParserError, ValueError):
        return ""


def _parts(body: Any) -> Iterator[Part]:
    """The sections of trafilatura's tree: its headings are `head`."""
    part = Part()
    for element in body:
        if element.tag == "head":
            if part.paragraphs:
                yield part
            part = Part(heading=_line(element))
            part.paragraphs += [part.heading] if part.heading else []
        elif element.tag == "table":
            if table := _table(element):
                part.tables.append(table)
                part.paragraphs.append(as_markdown(table))
        elif text := _text(element):
            part.paragraphs.append(text)
    if part.paragraphs:
        yield part


def _line(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _text(element: Any) -> str:
    if element.tag == "code":
        return "".join(element.itertext()).strip("\n")
    if element.tag == "list":
        return "\n".join(f"- {text}" for item in element if (text := _line(item)))
    return _line(element)


def _table(element: Any) -> Table:
    """Rows of equal length; a missing cell is empty."""
    rows = [[_line(cell) for cell in row.iter("cell")] for row in element.iter("row")]
    width = max((len(row) for row in rows), default=0)
    filled = [row + [""] * (width - len(row)) for row in rows if any(row)]
    return filled if width else []
