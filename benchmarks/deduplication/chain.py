"""Filters between two Arrow files, in one process, with what they took."""

import re
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from byeori import Document, Example
from byeori.bulk import Rows, write
from byeori.context import Reject
from byeori.testing.samples import testing_context
from deduplication.examples import make_documents, make_examples

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "length": {"max_output": 2000},
    "duplicates": {},
    "format": {"task": "choice", "choices": ("A", "B")},
    "refusals": {},
    "personal-data": {},
    "language": {"keep": ("ko", "en")},
}
DOCUMENTS: Mapping[str, Mapping[str, Any]] = {
    "licence": {"allow": ("CC-BY-4.0", "MIT")},
    "similar-documents": {},
}


def make(path: Path, kind: str, number: int) -> int:
    """Write made-up rows; their count."""
    if kind == "examples":
        return write(path, make_examples(number), Example)
    return write(path, make_documents(number), Document)


def measure(path: Path, kind: str, names: Sequence[str]) -> dict[str, Any]:
    """Read, filter by each in turn, write; processor seconds, rows kept, peak memory."""
    from byeori_plugins.filters import FILTERS

    classes = {cls.name: cls for cls in FILTERS}
    settings = {**EXAMPLES, **DOCUMENTS}
    row_type: type[Any] = Example if kind == "examples" else Document
    with tempfile.TemporaryDirectory() as folder:
        context = _Counting(Path(folder))
        started = time.process_time()
        rows: Iterable[Any] = Rows(path, row_type)
        for name in names:
            cls: Any = classes[name]
            rows = cls(cls.config_model(**settings[name])).keep(rows, context.context)
        kept = write(Path(folder) / "kept.arrow", rows, row_type)
        seconds = time.process_time() - started
    return {
        "kept": kept,
        "rejected": context.rejected,
        "cpu_seconds": seconds,
        "peak_mib": peak_mib(),
    }


def peak_mib() -> float:
    """The greatest memory this process had, in MiB, as Linux counts it (VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None  # every Linux since 2.6
    return int(found[1]) / 1024


class _Counting:
    """A context whose rejects are counted and not held."""

    def __init__(self, folder: Path) -> None:
        from dataclasses import replace

        self.rejected = 0
        self.context = replace(testing_context(folder), on_reject=self._add)

    def _add(self, reject: Reject) -> None:
        self.rejected += 1
