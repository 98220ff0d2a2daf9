"""The document filter `science/papers`: what of a paper is worth learning, as plain text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydantic import Field, field_validator

from byeori import Config, Context, Document, Filter
from byeori_science.papers import latex
from byeori_science.papers.licences import spdx

SECTIONS = (
    "references", "bibliography", "literature cited", "works cited", "acknowledgements",
    "acknowledgments", "acknowledgement", "acknowledgment", "author contributions",
    "credit authorship contribution statement", "conflict of interest", "conflicts of interest",
    "competing interests", "declaration of competing interest", "funding", "data availability",
    "data availability statement", "supplementary material", "supplementary information",
    "ethics statement", "참고문헌", "감사의 글", "사사", "후기", "저자 기여", "이해관계",
    "이해 상충", "연구비 지원", "데이터 가용성",
)  # fmt: skip
"""Headings of what is no content of a paper."""

_NUMBER = re.compile(r"^[\s#*]*(?:(?:\d+|[IVX]+|[Ⅰ-Ⅹ])(?:\.\d+)*[.)]?\s+)?")
_MARKERS = re.compile(r"\s?\[\d{1,3}(?:\s?[-–,;]\s?\d{1,3})*\]")
_HEADING = re.compile(
    r"^(?:#{1,6}\s.*|(?:\d+|[IVX]+|[Ⅰ-Ⅹ])(?:\.\d+)*\.?\s+\S.{0,60}|[A-Z가-힣].{0,60})$"
)


class PapersConfig(Config):
    """Settings of `science/papers`."""

    drop_sections: tuple[str, ...] = Field(
        SECTIONS,
        description="Headings of sections that are left out, whatever their number and case.",
    )
    citations: bool = Field(
        True, description="Take citation marks such as [3] and [1, 4-6] out of the text."
    )
    latex: bool = Field(
        True,
        description="Turn formulas and commands of LaTeX into text (needs byeori[science]); what "
        "is none stays as it is.",
    )
    licences: bool = Field(
        True, description="Write licences as SPDX has them, where that is certain."
    )
    min_characters: int = Field(
        40, ge=1, description="Shortest text that is left of a document; a shorter one is dropped."
    )

    @field_validator("latex")
    @classmethod
    def _can_be_read(cls, value: bool) -> bool:  # a field's value
        if value and not latex.installed():
            raise ValueError(f"{latex.MISSING}, or set `latex: false`")
        return value


class Papers(Filter[PapersConfig]):
    """Leaves out references and other sections that are no content, LaTeX and citation marks."""

    name = "papers"
    version = 1
    config_model = PapersConfig
    applies_to = "documents"
    rewrites = True

    def keep(self, examples: Iterable[Document], context: Context) -> Iterator[Document]:
        """Yield what is left of each document; sections of their own are dropped whole."""
        dropped = frozenset(map(heading_name, self.config.drop_sections))
        for document in examples:
            own = heading_name(str(document.metadata.get("section") or ""))
            if own in dropped:
                context.reject(document.id, f"a section that is no content: {own}")
                continue
            text = self._text(document.text, dropped, context)
            if len(text) < self.config.min_characters:
                context.reject(document.id, "too little text is left", text)
                continue
            licence = spdx(document.licence) if self.config.licences else document.licence
            title = self._plain(document.title)
            changed = replace(document, text=text, title=title, licence=licence)
            yield document if changed == document else changed

    def _text(self, text: str, dropped: frozenset[str], context: Context) -> str:
        kept = without_sections(text, dropped)
        if kept != text:
            context.count("documents with sections cut")
        if self.config.citations and (marks := len(_MARKERS.findall(kept))):
            kept = _MARKERS.sub("", kept)
            context.count("citation marks taken out", marks)
        plain = self._plain(kept)
        if plain != kept:
            context.count("documents with LaTeX made text")
        return plain.strip() if plain != text else text

    def _plain(self, text: str) -> str:
        return latex.without_latex(text) if self.config.latex else text


def heading_name(line: str) -> str:
    """A heading without its number, marks and case: `## 7. References:` is `references`."""
    return " ".join(_NUMBER.sub("", line, count=1).strip(" *:：.#").casefold().split())


def without_sections(text: str, dropped: frozenset[str]) -> str:
    """A text without the sections that a line of their heading begins.

    Such a section goes on to the next line that stands alone like a heading; the list of references
    is the last there is, or followed by one.
    """
    lines, kept, inside = text.splitlines(keepends=True), [], False
    for place, line in enumerate(lines):
        bare = line.strip()
        if heading_name(bare) in dropped and len(bare) < 60:
            inside = True
        elif inside and _alone(lines, place) and _HEADING.match(bare) and not bare.endswith("."):
            inside = False
        if not inside:
            kept.append(line)
    return "".join(kept).rstrip() if len(kept) < len(lines) else text


def _alone(lines: list[str], place: int) -> bool:
    """Whether a line has nothing directly above it."""
    return place == 0 or not lines[place - 1].strip()
