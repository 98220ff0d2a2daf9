"""The files of invented records, as text."""

import csv
import io
from collections.abc import Iterable, Mapping

from byeori_nasa.fiction.awards import awards
from byeori_nasa.fiction.collections import reports, technology_projects
from byeori_nasa.fiction.listing import listing


def texts() -> dict[str, str]:
    """By file name."""
    return {
        "fictional_awards.csv": _csv(awards()),
        "fictional_listing.csv": _csv(listing()),
        "fictional_projects.csv": _csv(technology_projects()),
        "fictional_reports.csv": _csv(reports()),
    }


def _csv(rows: Iterable[Mapping[str, str]]) -> str:
    listed = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, listed[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue()
