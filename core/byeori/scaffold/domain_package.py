"""Writes a complete domain package, whole or not at all."""

import datetime
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from byeori.prompts import render
from byeori.scaffold.names import LICENCES, Names
from byeori.scaffold.whole import written_whole

_TEMPLATES = files("byeori.scaffold") / "domain"
_RAW = (".jsonl",)
"""Data: copied as it is."""


def write_domain(
    names: Names, folder: Path, *, byeori: str, licence: str = LICENCES[0], author: str = ""
) -> list[str]:
    """Write the package of a new domain into a folder that is not there yet, or is empty.

    The folder appears whole: a process that is killed leaves nothing at its place.

    Args:
        names: what the domain is called.
        folder: of the project, with `pyproject.toml`.
        byeori: the version it is written for.
        licence: one of `LICENCES`, or empty for none.
        author: who has the copyright; the package's authors where empty.

    Returns:
        Paths of what was written, relative to the folder.

    Raises:
        DataError: the folder cannot be made there, or holds something.
    """
    values = {
        "name": names.name,
        "module": names.module,
        "distribution": names.distribution,
        "title": names.title,
        "licence": licence,
        "byeori": byeori,
        "author": author or f"the authors of {names.distribution}",
        "year": str(datetime.date.today().year),  # the year where the author is
    }
    texts = {_place(path, names): _filled(file, values) for path, file in _files(_TEMPLATES)}
    if licence:
        file = files("byeori.scaffold") / "licences" / f"{licence}.txt"
        texts["LICENSE"] = render(file.read_text(encoding="utf-8"), values)
    with written_whole(folder) as making:
        for place, text in texts.items():
            path = making / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return sorted(texts)


def _files(folder: Traversable, above: str = "") -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{above}{entry.name}"
        if entry.is_file():
            found.append((path, entry))
        elif entry.name != "__pycache__":
            found += _files(entry, f"{path}/")
    return found


def _place(path: str, names: Names) -> str:
    """Where a template's file goes in the new package."""
    first, *rest = PurePosixPath(path.removesuffix(".jinja")).parts
    if first == "package":
        return "/".join(("src", names.module, *rest))
    return "/".join((".gitignore" if first == "gitignore" else first, *rest))


def _filled(file: Traversable, values: Mapping[str, str]) -> str:
    text = file.read_text(encoding="utf-8")
    return text if file.name.endswith(_RAW) else render(text, values)
