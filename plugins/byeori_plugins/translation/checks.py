"""What must hold between a text and its translation, and the first thing that does not."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from byeori.text import folded
from byeori_plugins.text.protected import (
    ALWAYS,
    Kind,
    has_words,
    lost,
    protected,
    without,
)
from byeori_plugins.translation.numbers import unmatched
from byeori_plugins.translation.units import lost_units

_CALLED: Mapping[Kind, str] = {
    "code": "code",
    "placeholders": "a placeholder or tag",
    "formulas": "a formula",
    "urls": "an address",
    "identifiers": "an identifier",
    "acronyms": "an acronym",
}
_FEWEST_WORDS = 3
"""A text of fewer words may be the same in both languages: `OK`, `Paris, London`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is checked.

    Attributes:
        source, target: BCP-47 tags; the first may be empty.
        kinds: what must survive.
        names: names that stay as they are.
        glossary: terms and their translations.
    """

    source: str
    target: str
    kinds: Collection[Kind] = ALWAYS
    names: tuple[str, ...] = ()
    glossary: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a translation.

    Attributes:
        reason: a short sentence, the same for all faults of its kind.
        detail: what was lost, or was made up.
    """

    reason: str
    detail: str = ""


def faults(text: str, translation: str, wanted: Wanted) -> Iterator[Fault]:
    """What is wrong with a translation, the most telling first.

    Args:
        text: what was translated.
        translation: what came of it.
        wanted: languages, and what must survive.
    """
    if not translation.strip():
        yield Fault("the translation is empty")
        return
    if _same(text, translation):
        yield Fault("the text came back as it was", translation)
        return
    for span in lost(protected(text, wanted.kinds), translation):
        yield Fault(f"{_CALLED[span.kind]} was lost in translation", span.text)
    for name in wanted.names:
        if holds(text, name) and not holds(translation, name):
            yield Fault("a name was lost in translation", name)
    for term, said in wanted.glossary.items():
        if holds(text, term) and folded(said) not in folded(translation):
            yield Fault("a term is not translated as the glossary says", f"{term}: {said}")
    yield from _of_quantities(text, translation, wanted)


def _of_quantities(text: str, translation: str, wanted: Wanted) -> Iterator[Fault]:
    bare, said = (without(each, protected(each)) for each in (text, translation))
    if "numbers" in wanted.kinds:
        for number in unmatched(bare, translation, wanted.target):
            yield Fault("a number was lost in translation", number)
        for number in unmatched(said, text, wanted.source):
            yield Fault("the translation has a number that the text has not", number)
    if "units" in wanted.kinds:
        for unit in lost_units(bare, translation, (wanted.source, wanted.target)):
            yield Fault("a unit was lost in translation", unit)


def _same(text: str, translation: str) -> bool:
    if folded(text) != folded(translation):
        return False
    words = re.findall(r"[^\W\d_]+", without(text, protected(text)))
    return len(words) >= _FEWEST_WORDS and has_words(text)


def holds(text: str, term: str) -> bool:
    """Whether a term is in a text: a Latin one as a word of its own or its plural."""
    ends = r"(?:e?s)?(?![A-Za-z\d])" if term[-1:].isascii() else ""
    starts = r"(?<![A-Za-z\d])" if term[:1].isascii() else ""
    return re.search(starts + re.escape(folded(term)) + ends, folded(text)) is not None
