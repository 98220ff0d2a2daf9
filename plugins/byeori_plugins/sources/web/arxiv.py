"""The data source `arxiv`: abstracts of arXiv, through its query interface (Atom)."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from byeori import DataError, Document
from byeori_plugins.sources.web.api import ApiConfig, ApiSource, Page, one_line
from byeori_plugins.sources.web.fetching import MANNER, Fetcher, RefusedError

_NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "x": "http://arxiv.org/schemas/atom",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
}
_OF_DOCUMENT = ("id", "title", "summary")
_VERSION = re.compile(r"v\d+$")


class ArxivConfig(ApiConfig):
    """Settings of `arxiv`."""

    query: str = Field("", description="As in arXiv's manual: `cat:cs.CL AND abs:fuel`.")
    ids: tuple[str, ...] = Field((), description="Articles by their ids, such as 2104.08773.")
    sort: Literal["submittedDate", "lastUpdatedDate", "relevance"] = Field(
        "submittedDate", description="Order; the oldest, or the most relevant, come first."
    )
    base_url: str = Field(
        "https://export.arxiv.org/api/query", description="Where the interface is."
    )
    page_size: int = Field(100, ge=1, le=2000, description="Records asked for at once.")
    delay_seconds: float = Field(
        3.0,
        ge=0,
        description="Shortest time between two requests; arXiv asks for three seconds.",
        json_schema_extra=MANNER,
    )
    licence: str = Field(
        "CC0-1.0", description="Licence of the metadata, abstracts among them, by arXiv's terms."
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.query.strip() and not self.ids:
            raise ValueError("give a `query`, or `ids`, or both")
        return self


class Arxiv(ApiSource[ArxivConfig]):
    """Titles and abstracts of arXiv's articles.

    Metadata: `id`, `version`, `authors`, `categories`, `published`, `updated`, `doi`, `journal`,
    `comment`.
    """

    name = "arxiv"
    version = 1
    config_model = ArxivConfig

    def records(self, fetcher: Fetcher) -> Iterator[Mapping[str, Any]]:
        """The entries, page by page."""
        start, total = 0, 1
        while start < total:
            params = self._params(start)
            page = fetcher.get(self.config.base_url, partial(_page, start=start), params)
            yield from page.records
            start, total = start + self.config.page_size, page.total or 0

    def _params(self, start: int) -> dict[str, str | int]:
        config = self.config
        order = "descending" if config.sort == "relevance" else "ascending"
        asked = {"search_query": config.query, "id_list": ",".join(config.ids)}
        return {
            **{name: value for name, value in asked.items() if value},
            "start": start,
            "max_results": config.page_size,
            "sortBy": config.sort,
            "sortOrder": order,
        }

    def refused(self, error: RefusedError) -> Exception:
        """A query that arXiv does not understand is answered with 400."""
        if error.status == 400:
            return DataError(f"arXiv does not understand the query: {error}")
        return super().refused(error)

    def document(self, record: Mapping[str, Any]) -> Document:
        """Title and abstract."""
        id_ = record["id"].rpartition("/abs/")[2]
        version = _VERSION.search(id_)
        metadata = {name: value for name, value in record.items() if name not in _OF_DOCUMENT}
        return Document(
            text=record["summary"],
            title=record["title"],
            language=self.config.language,
            licence=self.config.licence,
            origin=record["id"].replace("http://", "https://", 1),
            metadata=self.described(
                **metadata,
                id=_VERSION.sub("", id_),
                version=version[0] if version else "",
            ),
        )


def _page(body: bytes, start: int) -> Page:
    """The entries of a feed.

    Raises:
        ValueError: it is no feed, or has no entries where there must be some (arXiv at times gives
            such a page, and the right one when asked again).
        DataError: arXiv says what is wrong with the query.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        feed = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error
    if feed.getroottree().docinfo.doctype:
        raise ValueError("a feed with a document type, which could define what its texts say")
    total = feed.findtext("o:totalResults", namespaces=_NAMES)
    if total is None or not total.strip().isdecimal():
        raise ValueError("no Atom feed with the number of results")
    records = tuple(_record(entry) for entry in feed.findall("a:entry", _NAMES))
    if records and "/api/errors" in records[0]["id"]:
        raise DataError(f"arXiv does not understand the query: {records[0]['summary']}")
    if not records and start < int(total):
        raise ValueError(f"an empty page at {start} of {total.strip()} results")
    return Page(records, int(total))


def _record(entry: Any) -> dict[str, Any]:
    def text(path: str) -> str:
        return one_line(entry.findtext(path, namespaces=_NAMES))

    names = [one_line(name.text) for name in entry.findall("a:author/a:name", _NAMES)]
    return {
        "id": text("a:id"),
        "title": text("a:title"),
        "summary": text("a:summary"),
        "authors": names,
        "categories": [one["term"] for one in _attributes(entry, "a:category")],
        "published": text("a:published"),
        "updated": text("a:updated"),
        "doi": text("x:doi"),
        "journal": text("x:journal_ref"),
        "comment": text("x:comment"),
    }


def _attributes(entry: Any, path: str) -> list[Mapping[str, str]]:
    return [element.attrib for element in entry.findall(path, _NAMES) if "term" in element.attrib]
