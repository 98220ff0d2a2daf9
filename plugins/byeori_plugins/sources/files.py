"""Finds files, reads text files line by line, and says exactly what is wrong with them."""

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from byeori import DataError
from byeori_plugins.sources.opening import PACKED, opened, refuse_foreign, undecodable


def check_file(path: Path) -> None:
    """Raise `DataError` unless `path` is a file with something in it."""
    if path.is_dir():
        raise DataError(f"{path}: is a folder; name one file in it")
    if not path.is_file():
        folder = path.parent
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        # Not `suggest`, which would list the folder where no name is near.
        near = difflib.get_close_matches(path.name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "a path is relative to the recipe's folder"
        raise DataError(f"{path}: there is no such file; {hint}")
    if not path.stat().st_size:
        raise DataError(f"{path}: the file is empty; was it written to the end?")


def text_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    r"""The lines of a file, each with its line end; a byte-order mark is taken off.

    Lines end at `\n`, so that line numbers agree with editors and with `csv`. Files packed with
    gzip, zstd, bzip2 or xz are unpacked as they are read.

    Raises:
        DataError: no such file, empty, another encoding (with line and byte offset), damaged.
    """
    check_file(path)
    offset = 0
    with opened(path) as file:
        for number, raw in enumerate(file, start=1):
            if number == 1:
                refuse_foreign(path, raw)
            try:
                line = raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise undecodable(path, number, offset + error.start, error) from error
            yield line.removeprefix("\ufeff") if number == 1 else line
            offset += len(raw)


def text_problem(text: str) -> str:
    """What keeps a text from being stored and tokenised, or an empty string."""
    if "\x00" in text:
        return "contains a NUL character: damaged, or not text"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode: it has half of a surrogate pair"
    return ""


def files_below(root: Path, suffixes: Sequence[str]) -> list[tuple[Path, str]]:
    """One file, or those in a folder and all below it whose names end so, in a fixed order.

    Hidden files and folders are passed over, and links to folders are not followed.

    Returns:
        Each with its path below the folder, or its name.

    Raises:
        DataError: there is nothing of that name, or no such file in it.
    """
    if root.is_file():
        return [(root, root.name)]
    if not root.exists():
        raise DataError(f"{root}: there is no such file or folder")
    endings = tuple(s.lower() + packed for s in suffixes for packed in ("", *PACKED))
    found = sorted(
        (path.relative_to(root).as_posix(), path)
        for path in _walk(root)
        if path.name.lower().endswith(endings)
    )
    if not found:
        raise DataError(f"{root}: no file ends in {', '.join(suffixes)}")
    return [(path, name) for name, path in found]


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder, without hidden ones and without following links to folders."""

    def fail(error: OSError) -> None:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for folder, folders, files in os.walk(root, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if not name.startswith("."))
