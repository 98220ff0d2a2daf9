"""The data source `chemistry/chemrxiv`: preprints of chemistry, with their authors' keywords."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from byeori import DataError, Document
from byeori_chemistry.crossref import plain_markup
from byeori_plugins.sources import (
    ApiConfig,
    ApiSource,
    Fetcher,
    RefusedError,
    json_object,
    one_line,
)


class ChemRxivConfig(ApiConfig):
    """Settings of `chemistry/chemrxiv`."""

    term: str = Field("", description="Words to search for; empty is everything.")
    since: str = Field(
        "",
        pattern=r"^(\d{4}-\d{2}-\d{2})?$",
        description="Preprints posted since that day, as 2023-01-31.",
    )
    until: str = Field(
        "", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Preprints posted up to that day."
    )
    base_url: str = Field(
        "https://chemrxiv.org/engage/chemrxiv/public-api/v1/items",
        description="Where the interface is.",
    )
    page_size: int = Field(50, ge=1, le=50, description="Records asked for at once; 50 at most.")


class ChemRxiv(ApiSource[ChemRxivConfig]):
    """Titles and abstracts of ChemRxiv's preprints; those without an abstract are listed.

    The licence is the record's. Metadata: `id`, `doi`, `keywords`, `categories`, `subject`,
    `authors`, `published`, `version`.
    """

    name = "chemrxiv"
    version = 1
    config_model = ChemRxivConfig

    def records(self, fetcher: Fetcher) -> Iterator[Mapping[str, Any]]:
        """The preprints, page by page, oldest first, so that new ones come last."""
        config, skip, total = self.config, 0, 1
        while skip < total:
            page = fetcher.get(config.base_url, _hits, self._asked(skip))
            hits = page["itemHits"]
            yield from (hit["item"] for hit in hits)
            if not hits:
                return
            skip, total = skip + len(hits), page["totalCount"]

    def _asked(self, skip: int) -> dict[str, str | int]:
        config = self.config
        given = {
            "term": config.term,
            "searchDateFrom": config.since,
            "searchDateTo": config.until,
        }
        asked: dict[str, str | int] = {key: value for key, value in given.items() if value}
        return {
            **asked,
            "sort": "PUBLISHED_DATE_ASC",
            "limit": config.page_size,
            "skip": skip,
        }

    def refused(self, error: RefusedError) -> Exception:
        """ChemRxiv answers 400 to what it does not understand."""
        if error.status == 400:
            return DataError(f"ChemRxiv does not understand the query: {error}")
        return super().refused(error)

    def document(self, record: Mapping[str, Any]) -> Document:
        """Title and abstract."""
        authors = (
            f"{one_line(one.get('firstName'))} {one_line(one.get('lastName'))}".strip()
            for one in record.get("authors") or ()
        )
        doi = one_line(record.get("doi"))
        return Document(
            text=plain_markup(record.get("abstract") or ""),
            title=plain_markup(record["title"]),
            language=self.config.language,
            licence=self.config.licence or one_line((record.get("license") or {}).get("name")),
            origin=f"https://doi.org/{doi}" if doi else f"chemrxiv:{record['id']}",
            metadata=self.described(
                id=record["id"],
                doi=doi,
                keywords=_distinct(record.get("keywords")),
                categories=[one_line(one["name"]) for one in record.get("categories") or ()],
                subject=one_line((record.get("subject") or {}).get("name")),
                authors=[name for name in authors if name],
                published=one_line(record.get("publishedDate"))[:10],
                version=record.get("version"),
            ),
        )


def _distinct(words: Any) -> list[str]:
    kept = {one_line(word).casefold(): one_line(word) for word in reversed(words or ())}
    return [word for word in reversed(kept.values()) if word]


def _hits(body: bytes) -> dict[str, Any]:
    page = json_object(body)
    if not isinstance(page.get("itemHits"), list) or not isinstance(page.get("totalCount"), int):
        raise ValueError("no `itemHits` and `totalCount`")
    return page
