"""Writes the files into a folder: `python -m byeori_science.shipped FOLDER`."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from byeori_science.shipped.exams import exams, instructions, questions
from byeori_science.shipped.pages import pages


def written() -> dict[str, str]:
    """The text of each file, by its path below `recipes/data`."""
    return {
        "elements.jsonl": _lines(pages()),
        "general.jsonl": _lines(instructions()),
        "general-questions.jsonl": _lines(questions()),
        **{f"exams/{name}.csv": _table(rows) for name, rows in exams().items()},
    }


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _table(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def main(folder: Path) -> None:
    """Write all files below a folder."""
    for name, text in written().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
