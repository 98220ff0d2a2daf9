"""Decodes JSON strictly, and walks through a large JSON text with the line of every element.

What Python's own decoder lets pass is noted: NaN and infinities, a name given twice in one object,
numbers too large for a float or for Python's limit on digits.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from byeori import DataError

_TOKEN = 16
"""Characters: no word or escape of JSON is longer, so an error before them is none of cutting."""
_SPACE = re.compile(r"[ \t\r\n]*")


class StrictDecoder:
    """A decoder that notes what is wrong inside a value and reads on to the value's end."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_constant=self._constant,
            parse_float=self._float,
            parse_int=self._int,
        )

    def value(self, text: str, position: int) -> tuple[Any, int, str]:
        """The value at `position`, where it ends, and its first problem (or nothing).

        Raises:
            json.JSONDecodeError: it is not JSON.
            RecursionError: it is nested too deeply.
        """
        self.problems.clear()
        value, end = self._decoder.raw_decode(text, position)
        return value, end, self.problems[0] if self.problems else ""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self.problems.append(f"field `{twice}` is given twice")
        return values

    def _constant(self, name: str) -> None:
        self.problems.append(f"{name} is not JSON; write null")

    def _float(self, digits: str) -> float:
        number = float(digits)
        if abs(number) == float("inf"):
            self.problems.append(f"the number {digits[:20]} is too large")
        return number

    def _int(self, digits: str) -> int:
        try:
            return int(digits)
        except ValueError:
            self.problems.append(f"a number of {len(digits)} digits is too large")
            return 0


class JsonText:
    """One JSON text, walked through element by element; no more than one of them is held.

    A value is decoded where it stands; where it goes on beyond what was read, twice as much is
    read, and it is decoded again.

    Args:
        path: for messages.
        pieces: the text.
    """

    def __init__(self, path: Path, pieces: Iterable[str]) -> None:
        self.path = path
        self._pieces = iter(pieces)
        self._text, self._at = "", 0
        self._line, self._counted = 1, 0  # the line at the place counted up to
        self._before = 0  # characters of the first line that were read and are forgotten
        self._strict = StrictDecoder()

    def next(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    @property
    def line(self) -> int:
        """1-based line of what comes next."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def error(self, message: str, position: int | None = None, *, cut: bool = False) -> DataError:
        """What is wrong with what comes next, or at a position, with line and column."""
        position = self._at if position is None else position
        line = self.line + self._text.count("\n", self._at, position)
        last = self._text.rfind("\n", 0, position)
        column = position - last + (self._before if last < 0 else 0)
        ends = cut or not self._text[position:].strip()
        advice = "; the file was cut off: fetch it again" if ends else ""
        return DataError(f"{self.path}:{line}:{column}: not JSON: {message}{advice}")

    def value(self) -> tuple[Any, str]:
        """The next value, and its first problem (or nothing).

        Raises:
            DataError: it is not JSON.
        """
        self.next()
        while True:
            try:
                value, end, problem = self._strict.value(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated")
                if (cut or len(self._text) - error.pos < _TOKEN) and self._more():
                    continue
                told = "a text that is never closed" if cut else error.msg
                raise self.error(told, error.pos, cut=cut) from error
            except RecursionError as error:
                raise self.error("nested too deeply") from error
            # A number near the end of what was read may go on: `1`, then `.5` or `e-9`.
            if len(self._text) - end < _TOKEN and self._more():
                continue
            self._at = end
            return value, problem

    def array(self) -> Iterator[tuple[int, Any, str]]:
        """Line, value and problem of each element of the array that begins here."""
        self._take("[", "an array is needed here")
        while not self._took("]"):
            self.next()
            line = self.line
            yield line, *self.value()
            if self._took("]"):
                return
            self._take(",", "`,` or `]` is needed here")
            if self.next() == "]":
                raise self.error("a value is needed here")

    def pass_over(self) -> None:
        """Read past the next value; of an array one element is held at a time."""
        if self.next() == "[":
            deque(self.array(), maxlen=0)
        else:
            self.value()

    def fields(self) -> Iterator[str]:
        """Name of each field of the object that begins here; the caller takes its value."""
        names: set[str] = set()
        self._take("{", "an object is needed here")
        while not self._took("}"):
            self.next()
            place = self.line, self._at
            name, _ = self.value() if self.next() == '"' else (None, "")
            if not isinstance(name, str) or self.next() != ":":
                raise self.error("a field's name and `:` are needed here")
            if name in names:
                raise DataError(f"{self.path}:{place[0]}: field `{name}` is given twice")
            names.add(name)
            self._take(":", "")
            yield name
            if self._took("}"):
                return
            self._take(",", "`,` or `}` is needed here")

    def nothing_more(self) -> None:
        """Raise `DataError` where anything but white space follows."""
        if self.next():
            raise self.error("something follows the end of the JSON text")

    def _took(self, mark: str) -> bool:
        took = self.next() == mark
        self._at += took
        return took

    def _take(self, mark: str, otherwise: str) -> None:
        if not self._took(mark):
            raise self.error(otherwise)

    def _more(self) -> bool:
        """Read as much again as is left, at least; forget what was taken. False at the end."""
        wanted, pieces = len(self._text) - self._at, [""]
        for piece in self._pieces:
            pieces.append(piece)
            wanted -= len(piece)
            if wanted <= 0 and piece:
                break
        if not any(pieces):
            return False
        self._line, self._counted = self.line, 0
        last = self._text.rfind("\n", 0, self._at)
        self._before = self._at - last - 1 if last >= 0 else self._before + self._at
        self._text = "".join([self._text[self._at :], *pieces])
        self._at = 0
        return True
