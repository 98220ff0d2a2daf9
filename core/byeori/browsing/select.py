"""Which rows are wanted: words that stand in them, and conditions on their fields."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_CONDITION = re.compile(r"\s*([\w.-]+?)\s*(!=|=|~)(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a text.

    Attributes:
        field: a column (`language`), or `metadata.KEY`, also of objects in objects.
        operator: `=`, `!=`, or `~` for "contains, in whatever letter case".
        value: what it is compared with; numbers, true and null as JSON writes them.
    """

    field: str
    operator: str
    value: str

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a row meets it."""
        found = _text(_value(row, self.field.split(".")))
        if self.operator == "~":
            return folded(self.value) in folded(found)
        return (found == self.value) == (self.operator == "=")


def condition(text: str) -> Condition:
    """`language=ko` as a condition.

    Raises:
        ValueError: it is none.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no condition: write FIELD=VALUE, FIELD!=VALUE or FIELD~PART, "
            "such as language=ko or metadata.category~battery"
        )
    return Condition(match[1], match[2], match[3].strip())


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows in which every text of `search` stands somewhere and every condition holds."""

    search: Sequence[str] = ()
    where: Sequence[Condition] = ()

    def check(self, columns: Sequence[str]) -> None:
        """See that the fields exist.

        Raises:
            ValueError: one of them does not.
        """
        for one in self.where:
            head = one.field.partition(".")[0]
            if head not in columns or (head != "metadata" and "." in one.field):
                names = ", ".join(c if c != "metadata" else "metadata.KEY" for c in columns)
                raise ValueError(f"rows have no field {one.field!r}; there is {names}")

    def of_batch(self, batch: pa.RecordBatch) -> list[int]:
        """Positions of the wanted rows of a batch; texts are searched column by column."""
        mask = pa.array([True] * batch.num_rows)
        for text in self.search:
            mask = pc.and_(mask, _anywhere(batch, text))
        found = [int(i) for i in pc.indices_nonzero(mask).to_pylist()]
        if not self.where or not found:
            return found
        columns = sorted({one.field.partition(".")[0] for one in self.where})
        picked = batch.select(columns).take(pa.array(found)).to_pylist()
        return [i for i, row in zip(found, picked, strict=True) if self._hold(row)]

    def of_row(self, row: Mapping[str, Any]) -> bool:
        """Whether a row that is no Arrow row is wanted."""
        if not self._hold(row):
            return False
        if not self.search:
            return True
        everything = folded(json.dumps(list(row.values()), ensure_ascii=False))
        return all(folded(text) in everything for text in self.search)

    def _hold(self, row: Mapping[str, Any]) -> bool:
        return all(one.holds(row) for one in self.where)


def folded(text: str) -> str:
    """The text without differences of letter case, width and Unicode composition."""
    return unicodedata.normalize("NFKC", text).casefold()


def _anywhere(batch: pa.RecordBatch, text: str) -> pa.Array:
    """For each row, whether the text stands in any of its columns of text."""
    pattern = unicodedata.normalize("NFKC", text)
    mask = pa.array([False] * batch.num_rows)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name == "history":
            column = pa.array([json.dumps(v, ensure_ascii=False) for v in column.to_pylist()])
        elif column.type != pa.string():
            continue
        plain = pc.utf8_normalize(column, form="NFKC")
        hit = pc.match_substring(plain, pattern=pattern, ignore_case=True)
        mask = pc.or_(mask, pc.fill_null(hit, False))
    return mask


def _value(row: Mapping[str, Any], path: Sequence[str]) -> Any:
    value: Any = row
    for part in path:
        if isinstance(value, str) and value[:1] == "{":  # metadata as it lies on disk
            value = json.loads(value)
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
