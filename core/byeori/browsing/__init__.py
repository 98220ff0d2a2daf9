"""Looks at the data of a run: documents, examples and what was dropped, each with its way."""

from byeori.browsing.lineage import Way, ways
from byeori.browsing.run_data import DataStage, RunData, open_run
from byeori.browsing.select import Condition, Wanted, condition
from byeori.browsing.table import Page, drops, metadata_keys, rows

__all__ = [
    "Condition",
    "DataStage",
    "Page",
    "RunData",
    "Wanted",
    "Way",
    "condition",
    "drops",
    "metadata_keys",
    "open_run",
    "rows",
    "ways",
]
