"""The data source `nasa/sbir-api`: award records from SBIR.gov's interface, page by page."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from byeori import Context, StoppedError
from byeori_nasa.awards import Records, RecordsConfig
from byeori_plugins.sources import BadRow, FetchConfig, Fetcher, RefusedError, Row, unrepeated

PAGE = 100
"""Records of one page; SBIR.gov gives no more."""


class AwardsApiConfig(RecordsConfig, FetchConfig):
    """Settings of `nasa/sbir-api`."""

    agency: str = Field("NASA", description="Agency to ask for, by SBIR.gov's code.")
    year: int | None = Field(None, ge=1983, description="Year of the award; every year by default.")
    base_url: str = Field(
        "https://api.www.sbir.gov/public/api/awards", description="Where the interface is."
    )


class AwardsApi(Records[AwardsApiConfig]):
    """SBIR and STTR awards, asked of SBIR.gov and checked as `nasa/sbir` does.

    The bulk file is the better way: it is whole, and SBIR.gov refuses some who ask.
    """

    name = "sbir-api"
    version = 1
    config_model = AwardsApiConfig

    def place(self, origin: str) -> str:
        """The interface's URL."""
        return origin or self.config.base_url

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """The records, page by page; an origin is the URL with the record's number.

        Raises:
            StoppedError: SBIR.gov refuses, or cannot be asked now.
        """
        config = self.config
        asked: dict[str, str | int] = {"agency": config.agency, "rows": PAGE}
        if config.year is not None:
            asked["year"] = config.year
        with Fetcher(config, context) as fetcher:
            records = self._records(fetcher, asked)
            for number, record in unrepeated(records, config.base_url, context):
                origin = f"{config.base_url}:{number}"
                if isinstance(record, dict):
                    yield Row(origin, record)
                else:
                    yield BadRow(origin, "the record is no object", str(record))

    def _records(self, fetcher: Fetcher, asked: dict[str, str | int]) -> Iterator[Any]:
        for start in itertools.count(0, PAGE):
            try:
                page = fetcher.get(self.config.base_url, _records, {**asked, "start": start})
            except RefusedError as error:
                raise StoppedError(_advice(error)) from error
            yield from page
            if len(page) < PAGE:
                return


def _records(body: bytes) -> list[Any]:
    page = json.loads(body)
    if not isinstance(page, list):
        raise ValueError("a list of awards is needed (SBIR.gov may be under maintenance)")
    return page


def _advice(error: RefusedError) -> str:
    return (
        f"{error}; SBIR.gov refuses some who ask. Download its bulk file of awards with abstracts "
        "(sbir.gov, Data Resources) and read it with `use: nasa/sbir`"
    )
