"""The report as JSON, and back: the figures alone, the same bytes for the same run."""

import json
from functools import cache
from typing import TYPE_CHECKING

from byeori.errors import DataError
from byeori.report.model import Report

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def to_json(report: Report) -> str:
    """The report without its timings, keys sorted.

    Raises:
        ValueError: a figure is NaN or infinite.
    """
    values = _adapter().dump_python(report, mode="python")
    del values["timings"]
    # ASCII only: whatever a model answered (even half a surrogate pair) comes back as it was.
    return json.dumps(values, sort_keys=True, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> Report:
    """A report from `to_json`'s text; its timings are empty.

    Raises:
        DataError: the text is no report.
    """
    try:
        return _adapter().validate_python(json.loads(text))
    except ValueError as error:
        raise DataError(f"not a byeori report: {error}; run the recipe again") from error


@cache
def _adapter() -> "TypeAdapter[Report]":
    from pydantic import TypeAdapter

    return TypeAdapter(Report)
