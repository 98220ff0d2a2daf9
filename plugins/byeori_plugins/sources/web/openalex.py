"""The data source `openalex`: abstracts of OpenAlex's works."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from byeori import Context, DataError, Document
from byeori.errors import StoppedError
from byeori_plugins.sources.web.api import (
    AGAIN,
    ApiConfig,
    ApiSource,
    json_object,
    key_in,
    one_line,
)
from byeori_plugins.sources.web.fetching import MANNER, Fetcher, RefusedError

_FIELDS = (
    "id,doi,title,display_name,language,publication_date,type,cited_by_count,authorships,"
    "primary_location,best_oa_location,primary_topic,abstract_inverted_index"
)


class OpenAlexConfig(ApiConfig):
    """Settings of `openalex`."""

    filter: str = Field(
        "", description="As in OpenAlex's manual: `topics.id:T10192,publication_year:2020-2023`."
    )
    search: str = Field("", description="Words to search titles, abstracts and texts for.")
    api_key_env: str | None = Field(
        "OPENALEX_API_KEY",
        description="Environment variable that holds the key, which OpenAlex asks for since "
        "February 2026; null sends none.",
        json_schema_extra=MANNER,
    )
    base_url: str = Field("https://api.openalex.org/works", description="Where the interface is.")
    page_size: int = Field(100, ge=1, le=100, description="Records asked for at once.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.filter.strip() and not self.search.strip():
            raise ValueError("give a `filter`, or words to `search` for, or both")
        return self


class OpenAlex(ApiSource[OpenAlexConfig]):
    """Titles and abstracts of works in OpenAlex; those without an abstract are listed.

    Language and licence are those of the record (the licence that of where it is published, or of
    its best open copy). Metadata: `id`, `doi`, `authors`, `published`, `type`, `journal`, `topic`,
    `citations`.
    """

    name = "openalex"
    version = 1
    config_model = OpenAlexConfig

    def fetcher(self, context: Context) -> Fetcher:
        """One with the key."""
        key = key_in(self.config.api_key_env, self.config.base_url)
        return Fetcher(self.config, context, secret={"api_key": key} if key else None)

    def records(self, fetcher: Fetcher) -> Iterator[Mapping[str, Any]]:
        """The works, page by page, each named by the one before (cursor)."""
        cursor: str | None = "*"
        seen: set[str] = set()
        while cursor:
            if cursor in seen:
                raise DataError(f"{self.config.base_url}: a cursor that came before; {AGAIN}")
            seen.add(cursor)
            page = fetcher.get(self.config.base_url, _page, self._params(cursor))
            yield from page["results"]
            cursor = page["meta"].get("next_cursor") if page["results"] else None

    def _params(self, cursor: str) -> dict[str, str | int]:
        asked = {"filter": self.config.filter, "search": self.config.search}
        return {
            **{name: value for name, value in asked.items() if value.strip()},
            "per_page": self.config.page_size,
            "select": _FIELDS,
            "cursor": cursor,
        }

    def refused(self, error: RefusedError) -> Exception:
        """OpenAlex explains what is wrong with a filter, and wants a key for cursors."""
        if error.status == 400:
            return DataError(f"OpenAlex does not understand the query: {error}")
        if error.status in (401, 403):
            return StoppedError(
                f"{error}; OpenAlex wants a key: get a free one at openalex.org and put it into "
                f"the environment variable {self.config.api_key_env or '`api_key_env` names'}"
            )
        return super().refused(error)

    def document(self, record: Mapping[str, Any]) -> Document:
        """Title and abstract."""
        places = [record.get(name) or {} for name in ("primary_location", "best_oa_location")]
        licence = next((place["license"] for place in places if place.get("license")), "")
        authors = (one.get("author") or {} for one in record.get("authorships") or ())
        return Document(
            text=plain_abstract(record.get("abstract_inverted_index") or {}),
            title=one_line(record.get("title") or record.get("display_name")),
            language=record.get("language") or self.config.language,
            licence=self.config.licence or licence,
            origin=record["id"],
            metadata=self.described(
                id=record["id"].rpartition("/")[2],
                doi=record.get("doi"),
                authors=[one["display_name"] for one in authors if one.get("display_name")],
                published=record.get("publication_date"),
                type=record.get("type"),
                journal=(places[0].get("source") or {}).get("display_name"),
                topic=(record.get("primary_topic") or {}).get("display_name"),
                citations=record.get("cited_by_count"),
            ),
        )


def _page(body: bytes) -> dict[str, Any]:
    page = json_object(body)
    if not isinstance(page.get("results"), list) or not isinstance(page.get("meta"), dict):
        raise ValueError("no `results` and `meta`")
    return page


def plain_abstract(index: Mapping[str, list[int]]) -> str:
    """An abstract of its inverted index: by word, the places where it stands, from 0."""
    words = {place: word for word, places in index.items() for place in places}
    return " ".join(words[place] for place in sorted(words))
