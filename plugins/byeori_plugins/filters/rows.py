"""What filters that look at one row at a time have in common."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from byeori import Config, Context, Document, Example, Filter, Turn

C = TypeVar("C", bound=Config)
Row = Document | Example

Part = Literal["instruction", "question", "output", "all"]
"""Which text of an example: `question` is the earlier turns, the instruction and its input."""


def text_of(row: Row, part: Part = "all") -> str:
    """The text of a part; of a document it is its text, whatever the part."""
    if isinstance(row, Document):
        return row.text
    if part == "instruction":
        return row.instruction
    if part == "output":
        return row.output
    asked = [turn.content for turn in row.history] + [row.instruction, row.input]
    return "\n".join(filter(None, asked if part == "question" else [*asked, row.output]))


_LINEAGE = ("answer", "answers", "rewritten_from")
"""Metadata that names journal keys and rows: the way back stays as it is."""


def each_text(row: Row, change: Callable[[str], str], *, metadata: bool = True) -> Row:
    """A row with each of its texts changed, for filters that rewrite.

    Args:
        row: a document (its text and title) or an example (all texts, earlier turns too).
        change: what becomes of a text.
        metadata: whether texts in its metadata are changed, too; never what leads back to answers
            and rows.
    """
    more: dict[str, Any] = {"metadata": _everywhere(row.metadata, change)} if metadata else {}
    if isinstance(row, Document):
        return replace(row, text=change(row.text), title=change(row.title), **more)
    texts: dict[str, Any] = {name: change(getattr(row, name)) for name in _TEXTS}
    history = tuple(Turn(turn.role, change(turn.content)) for turn in row.history)
    return replace(row, **texts, history=history, **more)


_TEXTS = ("instruction", "input", "output", "system")


def _everywhere(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every text in it changed; keys, numbers and the way back stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            key: item if key in _LINEAGE else _everywhere(item, change)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_everywhere(item, change) for item in value]
    return value


class RowFilter(Filter[C]):
    """Drops each row that there is a reason to drop."""

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield the rows without a reason to drop them."""
        for row in examples:
            if reason := self.reason(row):
                context.reject(row.id, reason, self.excerpt(row))
            else:
                yield row

    @abstractmethod
    def reason(self, row: Row) -> str:
        """Why the row is dropped, or an empty text; equal reasons are counted together."""

    def excerpt(self, row: Row) -> str:
        """What is shown of a row that was dropped."""
        return text_of(row, "output")
