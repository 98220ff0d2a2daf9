"""What stands on the pages of a PDF file: blocks of text in reading order, and tables.

pdfminer.six finds lines, blocks and columns; pdfplumber finds tables. Both come with the extra
`byeori[pdf]`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from byeori_plugins.sources.sections import Table

if TYPE_CHECKING:
    from pdfplumber.page import Page

Tables = Literal["lines", "text", "none"]

_LAYOUT = {"word_margin": 0.15, "line_margin": 0.75}
"""Spaces are often not written: a gap of 15 % of the character's height is one. Lines with up to
75 % of it between them are one paragraph: Korean text is usually set at 160 %."""
_EDGE = 0.12
"""Share of a page's height, at the top and at the bottom, where running lines stand."""
_LEADERS = re.compile(r"(?:\.[ ]?){5,}\s*[\divxlc]+$", re.IGNORECASE)
"""A line of a table of contents, with dots up to its page number."""
_MACHINE_TITLE = re.compile(
    r"^(untitled|microsoft word|slide 1)|\.(docx?|tex|dvi|pdf|indd|hwp)$", re.IGNORECASE
)
_FIXED = re.compile(r"courier|mono|cmtt|typewriter|consol", re.IGNORECASE)
_BOLD = re.compile(r"bold|black|heavy|cmbx|medi$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text.

    Attributes:
        top, bottom, left, right: in points, from the page's upper left corner.
        size: of most of its characters, in points.
        bold, fixed: whether all of them are bold, or of a typewriter's width.
    """

    text: str
    top: float
    bottom: float
    left: float
    right: float
    size: float
    bold: bool
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, or a table."""

    lines: tuple[Line, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class PageBlocks:
    """One page: its blocks in reading order.

    Attributes:
        number: from 1.
        height: in points.
    """

    number: int
    height: float
    blocks: tuple[Block, ...]

    def at_edge(self, line: Line) -> bool:
        """Whether a line stands where running heads and page numbers do."""
        edge = self.height * _EDGE
        return line.bottom < edge or line.top > self.height - edge


def read_pages(path: Path, tables: Tables) -> Iterator[PageBlocks]:
    """The pages of a file, one after the other."""
    import pdfplumber

    with pdfplumber.open(path, laparams=_LAYOUT) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            yield PageBlocks(number, float(page.height), tuple(_blocks(page, tables)))
            page.close()


def title_of(path: Path) -> str:
    """The title the file gives itself; empty where it is a program's or a file's name."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        title = pdf.metadata.get("Title", "")
    text = " ".join(title.split()) if isinstance(title, str) else ""
    return "" if _MACHINE_TITLE.search(text) else text


def _blocks(page: "Page", tables: Tables) -> list[Block]:
    found = _tables(page, tables)
    blocks: list[Block] = []
    for box in _boxes(page.layout):
        lines = [line for line in _lines(box, float(page.height)) if not _inside(line, found)]
        if lines:
            blocks.append(Block(tuple(lines)))
    for bounds, table in found:
        blocks.insert(_place(blocks, bounds), Block(table=table))
    return blocks


def _boxes(layout: Any) -> Iterator[Any]:
    """The text boxes of a page, columns one after the other (pdfminer sorts them so)."""
    from pdfminer.layout import LTFigure, LTTextBox

    for element in layout:
        if isinstance(element, LTTextBox):
            yield element
        elif isinstance(element, LTFigure):
            yield from _boxes(element)


def _lines(box: Any, height: float) -> Iterator[Line]:
    from pdfminer.layout import LTChar, LTTextLine

    for line in box:
        if not isinstance(line, LTTextLine):
            continue
        chars = [char for char in line if isinstance(char, LTChar) and char.get_text().strip()]
        text = line.get_text().replace("\x00", "").rstrip("\n")
        if chars and text.strip() and not _LEADERS.search(text.strip()):
            sizes = Counter(round(float(char.size), 1) for char in chars)
            yield Line(
                text=text,
                top=height - line.y1,
                bottom=height - line.y0,
                left=line.x0,
                right=line.x1,
                size=sizes.most_common(1)[0][0],
                bold=all(_BOLD.search(char.fontname) for char in chars),
                fixed=all(_FIXED.search(char.fontname) for char in chars),
            )


Bounds = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def _tables(page: "Page", tables: Tables) -> list[tuple[Bounds, Table]]:
    if tables == "none":
        return []
    settings = {"vertical_strategy": tables, "horizontal_strategy": tables}
    found = []
    for table in page.find_tables(settings):
        rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
        rows = [row for row in rows if any(row)]
        # One row, or one column, is a box around text.
        columns = [column for column in zip(*rows, strict=True) if any(column)]
        if len(rows) > 1 and len(columns) > 1:
            found.append((table.bbox, rows))
    return found


def _inside(line: Line, tables: Sequence[tuple[Bounds, Table]]) -> bool:
    x, y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    return any(x0 <= x <= x1 and top <= y <= bottom for (x0, top, x1, bottom), _ in tables)


def _place(blocks: Sequence[Block], bounds: Bounds) -> int:
    """Where a table belongs: after the last block above it, in its own column."""
    left, top, right, _ = bounds
    above = [
        number
        for number, block in enumerate(blocks, start=1)
        if block.lines
        and block.lines[0].top < top
        and min(line.left for line in block.lines) < right
        and max(line.right for line in block.lines) > left
    ]
    return above[-1] if above else 0
