"""The data source `{{ name }}/records`: documents out of your records, each of them checked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from byeori import Config, Context, DataSource, Document


class RecordsConfig(Config):
    """What a recipe may write beside `use: {{ name }}/records`."""

    # A Path is relative to the recipe's folder. A file whose content changed is read again.
    path: Path = Field(description="JSON lines: `title`, `text`, and the fields to be asked about.")
    language: str = Field("en", description="Language of the records, by its ISO 639-1 code.")
    licence: str = Field("", description="Licence of the records, by its SPDX identifier.")


class Records(DataSource[RecordsConfig]):
    """Records with a title and a text, one JSON object a line."""

    name = "records"
    version = 1  # raise it when the same file would give other documents
    config_model = RecordsConfig

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield a document a record; one that cannot be used is rejected, with place and reason."""
        with self.config.path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                where = f"{self.config.path.name}:{number}"
                record, problem = _read(line)
                if problem:
                    context.reject(where, problem, line)
                    continue
                yield Document(
                    text=record.pop("text"),
                    title=record.pop("title"),
                    language=self.config.language,
                    licence=self.config.licence,
                    origin=where,
                    metadata=record,  # what is left: the generator asks about it
                )  # no id: byeori fills in a hash of the content


def _read(line: str) -> tuple[dict[str, Any], str]:
    """The record of a line, or why it cannot be used. Put what your field knows here."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}, "not JSON"
    if not isinstance(record, dict):
        return {}, "not a JSON object"
    for name in ("title", "text"):
        if not isinstance(record.get(name), str) or not record[name].strip():
            return {}, f"no {name}"
    return record, ""
