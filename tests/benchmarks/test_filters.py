"""The benchmark of filters: its rows, and that it tells what each filter keeps and takes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def parts(modules: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return modules("deduplication.examples", "deduplication.chain", "filters")


def test_each_filter_finds_something_to_do_in_the_made_up_rows(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    chain = parts["chain"]
    for kind, filters in (("examples", chain.EXAMPLES), ("documents", chain.DOCUMENTS)):
        rows = tmp_path / kind
        assert chain.make(rows, kind, 400) == 400
        for name in filters:
            found = chain.measure(rows, kind, [name])
            assert found["kept"] + found["rejected"] == 400
            assert found["rejected"] > 0 or name in ("length", "format", "personal-data")
    everything = chain.measure(tmp_path / "examples", "examples", list(chain.EXAMPLES))
    assert 100 < everything["kept"] < 400
    assert everything["peak_mib"] > 10


def test_the_rows_are_the_same_every_time(parts: dict[str, Any]) -> None:
    for make in (parts["examples"].make_examples, parts["examples"].make_documents):
        assert list(make(50)) == list(make(60))[:50]


def test_the_numbers_of_the_filters_asked_for_are_written(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    benchmark = parts["filters"]
    monkeypatch.setattr(benchmark, "_apart", lambda function, *arguments: function(*arguments))
    arguments = ["filters.py", "--rows", "100", "--only", "none", "length", "--json"]
    monkeypatch.setattr(sys, "argv", [*arguments, str(tmp_path / "n.json")])
    assert benchmark.main() == 0
    numbers = json.loads((tmp_path / "n.json").read_text())
    assert numbers["examples"].keys() == {"none", "length"}
    assert numbers["documents"].keys() == {"none"}
    assert numbers["examples"]["length"]["kept"] == 100
