"""Where sentences end, for whoever cuts a long text."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator

from byeori.korean import NEEDS_KIWI, kiwi_installed, sentences

SentenceEnds = Callable[[str], Iterable[int]]
"""Of a text, where its sentences end: offsets in rising order; between two is only space."""


def ends_by_marks(text: str) -> list[int]:
    """After a full stop, question or exclamation mark that stands before white space."""
    return [match.end() for match in re.finditer(r"[.!?。](?=\s)", text)]


def ends_by_kiwi(text: str) -> list[int]:
    """As Kiwi tells them (Lee 2024): in Korean by the ending, whether or not a mark follows.

    Raises:
        PluginError: Kiwi is not installed.
    """
    return [end for _, end in sentences(text)]


SENTENCE_ENDS: Mapping[str, SentenceEnds] = {"marks": ends_by_marks, "kiwi": ends_by_kiwi}


def _is_there(value: str) -> str:
    if value == "kiwi" and not kiwi_installed():
        raise ValueError(f"kiwi {NEEDS_KIWI}; or choose marks")
    return value


SentenceKind = Annotated[Literal["marks", "kiwi"], AfterValidator(_is_there)]
"""A setting: which of `SENTENCE_ENDS`; refused where it needs what is not installed."""
