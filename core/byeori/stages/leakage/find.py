"""Compares everything that may be learnt from with every evaluation item."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from byeori.records import Document, Example, Item
from byeori.stages.leakage.documents import Copies
from byeori.stages.leakage.questions import Questions
from byeori.stages.leakage.reasons import (
    ALIKE_DOCUMENT,
    SAME_CHARACTERS,
    SAME_DOCUMENT,
    SAME_WORDS,
    Hit,
    Leak,
    leak_of,
)
from byeori.stages.leakage.runs import Holders, RunIndex, of_words, runs


@dataclass(frozen=True, slots=True)
class Leaks:
    """What was found.

    Attributes:
        examples: by place among the examples.
        documents: by id.
    """

    examples: Mapping[int, Leak]
    documents: Mapping[str, Leak]


def find_leaks(
    items: Mapping[str, Iterable[Item]],
    examples: Iterable[Example],
    documents: Iterable[Document] = (),
) -> Leaks:
    """What may not be learnt from.

    Memory goes with the items, their documents, and what overlaps, not with the examples.

    Args:
        items: of each evaluator.
        examples: those that may be trained on, read once. A run of words that stands in the
            examples of more than ten documents is no evidence.
        documents: those the examples were made of; read twice. Here, too, a run in more than ten
            of them is no evidence.
    """
    known = _Known(items)
    of_documents = known.documents(documents)
    return Leaks(dict(known.examples(examples, of_documents)), of_documents)


class _Known:
    """What evaluation items hold."""

    def __init__(self, items: Mapping[str, Iterable[Item]]) -> None:
        self._questions = Questions()
        self._of_document: dict[str, list[tuple[str, str]]] = {}
        self._items: list[tuple[str, str]] = []
        texts = []
        for evaluator, its in items.items():
            for item in its:
                self._questions.add(evaluator, item)
                if item.document_id:
                    owners = self._of_document.setdefault(item.document_id, [])
                    owners.append((evaluator, item.id))
                self._items.append((evaluator, item.id))
                texts.append(runs(_content(item)))
        self._index = RunIndex(texts)

    def documents(self, documents: Iterable[Document]) -> dict[str, Leak]:
        """The documents that may not be learnt from."""
        originals = (document for document in documents if document.id in self._of_document)
        copies, holders = Copies(originals if self._of_document else ()), Holders()
        found: dict[str, list[int]] = {}
        for document in documents:
            text = runs(document.text)
            if places := holders.add(document.id, self._index.places(text).tolist()):
                found[document.id] = places
            if document.id not in self._of_document:
                copies.add(document, text)
        hits = {id_: list(self._of_runs(places, holders)) for id_, places in found.items()}
        for id_, originals_of in copies.found():
            of = hits.setdefault(id_, [])
            of += [(ALIKE_DOCUMENT, *owner) for o in originals_of for owner in self._of_document[o]]
        for id_ in self._of_document:
            hits.setdefault(id_, []).extend(self._of_id(id_))
        return {id_: leak for id_, its in hits.items() if (leak := leak_of(its))}

    def examples(
        self, examples: Iterable[Example], documents: Mapping[str, Leak]
    ) -> Iterator[tuple[int, Leak]]:
        """The examples that may not be trained on, by place."""
        holders, found = Holders(), {}
        for place, example in enumerate(examples):
            document = example.document_id or example.id or str(place)
            held = holders.add(document, self._index.places(runs(_content(example))).tolist())
            hits = list(self._questions.hits(example))
            hits += self._of_id(example.document_id)
            copied = documents.get(example.document_id)
            if copied:
                hits += _of_copy(copied)
            if held or hits:
                found[place] = held, hits
        for place, (held, hits) in found.items():
            if leak := leak_of((*hits, *self._of_runs(held, holders))):
                yield place, leak

    def _of_id(self, document: str) -> list[Hit]:
        return [(SAME_DOCUMENT, *owner) for owner in self._of_document.get(document, ())]

    def _of_runs(self, places: Iterable[int], holders: Holders) -> Iterator[Hit]:
        for place in places:
            if not holders.common(place):
                words = of_words(self._index.known[place])
                for owner in self._index.owners(place):
                    yield (SAME_WORDS if words else SAME_CHARACTERS, *self._items[owner])


def _of_copy(document: Leak) -> Iterator[Hit]:
    for evaluator, reason in document.evaluators.items():
        if reason == ALIKE_DOCUMENT:
            yield reason, evaluator, document.item


def _content(row: Example | Item) -> str:
    """What a row tells: with an input, the instruction is an order that many rows share."""
    answer = row.output if isinstance(row, Example) else " ".join((row.reference, *row.choices))
    turns = " ".join(turn.content for turn in row.history)
    return f"{turns} {row.input or row.instruction} {answer}"
