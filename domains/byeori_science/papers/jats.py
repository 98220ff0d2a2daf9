"""The data source `science/jats`: articles in JATS, as PubMed Central keeps them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from byeori_plugins.sources import BadRow, FileConfig, FileSource, Row
from byeori_science.papers.licences import spdx

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LEFT_OUT = frozenset(
    (
        "ref-list", "table-wrap", "table-wrap-group", "fig", "fig-group", "fn", "fn-group",
        "supplementary-material", "object-id", "label", "media", "graphic", "alternatives",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    (
        "p", "title", "sec", "disp-quote", "list", "list-item", "def-list", "statement",
        "disp-formula", "boxed-text",
    )
)  # fmt: skip
_ABSENT = "{% if X %}{{ X }}{% endif %}"


class JatsConfig(FileConfig):
    """Settings of `science/jats`."""

    per: Literal["section", "article"] = Field(
        "section",
        description="What a document is: a section of the first level (the abstract is one), or "
        "the whole article.",
    )
    title: str = Field(
        "title", description="Field that holds the title, or a template; empty for no title."
    )
    language: str = Field(
        _ABSENT.replace("X", "language"),
        description="BCP-47 tag of the documents (ko, en), or a template such as '{{ lang }}'.",
    )
    licence: str = Field(
        _ABSENT.replace("X", "licence"),
        description="SPDX identifier or name of the licence, or a template over the fields.",
    )


class Jats(FileSource[JatsConfig]):
    """Articles in JATS XML: sections without references, tables and figures, with their licence.

    Fields: `text`, `title` (article and heading), `article`, `section`, `language`, `licence`,
    `doi`, `journal`, `year`, `split_group`. An abstract in another language is a document of its
    own, in that language.
    """

    name = "jats"
    version = 1
    config_model = JatsConfig
    suffixes: ClassVar[tuple[str, ...]] = (".xml", ".nxml")

    def read(self, path: Path) -> Iterator[Row | BadRow]:
        """The sections of one file, or the whole."""
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.parse(str(path), parser).getroot()
        except etree.XMLSyntaxError as error:
            yield BadRow(f"{path.name}:{error.lineno or 1}", f"not XML: {error.msg}")
            return
        article = root if root.tag == "article" else root.find(".//article")
        if article is None:
            yield BadRow(f"{path.name}:1", f"no JATS article, but <{root.tag}>")
            return
        parts = list(_parts(article))
        if self.config.per == "article":
            parts = _whole(parts)
        about = _about(article, path)
        if not parts:
            yield BadRow(f"{path.name}:1", "the article has neither an abstract nor a body")
        for line, section, language, text in parts:
            title = " - ".join(filter(None, (about["article"], section)))
            values = {**about, "text": text, "title": title, "section": section}
            yield Row(f"{path.name}:{line}", {**values, "language": language or about["language"]})


Part = tuple[int, str, str, str]
"""Line, heading, language (empty: the article's), text."""


def _parts(article: Any) -> Iterator[Part]:
    """Abstracts, then the sections of the first level; a body without sections is one."""
    for abstract in article.iterfind("front/article-meta/*"):
        if abstract.tag in ("abstract", "trans-abstract") and (text := text_of(abstract)):
            yield abstract.sourceline, "Abstract", abstract.get(_LANG, ""), text
    body = article.find("body")
    if body is None:
        return
    sections = body.findall("sec")
    if not sections and (text := text_of(body)):
        yield body.sourceline, "", "", text
    for section in sections:
        if text := text_of(section):
            heading = section.find("title")
            yield section.sourceline, _line(heading) if heading is not None else "", "", text


def _whole(parts: list[Part]) -> list[Part]:
    """All parts in the article's language as one, its headings on lines of their own."""
    mine = [part for part in parts if not part[2]]
    rest = [part for part in parts if part[2]]
    text = "\n\n".join("\n\n".join(filter(None, (part[1], part[3]))) for part in mine)
    return [*([(mine[0][0], "", "", text)] if mine else []), *rest]


def _about(article: Any, path: Path) -> dict[str, str]:
    meta = article.find("front/article-meta")
    found = {"file": path.name, "split_group": path.name, "language": article.get(_LANG, "")}
    if meta is None:
        return {**found, "article": "", "licence": "", "doi": "", "journal": "", "year": ""}
    title = meta.find("title-group/article-title")
    return {
        **found,
        "article": _line(title) if title is not None else "",
        "licence": _licence(meta),
        "doi": (meta.findtext("article-id[@pub-id-type='doi']") or "").strip(),
        "journal": " ".join((article.findtext("front/journal-meta//journal-title") or "").split()),
        "year": (meta.findtext("pub-date/year") or "").strip(),
    }


def _licence(meta: Any) -> str:
    """The licence by its URL, wherever that stands, or its type."""
    for one in meta.iterfind("permissions/license"):
        urls = [one.get(_HREF), *(link.get(_HREF) for link in one.iter("ext-link"))]
        urls += [(ref.text or "").strip() for ref in one.iter("{*}license_ref")]
        known = [spdx(url) for url in urls if url and spdx(url) != url]
        return known[0] if known else next(filter(None, urls), one.get("license-type", ""))
    return ""


def text_of(element: Any) -> str:
    """The paragraphs below an element's own title, a blank line between them."""
    pieces = "".join(_pieces(element, own_title=False))
    paragraphs = [" ".join(text.split()) for text in pieces.split("\x1e")]
    return "\n\n".join(filter(None, paragraphs))


def _pieces(element: Any, *, own_title: bool = True) -> Iterator[str]:
    """Its text; \\x1e stands between blocks, exponents behind `^`, citations are left out."""
    yield element.text or ""
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        cited = tag == "xref" and child.get("ref-type") == "bibr"
        formula = child.findtext(".//tex-math") if tag.endswith("-formula") else None
        if formula:
            yield f" ${formula.strip().strip('$')}$ "
        elif tag and not cited and tag not in _LEFT_OUT and (own_title or tag != "title"):
            yield "\x1e" if tag in _BLOCKS else "^" if tag == "sup" else ""
            yield from _pieces(child)
            yield "\x1e" if tag in _BLOCKS else ""
        yield child.tail or ""


def _line(element: Any) -> str:
    return " ".join("".join(_pieces(element)).split())
