"""Decodes JSON strictly, and walks through a large JSON text with the line of every element.

What Python's own decoder lets pass is noted: NaN and infinities, a name given twice in one object,
numbers too large for a float or for Python's limit on digits.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from byeori import DataError

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
    """One JSON text, walked through element by element.

    Attributes:
        end: where the array or object walked through last ends.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.end = 0
        self._text = text
        self._strict = StrictDecoder()

    def skip(self, position: int) -> int:
        """The first position from here that is not white space."""
        match = _SPACE.match(self._text, position)
        return match.end() if match else position

    def starts(self, mark: str, position: int) -> bool:
        """Whether `mark` stands at `position`."""
        return self._text.startswith(mark, position)

    def line(self, position: int, since: int = 0, line: int = 1) -> int:
        """1-based line of `position`, counted on from a position whose line is known."""
        return line + self._text.count("\n", since, position)

    def error(self, position: int, message: str) -> DataError:
        """What is wrong at `position`, with line and column."""
        column = position - self._text.rfind("\n", 0, position)
        cut = "" if self._text[position:].strip() else "; the file was cut off: fetch it again"
        return DataError(f"{self.path}:{self.line(position)}:{column}: not JSON: {message}{cut}")

    def array(self, start: int) -> Iterator[tuple[int, Any, str]]:
        """Position, value and problem of each element of the array at `start`."""
        position = self.skip(start + 1)
        while not (position == self.skip(start + 1) and self.starts("]", position)):
            value, end, problem = self._value(position)
            yield position, value, problem
            position = self.skip(end)
            if self.starts("]", position):
                break
            position = self._after_comma(position, "]")
        self.end = position + 1

    def object(self, start: int) -> Iterator[tuple[str, int, Any]]:
        """Name, position and value of each field of the object at `start`."""
        position = self.skip(start + 1)
        while not (position == self.skip(start + 1) and self.starts("}", position)):
            name, end, _ = self._value(position)
            colon = self.skip(end)
            if not isinstance(name, str) or not self.starts(":", colon):
                raise self.error(position, "a field's name and `:` are needed here")
            value_at = self.skip(colon + 1)
            value, end, _ = self._value(value_at)
            yield name, value_at, value
            position = self.skip(end)
            if self.starts("}", position):
                break
            position = self._after_comma(position, "}")
        self.end = position + 1

    def nothing_after(self, position: int) -> None:
        """Raise `DataError` where anything but white space follows."""
        position = self.skip(position)
        if position < len(self._text):
            raise self.error(position, "something follows the end of the JSON text")

    def _after_comma(self, position: int, closing: str) -> int:
        if not self.starts(",", position):
            raise self.error(position, f"`,` or `{closing}` is needed here")
        return self.skip(position + 1)

    def _value(self, position: int) -> tuple[Any, int, str]:
        try:
            return self._strict.value(self._text, position)
        except json.JSONDecodeError as error:
            raise self.error(error.pos, error.msg) from error
        except RecursionError as error:
            raise self.error(position, "nested too deeply") from error
