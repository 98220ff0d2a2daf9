"""The files of invented records, as text."""

import csv
import io
from collections.abc import Iterable, Mapping

from byeori_nasa.fiction.awards import awards


def texts() -> dict[str, str]:
    """By file name."""
    return {"fictional_awards.csv": _csv(awards())}


def _csv(rows: Iterable[Mapping[str, str]]) -> str:
    listed = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, listed[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue()
