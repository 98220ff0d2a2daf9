"""A data source: annual reports, one JSON object a line."""

import json
from collections.abc import Iterator
from pathlib import Path

from byeori import Config, Context, DataSource, Document
from pydantic import Field

NEEDED = ("company", "year", "language", "text")


class FilingsConfig(Config):
    """Settings of `finance/filings`."""

    # A Path is relative to the recipe's folder, and a changed file makes the stage run again.
    path: Path = Field(description="JSON lines: company, year, language, text and the figures.")
    licence: str = Field("CC0-1.0", description="Licence of the reports.")


class Filings(DataSource[FilingsConfig]):
    """Annual reports, one JSON object a line."""

    name = "filings"
    version = 1  # raise it when the same file would give other documents
    config_model = FilingsConfig

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield a document a report; a line that cannot be used is rejected with the reason."""
        # Not splitlines(): a text may hold line breaks of other kinds, such as U+2028.
        lines = self.config.path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        for number, line in enumerate(lines, start=1):
            where = f"{self.config.path.name}:{number}"
            try:
                row = json.loads(line)
                missing = [name for name in NEEDED if not row.get(name)]
            except (ValueError, AttributeError):
                context.reject(where, "not a JSON object", line)
                continue
            if missing:
                context.reject(where, f"no {', '.join(missing)}", line)
                continue
            yield Document(
                text=row.pop("text"),
                title=f"{row['company']} {row['year']}",
                language=row["language"],
                licence=self.config.licence,
                origin=where,
                metadata=row,  # whatever is left; the generator and the filter read it
            )  # no id: byeori fills in a hash of the content
