"""KULLM's three sets about chemical elements, their translations, and the questions of the test."""

from collections.abc import Iterable, Iterator
from typing import Any

from byeori_korean.example_sets.elements import Element, elements
from byeori_korean.example_sets.filling import Said, Slots, fill, said, wordings

Row = dict[str, Any]
Pairs = dict[str, str]
"""The translation memory: Korean by English."""

TESTED = ("symbol", "number", "category", "state", "period", "group")
_NEEDED = {"category": "category_en", "state": "state_en"}
_CATEGORIES = {
    "category": "open_qa",
    "state": "classification",
    "extraction": "information_extraction",
}
_SHORT = ["{en}: symbol?", "{ko}의 기호는?"], ["{symbol}", "{symbol}"]
"""Too short to be worth learning: what the filter on length is for."""
_ENGLISH = ["How do you spell {en}?", "The English spelling of {en} is asked for here."]
"""What a machine left in English: the Korean side of the memory is none."""


def knows(slots: Slots, task: str) -> bool:
    """Whether the table has the fact a task asks for."""
    return _NEEDED.get(task, task) in slots


class Sets:
    """The sets, and every pair of texts that they were translated by."""

    def __init__(self) -> None:
        self.pairs: Pairs = {}
        self._known = [element.slots for element in elements() if not element.held_out]

    def gpt4_llm(self) -> list[Row]:
        """Alpaca's shape: instruction, input, output."""
        return [
            {"instruction": asked, "input": "", "output": answered}
            for asked, answered in self._gpt4_llm()
        ]

    def _gpt4_llm(self) -> Iterator[tuple[str, str]]:
        for place, slots in enumerate(self._known):
            for task in ("symbol", "number"):
                yield self._question(task, place, slots), self._answer(task, slots)
            if place % 8 == 0:
                asked, answered = (said(pair, slots) for pair in _SHORT)
                yield self._keep(asked), self._keep(answered)

    def dolly(self) -> list[Row]:
        """Dolly's shape: instruction, context, response, category."""
        rows = []
        for place, slots in enumerate(self._known):
            tasks = ["category", "state", *(["extraction"] if place % 4 == 0 else [])]
            for task in (task for task in tasks if task == "extraction" or knows(slots, task)):
                context = wordings()[task].get("context")
                rows.append(
                    {
                        "instruction": self._question(task, place, slots),
                        "context": self._keep(said(context, slots)) if context else "",
                        "response": self._answer(task, slots),
                        "category": _CATEGORIES[task],
                    }
                )
        return rows

    def sharegpt(self) -> list[Row]:
        """ShareGPT's shape: two conversations about each element, either question first."""
        orders = (("period", "group"), ("group", "period"))
        rows: list[Row] = []
        for place, slots in enumerate(self._known):
            for order in orders:
                tasks = [task for task in order if knows(slots, task)]
                said = list(self._talk(tasks, place, slots))
                about = {"id": f"talk-{len(rows) + 1}", "element": slots["en"]}
                rows.append({**about, "conversations": said})
        return rows

    def _talk(self, tasks: list[str], place: int, slots: Slots) -> Iterator[Row]:
        first, *rest = tasks
        yield {"from": "human", "value": self._question(first, place, slots)}
        yield {"from": "gpt", "value": self._answer(first, slots)}
        for task in rest:
            further = wordings()[task]["next"]
            following = said(further[place % len(further)], slots)
            yield {"from": "human", "value": self._keep(following)}
            yield {"from": "gpt", "value": self._answer(task, slots)}
        if place % 12 == 5:
            yield {"from": "human", "value": self._keep(said(_ENGLISH, slots))}
            yield {"from": "gpt", "value": self._answer("symbol", slots)}

    def _question(self, task: str, place: int, slots: Slots) -> str:
        questions = wordings()[task]["questions"]
        return self._keep(said(questions[place % len(questions)], slots))

    def _answer(self, task: str, slots: Slots) -> str:
        return self._keep(said(wordings()[task]["answer"], slots))

    def _keep(self, text: Said) -> str:
        """Remember the translation; what the set holds is the English."""
        if self.pairs.setdefault(text.en, text.ko) != text.ko:
            raise AssertionError(f"{text.en}: two translations")
        return text.en


def questions(tasks: Iterable[str] = TESTED) -> Iterator[Row]:
    """The test: Korean questions about the held-out elements, in words that no set has."""
    for slots in (element.slots for element in _held_out()):
        for task in (task for task in tasks if knows(slots, task)):
            yield {
                "instruction": fill(wordings()[task]["test"], slots),
                "output": fill(wordings()[task]["answer"][1], slots),
                "task": task,
                "language": "ko",
            }


def _held_out() -> Iterator[Element]:
    yield from (element for element in elements() if element.held_out)
