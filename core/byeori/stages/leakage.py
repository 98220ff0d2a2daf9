"""Finds training examples, and documents, that overlap with evaluation items.

Three ways to overlap, on text folded by `byeori.text.normalise`: the same document, the same
question, or a common run of 13 words (Brown et al. 2020, appendix C). As there, a run that stands
in more than ten documents is a phrase of the trade and no evidence.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from byeori.records import Document, Example, Item
from byeori.text import normalise

WORDS = 13
COMMON = 10

SAME_DOCUMENT = "leakage: its document has an evaluation item"
SAME_QUESTION = "leakage: same question as an evaluation item"
SAME_WORDS = f"leakage: {WORDS} words in common with an evaluation item"


def _question(row: Example | Item) -> str:
    return normalise(_prompt(row))


def _prompt(row: Example | Item) -> str:
    turns = (turn.content for turn in row.history)
    return " ".join((row.system, *turns, row.instruction, row.input))


def _runs(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1)}


def _content(row: Example | Item) -> str:
    answer = row.output if isinstance(row, Example) else " ".join((row.reference, *row.choices))
    # With an input, the instruction is the task (a role, an order) that many examples share.
    turns = " ".join(turn.content for turn in row.history)
    return normalise(f"{turns} {row.input or row.instruction} {answer}")


class Overlap:
    """Whether an example overlaps with any of the evaluation items.

    Args:
        items: the evaluation items.
        training: every example that may be trained on, to tell common phrases.
    """

    def __init__(self, items: Iterable[Item], training: Iterable[Example]) -> None:
        self._documents: set[str] = set()
        self._questions: set[str] = set()
        self._item_runs: set[str] = set()
        for item in items:
            self._documents.add(item.document_id)
            self._questions.add(_question(item))
            self._item_runs |= _runs(_content(item))
        self._documents.discard("")
        self._item_runs -= self._common(training)

    def _common(self, training: Iterable[Example]) -> set[str]:
        holders: dict[str, set[str]] = {}
        for example in training:
            for run in _runs(_content(example)) & self._item_runs:
                holders.setdefault(run, set()).add(example.document_id or example.id)
        return {run for run, ids in holders.items() if len(ids) > COMMON}

    def reason(self, example: Example) -> str | None:
        """Why the example may not be trained on, or None."""
        if example.document_id in self._documents:
            return SAME_DOCUMENT
        if _question(example) in self._questions:
            return SAME_QUESTION
        if _runs(_content(example)) & self._item_runs:
            return SAME_WORDS
        return None

    def of_documents(self, documents: Iterable[Document]) -> dict[str, str]:
        """Which documents may not be learnt from, by id, and why.

        Here too a run of words that stands in more than ten documents is no evidence.
        """
        found = {}
        for document in documents:
            runs = _runs(normalise(document.text)) & self._item_runs if self._item_runs else set()
            if runs or document.id in self._documents:
                found[document.id] = runs
        holders = Counter(chain.from_iterable(found.values()))
        return {
            id_: SAME_DOCUMENT if id_ in self._documents else SAME_WORDS
            for id_, runs in found.items()
            if id_ in self._documents or any(holders[run] <= COMMON for run in runs)
        }
