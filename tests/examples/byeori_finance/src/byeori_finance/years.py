"""A filter: keeps the reports of some fiscal years."""

from collections.abc import Iterable, Iterator

from byeori import Config, Context, Document, Filter
from pydantic import Field


class FiscalYearsConfig(Config):
    """Settings of `finance/fiscal-years`."""

    first: int = Field(1900, description="Earliest fiscal year that is kept.")
    last: int = Field(2100, description="Latest fiscal year that is kept.")


class FiscalYears(Filter[FiscalYearsConfig]):
    """Keeps the reports of the fiscal years from `first` to `last`."""

    name = "fiscal-years"
    version = 1
    config_model = FiscalYearsConfig
    applies_to = "documents"  # so it stands under `documents:`; the default is "examples"

    def keep(self, examples: Iterable[Document], context: Context) -> Iterator[Document]:
        """Yield what stays; say of everything else why it goes, and the report will count it."""
        for report in examples:
            if self.config.first <= report.metadata["year"] <= self.config.last:
                yield report
            else:
                context.reject(report.id, "fiscal year out of range", report.title)
