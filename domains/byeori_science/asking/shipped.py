"""What the generators take from files of the package: their prompts, and how examples ask."""

import zlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from byeori_science.tasks import TaskName, wordings


def prompt(name: str) -> str:
    """The default prompt of a generator: `prompts/NAME.jinja`."""
    path = files("byeori_science") / "asking" / "prompts" / f"{name}.jinja"
    return path.read_text(encoding="utf-8").removesuffix("\n")


def asked(task: TaskName, language: str, values: Mapping[str, Any]) -> str:
    """An instruction of a kind of task in one of the training's wordings.

    Which one is told by the values alone, so that a run that goes on asks as one that was not
    stopped. Languages without wordings are asked in English.
    """
    offered = wordings(task, "ko" if language.partition("-")[0] == "ko" else "en", "train")
    place = zlib.crc32(repr(sorted(values.items())).encode()) % len(offered)
    return offered[place].render(values).strip()
