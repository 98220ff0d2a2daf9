"""Whether an example asks what an item asks."""

import re
from collections.abc import Iterator

from byeori.korean import stems, unspaced
from byeori.records import Example, Item
from byeori.stages.leakage.reasons import ALIKE_QUESTION, SAME_QUESTION, Hit
from byeori.text import normalise

_MANNER = 40
"""A system message of more words is a text to work on; a shorter one says in what manner."""
_TELLING = 8
"""Characters from which an input on its own is a question; shorter ones coincide."""
_CHOICE = re.compile(r"\n\s*(?:\(?[A-Ea-e1-5가나다라마][.):]|\([A-Ea-e1-5가나다라마]\)|[①-⑤])\s*\S")
_HANGUL = re.compile(r"[가-힣]")


class Questions:
    """The questions of evaluation items."""

    def __init__(self) -> None:
        self._whole: dict[str, list[tuple[str, Item]]] = {}
        self._bare: dict[str, list[tuple[str, Item]]] = {}
        self._inputs: dict[str, list[tuple[str, Item]]] = {}

    def add(self, evaluator: str, item: Item) -> None:
        """Know an item as it is asked, and its parts that may be another's whole question."""
        for text, known in (
            (_asked(item), self._whole),
            ("" if item.input or item.history else item.instruction, self._bare),
            ("" if item.history else item.input, self._inputs),
        ):
            for key, _ in _keys(text) if text else ():
                known.setdefault(key, []).append((evaluator, item))

    def hits(self, example: Example) -> Iterator[Hit]:
        """The items that the example asks, and whether word for word."""
        asked = _asked(example)
        yield from _found(asked, self._whole)
        if not example.history:
            # An instruction and its text in two fields here may be one question there.
            known = self._bare if example.input else self._inputs
            part = example.input or example.instruction
            if len(normalise(part)) >= _TELLING:
                yield from _found(part, known)
        listed = _CHOICE.search(asked)
        if listed and listed.start():
            choices = f" {normalise(asked[listed.start() :])} "
            yield from _found(asked[: listed.start()], self._whole, choices)


def _found(text: str, known: dict[str, list[tuple[str, Item]]], choices: str = "") -> Iterator[Hit]:
    for key, reason in _keys(text):
        for evaluator, item in known.get(key, ()):
            # "Which of these is true?" is another question where other answers are offered.
            if not (choices and item.choices) or _offers(choices, item):
                yield reason, evaluator, item.id


def _offers(choices: str, item: Item) -> bool:
    return any(f" {normalise(choice)} " in choices for choice in item.choices)


def _keys(text: str) -> Iterator[tuple[str, str]]:
    """A question folded; a Korean one also without its spaces, and without particles."""
    folded = normalise(text)
    yield folded, SAME_QUESTION
    if _HANGUL.search(folded):
        yield "\0" + unspaced(folded), ALIKE_QUESTION
        yield "\1" + unspaced(" ".join(stems(folded))), ALIKE_QUESTION


def _asked(row: Example | Item) -> str:
    """The question in its conversation."""
    system = row.system if len(row.system.split()) > _MANNER else ""
    return "\n".join((system, *(turn.content for turn in row.history), row.instruction, row.input))
