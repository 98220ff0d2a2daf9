"""Each rule for sources, generators and filters is seen where it is broken."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from byeori import Config, DataSource, Document, Example, Filter, InstructionGenerator
from byeori.testing import (
    check_data_source,
    check_filter,
    check_instruction_generator,
    sample_documents,
)

COUNTER = itertools.count()


class Empty(Config):
    """No settings."""


class Good(DataSource[Config]):
    """Two documents."""

    name = "good"
    config_model: ClassVar[type[Config]] = Empty

    def documents(self, context: Any) -> Iterator[Document]:
        yield Document(text="one")
        yield Document(text="two")


class Asking(InstructionGenerator[Config]):
    """A question a document."""

    name = "asking"
    config_model = Empty

    def examples(self, documents: Any, context: Any) -> Iterator[Example]:
        for document in documents:
            yield self.example(document)

    def example(self, document: Document) -> Example:
        return Example(instruction=f"{document.title}?", output="Yes.", document_id=document.id)


class Short(Filter[Config]):
    """Drops every second example."""

    name = "short"
    config_model = Empty

    def keep(self, examples: Any, context: Any) -> Iterator[Example]:
        for number, example in enumerate(examples):
            if number % 2:
                context.reject(example.id, "every second")
            else:
                yield example


def changed(base: type[Any], **attributes: object) -> Any:
    """A subclass with some attributes replaced; it has a docstring of its own."""
    return type("Changed", (base,), {"__doc__": "Says what it does.", **attributes})


def breaks(check: Any, cls: Any, message: str, *arguments: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        check(cls, *arguments)


def test_components_that_break_nothing_pass_and_give_their_rows() -> None:
    assert [document.text for document in check_data_source(Good)] == ["one", "two"]
    assert len(check_instruction_generator(Asking)) == 8
    assert len(check_filter(Short)) == 12
    assert all(document.id for document in check_data_source(Good))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "gives no documents"),
        (["text"], "yielded str; it must yield Document rows"),
        ([Document(text=" ")], "empty `text`"),
        ([Document(text="one", title=3)], "`title` is not usable"),  # type: ignore[arg-type]
        ([Document(text="one", metadata={"x": {1}})], "`metadata` is not usable"),
    ],
)
def test_documents_that_are_not_whole_are_seen(rows: list[Any], message: str) -> None:
    breaks(check_data_source, changed(Good, documents=lambda self, context: iter(rows)), message)


def test_documents_that_change_from_one_pass_to_the_next_are_seen() -> None:
    def documents(self: Any, context: Any) -> Iterator[Document]:
        yield Document(text=f"pass {next(COUNTER)}")

    breaks(check_data_source, changed(Good, documents=documents), r"second time \(Document\(text")


def test_rejects_that_change_from_one_pass_to_the_next_are_seen() -> None:
    def documents(self: Any, context: Any) -> Iterator[Document]:
        context.reject(f"line {next(COUNTER)}", "broken")
        yield Document(text="one")

    breaks(check_data_source, changed(Good, documents=documents), "second time .Reject")


def test_a_reject_without_a_reason_is_seen() -> None:
    def documents(self: Any, context: Any) -> Iterator[Document]:
        context.reject("line 1", " ")
        yield Document(text="one")

    breaks(check_data_source, changed(Good, documents=documents), "without a reason")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"document_id": ""}, "of document '', which it was not given; set document_id"),
        ({"document_id": "elsewhere"}, "of document 'elsewhere'"),
        ({"metadata": {"split": "validation"}}, r"\['split'\] is 'validation'"),
    ],
)
def test_examples_without_their_document_or_split_are_seen(
    change: dict[str, Any], message: str
) -> None:
    def example(self: Any, document: Document) -> Example:
        return dataclasses.replace(Asking.example(self, document), **change)

    breaks(check_instruction_generator, changed(Asking, example=example), message)


def test_examples_in_another_order_than_their_documents_are_seen() -> None:
    def examples(self: Any, documents: Any, context: Any) -> Iterator[Example]:
        for document in reversed(list(documents)):
            yield self.example(document)

    breaks(check_instruction_generator, changed(Asking, examples=examples), "leaves the order")


def test_a_generator_that_reads_its_documents_twice_is_seen() -> None:
    def examples(self: Any, documents: Any, context: Any) -> Iterator[Example]:
        total = sum(1 for _ in documents)
        for document in documents:
            yield dataclasses.replace(self.example(document), output=f"one of {total}")

    breaks(
        check_instruction_generator,
        changed(Asking, examples=examples),
        "for an iterator than for a list .8 rows, then 0",
    )


def test_a_generator_that_changes_its_documents_is_seen() -> None:
    def example(self: Any, document: Document) -> Example:
        document.metadata["seen"] = True  # type: ignore[index]
        return Asking.example(self, document)

    breaks(check_instruction_generator, changed(Asking, example=example), "changes the documents")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (lambda given: [dataclasses.replace(row, output="?") for row in given], "not given"),
        (lambda given: [Example(instruction="new", output="row")], "not given"),
        (lambda given: given[::-1], "out of order"),
        (lambda given: [given[0], *given], "out of order, or twice"),
        (lambda given: given[1:], "drops 1 rows and rejects 0 by their ids"),
    ],
)
def test_a_filter_that_does_more_than_drop_is_seen(rows: Any, message: str) -> None:
    def keep(self: Any, examples: Any, context: Any) -> Iterator[Example]:
        yield from rows(list(examples))

    breaks(check_filter, changed(Short, keep=keep), message)


def test_a_filter_that_rejects_what_it_keeps_is_seen() -> None:
    def keep(self: Any, examples: Any, context: Any) -> Iterator[Example]:
        for example in examples:
            context.reject(example.id, "kept all the same")
            yield example

    breaks(check_filter, changed(Short, keep=keep), "drops 0 rows and rejects 24")


def test_a_filter_that_reads_its_rows_twice_is_seen() -> None:
    def keep(self: Any, examples: Any, context: Any) -> Iterator[Example]:
        longest = max(len(example.output) for example in examples)
        yield from (example for example in examples if len(example.output) <= longest)

    breaks(check_filter, changed(Short, keep=keep), "for an iterator than for a list")


def test_a_filter_of_nothing_known_is_seen() -> None:
    breaks(check_filter, changed(Short, applies_to="scores"), "applies_to = 'scores'")


def test_a_filter_may_change_rows_if_it_says_so_and_keeps_their_ids() -> None:
    def shout(self: Any, examples: Any, context: Any) -> Iterator[Example]:
        return (dataclasses.replace(row, output=row.output.upper() + "!") for row in examples)

    def fresh(self: Any, examples: Any, context: Any) -> Iterator[Example]:
        return (dataclasses.replace(row, output="new", id="mine") for row in examples)

    rewriting = changed(Short, keep=shout, rewrites=True)
    assert all(row.output.endswith("!") for row in check_filter(rewriting))
    breaks(check_filter, changed(Short, keep=fresh, rewrites=True), "keep the row's id")


def test_a_filter_for_both_is_checked_on_documents_and_on_examples() -> None:
    def two(self: Any, rows: Any, context: Any) -> Iterator[Any]:
        return (row for row in rows if isinstance(row, Example) or context.reject(row.id, "no"))

    both = changed(Short, keep=two, applies_to="both")
    assert len(check_filter(both)) == 24
    assert check_filter(both, rows=sample_documents()) == []
