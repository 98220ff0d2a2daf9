"""PDF files: text in reading order, sections, tables."""

from byeori_plugins.sources.pdf.source import Pdf, PdfConfig

__all__ = ["Pdf", "PdfConfig"]
