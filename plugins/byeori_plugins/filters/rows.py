"""What filters that look at one row at a time have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

from byeori import Config, Context, Document, Example, Filter

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
