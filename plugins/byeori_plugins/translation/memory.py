"""Translation memories: what people have translated already, found again word for word."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byeori import DataError
from byeori_plugins.sources.files import files_below
from byeori_plugins.sources.forms import read_rows, recognise_form
from byeori_plugins.sources.opening import plain_name
from byeori_plugins.sources.reading import BadRow
from byeori_plugins.translation.sentences import segments
from byeori_plugins.translation.tmx import Unit, is_language, read_tmx

ENDINGS = (".tmx", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
"""Of the files that are read where a memory is a folder."""


@dataclass(frozen=True, slots=True)
class Found:
    """A translation that a memory has.

    Attributes:
        text: the translation.
        origin: where it stands, `file:line`; several for a text put together of its sentences.
    """

    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class _Entry:
    found: Found
    date: str


class Memory:
    """A translation memory for one target language, held whole.

    A text is looked for as it stands, but for white space around it, line ends and Unicode's
    composition (NFC); then sentence by sentence, and found where all of them are. Nothing that is
    only similar is taken.
    """

    def __init__(self, path: Path, target: str) -> None:
        """Read the memory.

        Args:
            path: a file, or a folder of files.
            target: BCP-47 tag of the language to translate into.

        Raises:
            DataError: a file cannot be read, or holds nothing in this language.
        """
        self.several = 0
        """Texts with more than one translation; the newest is taken, or else the last."""
        self._entries: dict[str, dict[str, _Entry]] = {}
        languages: set[str] = set()
        for file, name in files_below(path, ENDINGS):
            for unit in units(file, name):
                languages |= unit.texts.keys()
                self._take(unit, target)
        if not self._entries:
            there = ", ".join(f"`{language}`" for language in sorted(languages)) or "no text"
            raise DataError(f"{path}: the memory has nothing in `{target}`; there is {there}")

    def __len__(self) -> int:
        """How many texts have a translation."""
        return sum(map(len, self._entries.values()))

    def find(self, text: str, source: str) -> Found | None:
        """The translation of a text, or None.

        Args:
            text: in one or more sentences.
            source: BCP-47 tag of its language; empty where that is not known.
        """
        return self._exact(text, source) or self._by_sentences(text, source)

    def _exact(self, text: str, source: str) -> Found | None:
        key = _key(text)
        for language, entries in self._entries.items():
            if key in entries and (not source or same_tag(language, source)):
                return entries[key].found
        return None

    def _by_sentences(self, text: str, source: str) -> Found | None:
        pieces, origins = [], []
        for piece, translated in segments(text):
            if not translated:
                pieces.append(piece)
                continue
            found = self._exact(piece, source)
            if found is None:
                return None
            pieces.append(found.text)
            origins.append(found.origin)
        return Found("".join(pieces), ", ".join(dict.fromkeys(origins)))

    def _take(self, unit: Unit, target: str) -> None:
        said = [text for language, text in unit.texts.items() if same_tag(language, target)]
        if not said:
            return
        entry = _Entry(
            Found(unicodedata.normalize("NFC", said[-1].strip()), unit.origin), unit.date
        )
        for language, text in unit.texts.items():
            if same_tag(language, target):
                continue
            entries = self._entries.setdefault(language, {})
            before = entries.get(_key(text))
            if before is not None and before.found.text != entry.found.text:
                self.several += 1
            if before is None or entry.date >= before.date:
                entries[_key(text)] = entry


def same_tag(tag: str, other: str) -> bool:
    """Whether one BCP-47 tag is the other or begins it: `ko` and `ko-KR`, not `zh-CN` and `zh-TW`.

    Source: basic filtering, RFC 4647, section 3.3.1, in either direction.
    """
    shorter, longer = sorted((tag.lower(), other.lower()), key=len)
    return longer == shorter or longer.startswith(f"{shorter}-")


def units(path: Path, name: str) -> Iterator[Unit]:
    """The units of a file: TMX, or rows with a text for each language.

    Raises:
        DataError: it cannot be read, or a row is none.
    """
    if plain_name(path).suffix.lower() == ".tmx":
        yield from read_tmx(path, name)
        return
    for row in read_rows(path, recognise_form(path)):
        where = name + row.origin.removeprefix(path.name)
        if isinstance(row, BadRow):
            raise DataError(f"{where}: {row.reason}")
        texts = _texts(row.values)
        if len(texts) < 2:
            raise DataError(
                f"{where}: no pair of translations; expected a text under each language's tag, "
                f'such as {{"en": ..., "ko": ...}} or a table with the header `en`, `ko`; found '
                f"{', '.join(map(str, row.values))}"
            )
        yield Unit(texts, where)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """By tag; also as data sets of the hub have it, under `translation`."""
    inner = values.get("translation")
    pairs = inner if isinstance(inner, Mapping) else values
    return {
        tag.replace("_", "-"): text
        for tag, text in pairs.items()
        if is_language(tag) and isinstance(text, str) and text.strip()
    }


def _key(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
