"""Answers that stand in a file of their own, as FastChat writes those of MT-bench."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from byeori import DataError
from byeori_plugins.sources.json_files import read_json_lines
from byeori_plugins.sources.reading import BadRow


def reference_answers(path: Path | None) -> Mapping[str, tuple[str, ...]]:
    """By question, the answers to its turns; empty where there is no file.

    Raises:
        DataError: a row is no answer of FastChat's: `question_id` and `choices` with `turns`.
    """
    if path is None:
        return {}
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> Mapping[str, tuple[str, ...]]:
    answers = {}
    for row in read_json_lines(path):
        where = path.parent / row.origin
        if isinstance(row, BadRow):
            raise DataError(f"{where}: {row.reason}")
        try:
            turns = row.values["choices"][0]["turns"]
            answers[str(row.values["question_id"])] = tuple(str(turn).strip() for turn in turns)
        except (LookupError, TypeError) as error:
            raise DataError(
                f"{where}: expected an answer of FastChat's, `question_id` and `choices` with "
                f"`turns`; found {', '.join(row.values)}"
            ) from error
    return answers
