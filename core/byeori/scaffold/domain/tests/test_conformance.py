"""That byeori can work with this package: every component is checked and run."""

from importlib.resources import files
from pathlib import Path

from byeori.testing import check_plugin

RECORDS = Path(str(files("{{ module }}"))) / "recipes" / "data" / "records.jsonl"


def test_the_plugin_keeps_byeoris_contract() -> None:
    check_plugin(
        "{{ module }}",
        settings={"records": {"path": RECORDS}, "questions": {}, "answers": {"max_new_tokens": 8}},
    )
