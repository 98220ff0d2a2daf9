"""Reads the items beside this file, and scores answers as byeori does. Written by byeori."""

import json
from pathlib import Path
from typing import Any


def documents(file: str, **others: Any) -> dict[str, Any]:
    """A task's rows, from the file of that name beside this one."""
    from datasets import Dataset

    lines = (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()
    return {"test": Dataset.from_list([json.loads(line) for line in lines])}


def score(document: dict[str, Any], results: list[Any]) -> dict[str, float]:
    """What byeori's evaluator gives to an answer; needs `pip install byeori`."""
    from byeori_plugins.evaluators.harness.offering.answers import score_answer

    answer = results[0][0] if isinstance(results[0], list) else results[0]
    return score_answer(Path(__file__).parent / f"{document['name']}.json", document, answer)
