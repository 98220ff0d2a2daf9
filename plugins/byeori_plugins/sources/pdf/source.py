"""The data source `pdf`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from byeori import Context, DataError, DataSource, Document
from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.files import files_below, text_problem
from byeori_plugins.sources.pdf.blocks import Tables, read_pages, title_of
from byeori_plugins.sources.pdf.parts import Per, first_title, parts_of, without_running_lines
from byeori_plugins.sources.reading import BadRow, Handling, Row, documents_of
from byeori_plugins.sources.sections import Part, SectionsConfig, joined

NO_TEXT = "a page without text: a picture, or scanned; recognise it (OCR) to use it"

NOTHING = "no page has text: they are pictures, or scanned; recognise them (OCR) first"


class PdfConfig(SectionsConfig):
    """Settings of `pdf`."""

    path: Path = Field(description="A PDF file, or a folder, read with all below it.")
    per: Per = Field(
        "section", description="What a document is: a section, by its heading, a page, or the file."
    )
    tables: Tables = Field(
        "lines",
        description="Tables are found by their ruled lines, by how their text is aligned (finds "
        "more, also what is none), or not at all.",
    )
    running_lines: bool = Field(
        False, description="Keep heads, feet and page numbers, which most pages repeat."
    )


class Pdf(DataSource[PdfConfig]):
    """PDF files: text in reading order, columns one after the other, and tables.

    Metadata: `file`, `page`, `last_page`, `section`, `tables` (rows of cells) and `split_group`.
    Needs `pip install byeori[pdf]`.
    """

    name = "pdf"
    version = 1
    config_model = PdfConfig

    def documents(self, context: Context) -> Iterator[Document]:
        """Yield one document a section, page or file, in order; pages without text are listed.

        Raises:
            DataError: there is no such file, one is damaged or locked and `on_error` is `stop`, or
                none has any text.
        """
        _check_installed()
        files = files_below(self.config.path, (".pdf",))
        yield from documents_of(
            (row for path, name in files for row in self._rows(path, name, context)),
            self._document,
            Handling(self._place, self.config.on_error, self.config.limit, nothing=NOTHING),
            context,
        )

    def _place(self, origin: str) -> str:
        path = self.config.path
        return str((path if path.is_dir() else path.parent) / origin) if origin else str(path)

    def _rows(self, path: Path, name: str, context: Context) -> Iterator[Row | BadRow]:
        if not path.stat().st_size:
            yield BadRow(f"{name}:1", "the file is empty; was it written to the end?")
            return
        try:
            title, parts = self._parts(path, name, context)
        # pdfminer raises some ten types, and whatever a damaged file makes of Python.
        except Exception as error:
            yield BadRow(f"{name}:1", _why(error))
            return
        for part in parts:
            metadata = {"file": name, **part.metadata()}
            if self.config.keep_together:
                metadata["split_group"] = name
            yield Row(f"{name}:{part.first}", {"part": part, "title": title, "metadata": metadata})

    def _parts(self, path: Path, name: str, context: Context) -> tuple[str, list[Part]]:
        with _quiet():
            pages = list(read_pages(path, self.config.tables))
            title = title_of(path)
        for page in pages:
            if not page.blocks:
                context.reject(f"{name}:{page.number}", NO_TEXT)
        if not self.config.running_lines:
            pages = without_running_lines(pages)
        filled = [part for part in parts_of(pages, self.config.per) if part.paragraphs]
        title = title or first_title(pages) or path.stem
        return title, list(joined(filled, self.config.min_characters))

    def _document(self, row: Row | BadRow) -> Document:
        if isinstance(row, BadRow):
            raise FieldError(row.reason)
        part: Part = row.values["part"]
        if problem := text_problem(part.text):
            raise FieldError(f"its text {problem}")
        title = row.values["title"]
        section = part.heading if part.heading != title else ""
        return Document(
            text=part.text,
            title=" / ".join(filter(None, (title, section))),
            language=self.config.language,
            licence=self.config.licence,
            metadata=row.values["metadata"],
            origin=row.origin,
        )


def _why(error: Exception) -> str:
    # pdfplumber wraps what pdfminer raised.
    said = " ".join(filter(None, (repr(error), repr(error.__cause__), repr(error.__context__))))
    if "PDFPasswordIncorrect" in said:
        return "the file is locked with a password"
    return f"cannot be read as PDF: {str(error) or type(error).__name__}"


def _check_installed() -> None:
    try:
        import pdfplumber  # noqa: F401
    except ImportError as error:
        raise DataError(f"PDF files need `pip install byeori[pdf]` ({error})") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """pdfminer logs every oddity of a file; what cannot be read is said in one line."""
    logger = logging.getLogger("pdfminer")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
