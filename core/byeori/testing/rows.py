"""Conformance of the components that make or drop rows."""

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from byeori.components import DataSource, Filter, InstructionGenerator
from byeori.context import Reject
from byeori.records import Document, Example
from byeori.testing.generation import check_answers, served
from byeori.testing.rules import Settings, Subject, difference
from byeori.testing.samples import sample_documents, sample_examples


def check_data_source(cls: type[DataSource[Any]], config: Settings = None) -> list[Document]:
    """Check that a data source keeps its contract; returns its documents, with ids.

    Beside what holds for every component: it gives documents, the same ones every time, each of
    them whole (`byeori.checks.check`).

    Args:
        cls: the class.
        config: settings with which it finds at least one document.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    subject = Subject(cls, DataSource, config)
    documents, rejects = subject.run_twice(Document, lambda source, c: source.documents(c))
    _something(subject, documents, "documents", rejects)
    return documents


def check_instruction_generator(
    cls: type[InstructionGenerator[Any]],
    config: Settings = None,
    documents: Sequence[Document] | None = None,
) -> list[Example]:
    """Check that an instruction generator keeps its contract; returns its examples, with ids.

    Beside what holds for every component: the examples are whole, the same every time and in the
    order of the documents; each names the document it came from; the documents are left as they
    are and may come from an iterator that can be read once. A `byeori.generation.ModelGenerator`
    leads back to answers, and answers that are empty or make no sense do not make it fail.

    Args:
        cls: the class.
        config: settings with which it makes at least one example of `documents`; a
            `ModelGenerator` without `model` is given one that answers with the prompt's lines.
        documents: what to make examples of; `sample_documents()` by default.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    given = list(documents or sample_documents())
    with served(cls, config) as settings:
        examples = _check_generator(Subject(cls, InstructionGenerator, settings), given)
    check_answers(cls, config, given, examples)
    return examples


def _check_generator(
    subject: Subject[InstructionGenerator[Any]], given: list[Document]
) -> list[Example]:
    before = copy.deepcopy(given)
    examples, rejects = subject.run_twice(Example, lambda maker, c: maker.examples(given, c))
    if given != before:
        subject.broken("changes the documents it is given", "copy a document's metadata first")
    once = subject.run(Example, lambda maker, c: maker.examples(iter(given), c))
    if once != (examples, rejects):
        _reads_twice(subject, difference((examples, rejects), once))
    _something(subject, examples, "examples", rejects)
    _in_document_order(subject, examples, given)
    return examples


def _in_document_order(
    subject: Subject[Any], examples: Iterable[Example], documents: Iterable[Document]
) -> None:
    place = {document.id: number for number, document in enumerate(documents)}
    last = 0
    for example in examples:
        if example.document_id not in place:
            subject.broken(
                f"yields an example of document {example.document_id!r}, which it was not given",
                "set document_id=document.id: splits are made by document",
            )
        if place[example.document_id] < last:
            subject.broken("leaves the order of the documents", "go through them once, in order")
        last = place[example.document_id]


def check_filter(
    cls: type[Filter[Any]],
    config: Settings = None,
    rows: Sequence[Document] | Sequence[Example] | None = None,
) -> list[Any]:
    """Check that a filter keeps its contract; returns the rows it keeps.

    Beside what holds for every component: it keeps rows in order and, unless it `rewrites`, as
    they are, the same ones every time, rejects each row it drops by the row's id, and may be given
    an iterator. Rows that it rewrites keep their id: the core gives them another.

    Args:
        cls: the class.
        config: settings; those under which it drops some rows check most.
        rows: what to filter; sample documents or examples, by `applies_to`, by default (examples,
            where it is for both).

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    subject = Subject(cls, Filter, config)
    if cls.applies_to not in ("documents", "examples", "both"):
        subject.broken(
            f"has applies_to = {cls.applies_to!r}", 'use "documents", "examples" or "both"'
        )
    row_type: type[Any] = Document if cls.applies_to == "documents" else Example
    if rows:
        row_type = type(rows[0])
    default = sample_documents if cls.applies_to == "documents" else sample_examples
    given: list[Any] = list(rows or default())
    before = copy.deepcopy(given)
    kept, rejects = subject.run_twice(row_type, lambda f, c: f.keep(given, c))
    if given != before:
        subject.broken("changes the rows it is given", "copy a row's metadata first")
    once = subject.run(row_type, lambda f, c: f.keep(iter(given), c))
    if once != (kept, rejects):
        _reads_twice(subject, difference((kept, rejects), once))
    _a_part_in_order(subject, kept, given)
    _explained(subject, kept, given, rejects)
    return kept


def _a_part_in_order(subject: Subject[Any], kept: list[Any], given: list[Any]) -> None:
    place = {row.id: number for number, row in enumerate(given)}
    last = -1
    for row in kept:
        number = place.get(row.id)
        if number is None:
            subject.broken(f"yields a row it was not given ({row!r:.200})", "keep the row's id")
        if given[number] != row and not subject.cls.rewrites:
            subject.broken(f"changes a row ({row!r:.200})", "yield it unchanged, or say `rewrites`")
        if number <= last:
            subject.broken("yields rows out of order, or twice", "go through them once, in order")
        last = number


def _explained(
    subject: Subject[Any], kept: list[Any], given: list[Any], rejects: list[Reject]
) -> None:
    dropped = sorted({row.id for row in given} - {row.id for row in kept})
    named = sorted(reject.where for reject in rejects)
    if dropped != named:
        subject.broken(
            f"drops {len(dropped)} rows and rejects {len(named)} by their ids",
            "call context.reject(row.id, reason) once for each row it drops",
        )


def _something(subject: Subject[Any], rows: list[Any], what: str, rejects: list[Reject]) -> None:
    if not rows:
        reason = f"; the first reject says: {rejects[0].reason}" if rejects else ""
        subject.nothing_made(f"gives no {what}{reason}")


def _reads_twice(subject: Subject[Any], how: str) -> None:
    subject.broken(
        f"gives other results for an iterator than for a list ({how})",
        "read the rows once: they may be too many to hold",
    )
