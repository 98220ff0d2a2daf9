"""All a plugin's own suite needs to prove that byeori can work with it."""

from importlib.resources import files
from pathlib import Path

from byeori.testing import check_plugin

import byeori_finance

REPORTS = Path(str(files("byeori_finance"))) / "recipes" / "filings.jsonl"


def test_the_plugin_keeps_byeoris_contract() -> None:
    # Every component is checked; those with settings here are run as well.
    check_plugin(
        byeori_finance,
        settings={
            "filings": {"path": REPORTS},
            "fiscal-years": {"first": 2020},
            "questions": {},
            "norms": {"max_steps": 2, "batch_size": 4},
            "figures": {"max_new_tokens": 8},
        },
    )
