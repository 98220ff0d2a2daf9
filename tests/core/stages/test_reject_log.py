"""What is said of rows that were not used, where nothing is left."""

from pathlib import Path

from byeori.context import Reject
from byeori.stages.job import RejectLog


def test_the_most_frequent_reasons_are_told_with_their_numbers(tmp_path: Path) -> None:
    with RejectLog(tmp_path / "rejects.jsonl") as log:
        assert log.why() == log.why("documents.0") == ""
        for number, reason in enumerate(("no title", "no text", "no title", "odd", "long")):
            log.add("documents.0", Reject(f"rows:{number}", reason))
        log.add("filters.0", Reject("rows:9", "short"))
    assert log.why("filters.0") == "; 1 rejected: short (1)"
    assert log.why("documents.0") == "; 5 rejected: no title (2); no text (1); odd (1); ..."
    assert log.why().startswith("; 6 rejected: no title (2); ")
