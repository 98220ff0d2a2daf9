"""Reports as JSON, and back: the figures alone, the same bytes for the same run."""

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from byeori.errors import DataError
from byeori.report.model import Report
from byeori.report.sweep.model import SweepReport

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def to_json(report: Report) -> str:
    """The report without its timings, costs and answer book, keys sorted.

    Raises:
        ValueError: a figure is NaN or infinite.
    """
    figures = replace(report, answer_book=None)
    values = _adapter(Report).dump_python(figures, mode="python")
    del values["timings"], values["costs"], values["answer_book"]
    return _dumped(values)


def sweep_to_json(report: SweepReport) -> str:
    """The table of a sweep, keys sorted.

    Raises:
        ValueError: a figure is NaN or infinite.
    """
    return _dumped(_adapter(SweepReport).dump_python(report, mode="python"))


def _dumped(values: Any) -> str:
    # ASCII only: whatever a model answered (even half a surrogate pair) comes back as it was.
    return json.dumps(values, sort_keys=True, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> Report:
    """A report from `to_json`'s text; its timings are empty.

    Raises:
        DataError: the text is no report.
    """
    report: Report = _read(text, Report)
    return report


def sweep_from_json(text: str) -> SweepReport:
    """A sweep's table from `sweep_to_json`'s text.

    Raises:
        DataError: the text is no table of a sweep.
    """
    report: SweepReport = _read(text, SweepReport)
    return report


def _read(text: str, kind: Any) -> Any:
    try:
        return _adapter(kind).validate_python(json.loads(text))
    except ValueError as error:
        raise DataError(f"not a byeori report: {error}; run the recipe again") from error


@cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
