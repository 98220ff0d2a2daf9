"""The examples of a run that people review, and the documents beside them."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from byeori.browsing import DataStage, RunData
from byeori.browsing.table import batches
from byeori.bulk import Rows
from byeori.errors import DataError
from byeori.records import Document, Example
from byeori.review.records import FIELDS

BEFORE = "before-review.arrow"
"""What the filter `reviewed` was given; it keeps it in the artifact of the examples."""


class Subject:
    """Examples and documents of a run, read row by row.

    Attributes:
        run: the run.
        path: the file of the examples.
    """

    def __init__(self, run: RunData) -> None:
        """Find the files.

        Raises:
            DataError: the run has no examples yet.
        """
        (stage,) = run.of_kind("examples")
        if stage.state != "done" or stage.folder is None:
            raise DataError(
                f"{run.name} has no examples yet; run the recipe first, or try it on some "
                "documents with `byeori run RECIPE --sample 20`"
            )
        self.run = run
        before = stage.folder / BEFORE
        self.path = before if before.exists() else stage.folder / "examples.arrow"
        self.name = f"{stage.fingerprint}/{self.path.name}"
        self._documents_file = _file_of(run.of_kind("documents")[0])

    @cached_property
    def examples(self) -> Rows[Example]:
        """The examples, memory-mapped."""
        return Rows(self.path, Example)

    @cached_property
    def documents(self) -> Rows[Document] | None:
        """The documents, memory-mapped; None where they are gone."""
        path = self._documents_file
        return Rows(path, Document) if path is not None and path.exists() else None

    def heads(self) -> Iterator[tuple[str, str, str, str]]:
        """Id, document, task and language of every example, in order."""
        for batch in batches(self.path, whole=True):
            columns = (batch.column(n) for n in ("id", "document_id", "task", "language"))
            yield from zip(*(column.to_pylist() for column in columns), strict=True)

    def document_ids(self) -> Iterator[str]:
        """Ids of the documents, in order."""
        if self.documents is not None:
            for batch in batches(self.documents.path, whole=True):
                yield from batch.column("id").to_pylist()


def _file_of(stage: DataStage) -> Path | None:
    return stage.files[0] if stage.files else None


def texts(example: Example) -> dict[str, str]:
    """The texts a reviewer can change."""
    return {name: getattr(example, name) for name in FIELDS}
