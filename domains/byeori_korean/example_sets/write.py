"""The files, as their names and shapes are published."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from byeori_korean.example_sets import annotated, families, kullm, platypus


def write_all(folder: Path) -> None:
    """Write every set into a folder; what is there is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    sets = kullm.Sets()
    _write(folder / "gpt4-llm.json", _array(sets.gpt4_llm()))
    _write(folder / "dolly.jsonl", _lines(sets.dolly()))
    _write(folder / "sharegpt.json", _array(sets.sharegpt()))
    _write(folder / "translations.tsv", _table(("en", "ko"), sets.pairs.items()))
    _write(folder / "questions.jsonl", _lines(kullm.questions()))
    _write(folder / "platypus.json", _array(platypus.rows()))
    _write(folder / "platypus-machine.tsv", _table(("en", "ko"), platypus.machine()))
    _write(folder / "natural-instructions.json", _json(families.natural_instructions()) + "\n")
    _write(folder / "p3.jsonl", _lines(families.p3()))
    _write(folder / "flan.jsonl", _lines(families.flan()))
    _write(folder / "self-instruct.jsonl", _lines(families.self_instruct()))
    _write(folder / "questions-families.jsonl", _lines(families.questions()))
    _write(folder / "nli.json", _array(annotated.inferences()))
    _write(folder / "topics.jsonl", _lines(annotated.topics()))


def _array(rows: Iterable[Mapping[str, Any]]) -> str:
    return "[\n" + ",\n".join(map(_json, rows)) + "\n]\n"


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(f"{_json(row)}\n" for row in rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join("\t".join(cells) + "\n" for cells in (header, *rows))


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
