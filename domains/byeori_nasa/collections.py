"""The data sources `nasa/ntrs` and `nasa/techport`: NASA's reports and technology projects."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from byeori import DataError, Document
from byeori_nasa.columns import clean
from byeori_plugins.sources import (
    ApiConfig,
    ApiSource,
    Fetcher,
    RefusedError,
    json_object,
    one_line,
)

_NTRS_WINDOW = 10_000
"""Records that one query of NTRS gives at most; a narrower query gives the others."""


class NtrsConfig(ApiConfig):
    """Settings of `nasa/ntrs`."""

    query: str = Field(min_length=1, description="Words to search for.")
    center: str = Field("", description="NASA centre by its code, such as GRC; all by default.")
    base_url: str = Field(
        "https://ntrs.nasa.gov/api/citations/search", description="Where the interface is."
    )
    page_size: int = Field(100, ge=1, le=100, description="Records asked for at once.")


class Ntrs(ApiSource[NtrsConfig]):
    """Titles and abstracts of NASA's technical reports; those without an abstract are listed.

    The licence is what NTRS says of copyright (`GOV_PUBLIC_USE_PERMITTED`). Metadata: `id`,
    `authors`, `center`, `type`, `published`, `keywords`, `subjects`.
    """

    name = "ntrs"
    version = 1
    config_model = NtrsConfig

    def records(self, fetcher: Fetcher) -> Iterator[Mapping[str, Any]]:
        """The reports, page by page."""
        config = self.config
        asked: dict[str, str | int] = {"q": config.query, "page.size": config.page_size}
        if config.center:
            asked["center"] = config.center
        start, total = 0, 1
        while start < min(total, _NTRS_WINDOW):
            asked["page.from"] = start
            page = fetcher.get(config.base_url, _citations, asked)
            yield from page["results"]
            start, total = start + config.page_size, page["stats"]["total"]
        if total > _NTRS_WINDOW:
            raise DataError(
                f"NTRS has {total} reports for the query and gives {_NTRS_WINDOW} of them; narrow "
                "it with `center` or more words, or set a smaller `limit`"
            )

    def document(self, record: Mapping[str, Any]) -> Document:
        """Title and abstract."""
        published = [one.get("publicationDate") for one in record.get("publications") or ()]
        return Document(
            text=clean(record.get("abstract") or ""),
            title=clean(record["title"]),
            language=self.config.language,
            licence=self.config.licence
            or (record.get("copyright") or {}).get("determinationType", ""),
            origin=f"https://ntrs.nasa.gov/citations/{record['id']}",
            metadata=self.described(
                id=record["id"],
                authors=[_author(one) for one in record.get("authorAffiliations") or ()],
                center=(record.get("center") or {}).get("code"),
                type=record.get("stiType"),
                published=next((date[:10] for date in published if date), None),
                keywords=record.get("keywords"),
                subjects=record.get("subjectCategories"),
            ),
        )


def _citations(body: bytes) -> dict[str, Any]:
    page = json_object(body)
    stats = page.get("stats")
    if not isinstance(page.get("results"), list) or not isinstance(stats, dict):
        raise ValueError("no `results` and `stats`")
    if not isinstance(stats.get("total"), int):
        raise ValueError("no number of results in `stats`")
    return page


def _author(affiliation: Mapping[str, Any]) -> str:
    return one_line(affiliation["meta"]["author"]["name"])


class TechPortConfig(ApiConfig):
    """Settings of `nasa/techport`."""

    updated_since: str = Field(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="Projects that were changed since that day, as 2020-01-31; TechPort asks for "
        "one.",
    )
    base_url: str = Field(
        "https://techport.nasa.gov/api/projects", description="Where the interface is."
    )
    licence: str = Field("US-Government-Work", description="Licence of the records.")


class TechPort(ApiSource[TechPortConfig]):
    """NASA's technology projects: description and benefits, one request a project.

    Metadata: `id`, `status`, `start`, `end`, `trl` (at the start, now, at the end), `program`,
    `organization`, `updated`.
    """

    name = "techport"
    version = 1
    config_model = TechPortConfig

    def records(self, fetcher: Fetcher) -> Iterator[Mapping[str, Any]]:
        """The projects, by their numbers."""
        config = self.config
        listed = fetcher.get(config.base_url, _listed, {"updatedSince": config.updated_since})
        for number in listed:
            try:
                yield fetcher.get(f"{config.base_url}/{number}", _project)
            except RefusedError as error:
                if error.status != 404:
                    raise
                # Taken away since; without a text, it is listed among those that have none.
                yield {"projectId": number, "title": ""}

    def refused(self, error: RefusedError) -> Exception:
        """TechPort answers 400 to a date it does not understand."""
        if error.status == 400:
            return DataError(f"TechPort does not understand the query: {error}")
        return super().refused(error)

    def document(self, record: Mapping[str, Any]) -> Document:
        """Title, description and benefits."""
        parts = (_plain(record.get(name)) for name in ("description", "benefits"))
        return Document(
            text="\n\n".join(filter(None, parts)),
            title=one_line(record["title"]),
            language=self.config.language,
            licence=self.config.licence,
            origin=f"https://techport.nasa.gov/projects/{record['projectId']}",
            metadata=self.described(
                id=record["projectId"],
                status=record.get("statusDescription") or record.get("status"),
                start=record.get("startDateString"),
                end=record.get("endDateString"),
                trl=[record.get(name) for name in _TRL if record.get(name) is not None],
                program=(record.get("program") or {}).get("title"),
                organization=(record.get("leadOrganization") or {}).get("organizationName"),
                updated=record.get("lastUpdated"),
            ),
        )


_TRL = ("startTrl", "currentTrl", "endTrl")


def _listed(body: bytes) -> list[int]:
    listed = json_object(body).get("projects")
    if not isinstance(listed, list):
        raise ValueError("no `projects`")
    try:
        return sorted(int(one["projectId"]) for one in listed)
    except (KeyError, TypeError) as error:
        raise ValueError(f"a project without its number ({error})") from error


def _project(body: bytes) -> dict[str, Any]:
    project = json_object(body).get("project")
    if not isinstance(project, dict):
        raise ValueError("no `project`")
    return project


def _plain(text: object) -> str:
    """A text without the tags that some descriptions have."""
    if not isinstance(text, str) or not text.strip():
        return ""
    from lxml import html

    return clean(html.fromstring(f"<div>{text}</div>").text_content())
