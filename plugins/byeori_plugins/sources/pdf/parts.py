"""From blocks on pages to parts of a text: sections by their headings, or pages."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from byeori_plugins.sources.pdf.blocks import Block, Line, PageBlocks
from byeori_plugins.sources.sections import Part, as_markdown

Per = Literal["section", "page", "file"]

_LARGER = 1.12
"""A heading is larger than the text by so much."""
_LONGEST_HEADING = 150
_BULLET = re.compile(r"\s*(?:[•‣◦▪–∙·○●]|[-*]\s|\(?\d{1,2}[.)]\s|[①-⑳]|[가-하]\.\s)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""Kana and ideographs: a line break between two of them is no space."""


def without_running_lines(pages: Sequence[PageBlocks]) -> list[PageBlocks]:
    """The pages without heads, feet and page numbers.

    Those are lines near the upper or lower edge that stand, but for their digits, on at least half
    of the pages (and on three), or are nothing but a number.
    """
    seen = Counter(
        folded
        for page in pages
        for folded in {_folded(line) for line in _all(page) if page.at_edge(line)}
    )
    often = {text for text, count in seen.items() if count >= max(3, len(pages) / 2)}

    def runs(page: PageBlocks, line: Line) -> bool:
        folded = _folded(line)
        number = re.fullmatch(r"\W*#\W*", folded) is not None
        return page.at_edge(line) and (folded in often or number)

    return [
        PageBlocks(
            page.number,
            page.height,
            tuple(
                Block(kept, block.table)
                for block in page.blocks
                if (kept := tuple(ln for ln in block.lines if not runs(page, ln))) or block.table
            ),
        )
        for page in pages
    ]


def _all(page: PageBlocks) -> Iterator[Line]:
    return (line for block in page.blocks for line in block.lines)


def _folded(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()))


def first_title(pages: Sequence[PageBlocks]) -> str:
    """The largest heading of the first page; empty where nothing is larger than the text."""
    body = _body(pages)
    blocks = [block for page in pages[:1] for block in page.blocks if block.lines]
    found = [(-block.lines[0].size, next(_runs(block, body))[0]) for block in blocks]
    return next((text for _, text in sorted(found, key=lambda pair: pair[0]) if text), "")


def _body(pages: Sequence[PageBlocks]) -> float:
    """The size of most of the text, in points."""
    sizes = Counter[float]()
    for page in pages:
        for line in _all(page):
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def parts_of(pages: Sequence[PageBlocks], per: Per) -> Iterator[Part]:
    """The parts of a file, in order; a page without text gives an empty one.

    A heading is larger than most of the text, or of its size and bold.
    """
    body = _body(pages)
    part = Part()
    for page in pages:
        if per == "page":
            part = Part(first=page.number, last=page.number)
        for block in page.blocks:
            for heading, text in _runs(block, body):
                if heading and per == "section" and part.paragraphs:
                    yield part
                    part = Part()
                part.heading = part.heading or heading
                part.first, part.last = part.first or page.number, page.number
                part.paragraphs.append(heading or text)
            if block.table is not None:
                part.first, part.last = part.first or page.number, page.number
                part.tables.append(block.table)
                part.paragraphs.append(as_markdown(block.table))
        if per == "page":
            yield part
    if per != "page" and part.paragraphs:
        yield part


def _runs(block: Block, body: float) -> Iterator[tuple[str, str]]:
    """The headings and the paragraphs of a block: of each pair one is empty."""
    for heads, run in itertools.groupby(block.lines, key=lambda line: _heads(line, body)):
        lines = list(run)
        text = " ".join(" ".join(line.text.split()) for line in lines)
        if heads and len(text) <= _LONGEST_HEADING and any(char.isalpha() for char in text):
            yield text, ""
        else:
            yield "", paragraph(lines)


def _heads(line: Line, body: float) -> bool:
    return line.size >= body * _LARGER or (line.bold and line.size >= body * 0.98)


def paragraph(lines: Sequence[Line]) -> str:
    """Lines as running text; entries of lists, and lines of code, stay lines.

    A hyphen is taken off where a letter stands before it and a small one begins the next line.
    """
    text, fixed = "", False
    for line in lines:
        new = line.text.rstrip() if line.fixed else " ".join(line.text.split())
        code, fixed = fixed and line.fixed, line.fixed
        if not text:
            text = new
        elif re.search(r"[^\W\d_]-$", text) and new[:1].islower():
            text = text[:-1] + new
        elif code or _BULLET.match(new):
            text += "\n" + new
        elif _CJK.match(text[-1]) and _CJK.match(new):
            text += new
        else:
            text += " " + new
    return text.replace("\u00ad ", "").replace("\u00ad", "")
