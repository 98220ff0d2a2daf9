"""The data source `html`: the text of web pages, from files or fetched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from byeori import Context, DataError, DataSource, Document
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.files import files_below, text_problem
from byeori_plugins.sources.reading import BadRow, Handling, Row, documents_of
from byeori_plugins.sources.sections import Part, SectionsConfig, joined
from byeori_plugins.sources.web.extraction import WebPage, read_web_page
from byeori_plugins.sources.web.fetching import FetchConfig, Fetcher, RefusedError
from byeori_plugins.sources.web.robots import Robots


class HtmlConfig(SectionsConfig, FetchConfig):
    """Settings of `html`: either `path` or `urls`."""

    path: Path | None = Field(
        None, description="An HTML file, or a folder, read with all below it."
    )
    urls: tuple[str, ...] = Field((), description="Pages to fetch, where robots.txt allows it.")
    per: Literal["page", "section"] = Field(
        "page", description="What a document is: a page, or a section of it, by its heading."
    )
    licence: str = Field(
        "", description="Licence of the pages; by default the one a page links to as its own."
    )
    language: str = Field(
        "", description="BCP-47 tag of the pages; by default what a page says of itself."
    )

    @field_validator("urls")
    @classmethod
    def _are_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"{url!r} does not start with http:// or https://")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (not self.urls):
            raise ValueError("give either `path` or `urls`")
        return self


class Html(DataSource[HtmlConfig]):
    """Web pages without their menus, banners and comments.

    Metadata: `page` title, `section`, `tables`, `author`, `site`, `published`, `accessed`,
    `split_group`. Needs `pip install byeori[web]`.
    """

    name = "html"
    version = 1
    config_model = HtmlConfig

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield one document a page or section, in order.

        Raises:
            DataError: there is no such file, a page has no text or is refused and `on_error` is
                `stop`, or no document is left.
            StoppedError: a server cannot be used now; the pages fetched so far are kept.
        """
        _check_installed()
        yield from documents_of(
            (part for page in self._pages(context) for part in self._parts(page)),
            self._document,
            Handling(self._place, self.config.on_error, self.config.limit),
            context,
        )

    def _place(self, origin: str) -> str:
        path = self.config.path
        if path is None:
            return origin or ", ".join(self.config.urls)
        return str((path if path.is_dir() else path.parent) / origin) if origin else str(path)

    def _pages(self, context: Context) -> Iterator[Row | BadRow]:
        if self.config.path is not None:
            for path, name in files_below(self.config.path, (".html", ".htm", ".xhtml")):
                body = path.read_bytes()
                empty = BadRow(name, "the file is empty; was it written to the end?")
                yield Row(name, {"body": body, "url": ""}) if body.strip() else empty
            return
        with Fetcher(self.config, context) as fetcher:
            robots = Robots(fetcher)
            for url in self.config.urls:
                yield self._fetched(url, fetcher, robots)

    def _fetched(self, url: str, fetcher: Fetcher, robots: Robots) -> Row | BadRow:
        try:
            if not robots.allow(url):
                return BadRow(url, "the site's robots.txt does not allow it")
            return Row(url, {"body": fetcher.get(url, bytes), "url": url})
        except RefusedError as error:
            return BadRow(url, f"HTTP {error.status}", str(error))

    def _parts(self, page: Row | BadRow) -> Iterator[Row | BadRow]:
        if isinstance(page, BadRow):
            yield page
            return
        read = read_web_page(page.values["body"], page.values["url"])
        parts = read.parts if self.config.per == "section" else _whole(read.parts)
        filled = list(joined(parts, self.config.min_characters))
        if not filled:
            yield BadRow(page.origin, "no text was found in the page")
        for part in filled:
            yield Row(page.origin, {"page": read, "part": part})

    def _document(self, row: Row | BadRow) -> Document:
        if isinstance(row, BadRow):
            raise FieldError(row.reason)
        page: WebPage = row.values["page"]
        part: Part = row.values["part"]
        if problem := text_problem(part.text):
            raise FieldError(f"its text {problem}")
        section = part.heading if part.heading != page.title else ""
        return Document(
            text=part.text,
            title=" / ".join(filter(None, (page.title, section))),
            language=self.config.language or page.language,
            licence=self.config.licence or page.licence,
            metadata=self._metadata(page, part, row.origin),
            origin=row.origin,
        )

    def _metadata(self, page: WebPage, part: Part, origin: str) -> dict[str, Any]:
        known = {"page_title": page.title, **page.about, **part.metadata()}
        known |= {"accessed": self.config.accessed}
        known |= {"split_group": origin if self.config.keep_together else ""}
        return {name: value for name, value in known.items() if value}


def _whole(parts: list[Part]) -> list[Part]:
    whole = Part()
    for part in parts:
        whole.join(part)
    return [whole] if whole.paragraphs else []


def _check_installed() -> None:
    try:
        import trafilatura  # noqa: F401
    except ImportError as error:
        raise DataError(f"web pages need `pip install byeori[web]` ({error})") from error
