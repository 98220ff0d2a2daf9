"""Sentences, morphemes and spacing by Kiwi (Lee 2024), where the extra `korean` is installed."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from byeori.errors import PluginError

NEEDS_KIWI = "needs kiwipiepy, which is not installed: pip install 'byeori[korean]'"


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme of a text.

    Attributes:
        form: as Kiwi writes it; a final consonant that stands for itself is a jamo (`ᆫ다`).
        tag: its part of speech in the Sejong tag set: NNG, VV, EF, ...
        start, end: where it stands in the text, in characters; the end is exclusive.
    """

    form: str
    tag: str
    start: int
    end: int


def kiwi_installed() -> bool:
    """Whether Kiwi is there; the functions of this module raise `PluginError` where it is not."""
    return find_spec("kiwipiepy") is not None


def tagged(text: str) -> list[Morpheme]:
    """The morphemes of a text in order, marks included."""
    return _morphemes(_kiwi().tokenize(text))


def tagged_sentences(text: str) -> list[list[Morpheme]]:
    """The morphemes of a text, sentence by sentence, as `sentences` tells them."""
    found = _kiwi().split_into_sents(text, return_tokens=True, return_sub_sents=False)
    return [_morphemes(one.tokens) for one in found]


def _morphemes(tokens: Iterable[Any]) -> list[Morpheme]:
    return [Morpheme(one.form, one.tag, one.start, one.end) for one in tokens]


def morphemes(text: str) -> list[str]:
    """The forms of a text's morphemes for comparing texts; punctuation and symbols are none.

    NFKC and case folding first. A particle is a token of its own, and so is an ending, so that
    "물은" and "물이" have the noun in common and nothing else.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [one.form for one in tagged(folded) if not _is_mark(one.tag)]


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end (exclusive), in order, without space around them.

    Korean ones by their endings, whether or not a mark follows; others by their marks.
    """
    found = _kiwi().split_into_sents(text, return_sub_sents=False)
    return [(one.start, one.end) for one in found]


def spaced(texts: Sequence[str]) -> list[str]:
    """Each text with spaces put between words that are written together; nothing else changes.

    Kiwi goes by morphemes: it is right where spaces are missing, and also parts compounds that may
    be written either way (기자회견, 기자 회견).
    """
    return [str(one) for one in _kiwi().space(list(texts))]


def _is_mark(tag: str) -> bool:
    # SN, SL, SH are numbers, Latin letters and ideographs; the other S tags are marks.
    return tag.startswith("S") and tag not in ("SN", "SL", "SH")


@cache
def _kiwi() -> Any:
    try:
        from kiwipiepy import Kiwi
    except ImportError as error:
        raise PluginError(f"Korean morphemes: {NEEDS_KIWI}") from error
    return Kiwi(num_workers=1)  # one thread: it is quick, and other work goes on beside it
