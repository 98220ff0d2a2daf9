"""What the sources of programming interfaces share: pages, keys, rows, and a limit."""

import hashlib
import json
import os
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import Field

from byeori import Context, DataError, DataSource, Document
from byeori.errors import StoppedError
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.files import text_problem
from byeori_plugins.sources.reading import LIMIT, ON_ERROR, BadRow, Handling, Row, documents_of
from byeori_plugins.sources.rows import problem_in
from byeori_plugins.sources.web.fetching import FetchConfig, Fetcher, RefusedError


class ApiConfig(FetchConfig):
    """Settings of every source that asks a collection."""

    base_url: str = Field(description="Where the interface is.")
    language: str = Field("en", description="BCP-47 tag of records that name none.")
    licence: str = Field(
        "", description="Licence of the records; by default what a record says of itself."
    )
    limit: int = Field(1000, ge=1, description=LIMIT)
    on_error: Literal["stop", "skip"] = Field("stop", description=ON_ERROR)


C = TypeVar("C", bound=ApiConfig)
T = TypeVar("T")
_REPEATED = 100
AGAIN = (
    "it gives the same pages again and again. Set a smaller `limit`, or ask anew later, with "
    "another date in `accessed`"
)
"""Of a collection that does not come to an end."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer.

    Attributes:
        records: as the collection gives them.
        total: how many there are in all, or None where it does not say.
    """

    records: tuple[Mapping[str, Any], ...]
    total: int | None = None


class ApiSource(DataSource[C]):
    """A source that asks a collection page by page. Records without a text are listed."""

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield one document a record, in the collection's order.

        Raises:
            StoppedError: the collection cannot be asked now, or refuses the key; the pages so far
                are kept, and the same run goes on from there.
            DataError: it knows no such query, or no record has a text.
        """
        with self.fetcher(context) as fetcher:
            yield from documents_of(
                self._rows(fetcher, context),
                lambda row: self._made(row, context),
                Handling(
                    self._place,
                    self.config.on_error,
                    self.config.limit,
                    nothing="nothing is found by the query",
                ),
                context,
            )

    def fetcher(self, context: Context) -> Fetcher:
        """What fetches the pages; one with a key, for collections that want one."""
        return Fetcher(self.config, context)

    @abstractmethod
    def records(self, fetcher: Fetcher) -> Iterator[Mapping[str, Any]]:
        """The records, in order; pages are fetched as they are needed."""

    @abstractmethod
    def document(self, record: Mapping[str, Any]) -> Document:
        """The document of a record.

        Raises:
            FieldError: the record is not as it should be.
        """

    def refused(self, error: RefusedError) -> Exception:
        """What to raise where the collection refuses a page."""
        return StoppedError(f"{error}; the pages so far are kept")

    def _place(self, origin: str) -> str:
        return origin or self.config.base_url

    def _rows(self, fetcher: Fetcher, context: Context) -> Iterator[Row | BadRow]:
        try:
            url = self.config.base_url
            for number, record in unrepeated(self.records(fetcher), url, context):
                yield Row(f"{url}:{number}", record)
        except RefusedError as error:
            raise self.refused(error) from error

    def _made(self, row: Row | BadRow, context: Context) -> Document | None:
        if isinstance(row, BadRow):
            raise FieldError(row.reason)
        try:
            document = self.document(row.values)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise FieldError(
                f"the record is not as documented ({type(error).__name__}: {error})"
            ) from error
        if not document.text.strip():
            context.reject(document.origin or row.origin, "the record has no abstract")
            return None
        for name, problem in (
            ("text", text_problem(document.text + document.title)),
            ("record", problem_in(document.metadata)),
        ):
            if problem:
                raise FieldError(f"its {name} {problem}")
        return document

    def described(self, **known: Any) -> dict[str, Any]:
        """Metadata without what is empty; with the date of access where the recipe gives one."""
        known |= {"accessed": self.config.accessed}
        return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def unrepeated(records: Iterable[T], url: str, context: Context) -> Iterator[tuple[int, T]]:
    """The records that did not come before, with their numbers from 1; the others are listed.

    Pages overlap where a collection changes while it is asked.

    Raises:
        DataError: a hundred in a row came before, so the collection gives its pages over again.
    """
    seen: set[bytes] = set()
    row = 0
    for number, record in enumerate(records, start=1):
        key = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).digest()
        row = row + 1 if key in seen else 0
        if row == _REPEATED:
            raise DataError(f"{url}: {row} records in a row came before; {AGAIN}")
        if row:
            context.reject(f"{url}:{number}", "the same record came before")
        else:
            seen.add(key)
            yield number, record


def json_object(body: bytes) -> dict[str, Any]:
    """An answer's JSON object.

    Raises:
        ValueError: it is none.
    """
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("a JSON object is needed")
    return value


def key_in(name: str | None, url: str) -> str:
    """The key in an environment variable; empty where none is named.

    Raises:
        StoppedError: it is not set.
    """
    if name is None:
        return ""
    key = os.environ.get(name, "").strip()
    if not key:
        raise StoppedError(
            f"the environment variable {name} is not set; it must hold the key of {url}"
        )
    return key


def one_line(text: object) -> str:
    """A text with single spaces; of anything else nothing."""
    return " ".join(text.split()) if isinstance(text, str) else ""
