"""Finds files, reads text files line by line, and says exactly what is wrong with them."""

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from byeori import DataError
from byeori_plugins.sources.opening import PACKED, opened, refuse_foreign, undecodable


def check_file(path: Path) -> None:
    """Raise `DataError` unless `path` is a file with something in it."""
    if path.is_dir():
        raise DataError(f"{path}: is a folder; name one file in it")
    if not path.is_file():
        raise _no_such(path, "file")
    if not path.stat().st_size:
        raise DataError(f"{path}: the file is empty; was it written to the end?")


def _no_such(path: Path, what: str) -> DataError:
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    # Not `suggest`, which would list the folder where no name is near.
    near = difflib.get_close_matches(path.name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "a path is relative to the recipe's folder"
    if any(mark in path.name for mark in "*?["):
        hint = "it takes no pattern: name the folder"
        hint += f", and the files in it with `files: {path.name!r}`" if what != "file" else ""
    return DataError(f"{path}: there is no such {what}; {hint}")


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


def files_below(root: Path, suffixes: Sequence[str], pattern: str = "") -> list[tuple[Path, str]]:
    """One file, or those in a folder and all below it, in the order of their paths.

    Hidden files and folders are passed over, and links to folders are not followed.

    Args:
        root: the file or folder.
        suffixes: endings of the names, also with one of `PACKED` after them.
        pattern: takes, in the place of `suffixes`, the files whose path below the folder ends so
            (`part-*.jsonl`).

    Returns:
        Each with its path below the folder, or its name.

    Raises:
        DataError: there is nothing of that name, or no such file in it.
    """
    if root.is_file() and not pattern:
        return [(root, root.name)]
    if not root.is_dir():
        raise _no_such(root, "folder" if pattern else "file or folder")
    endings = tuple(s.lower() + packed for s in suffixes for packed in ("", *PACKED))
    there = sorted((path.relative_to(root).as_posix(), path) for path in _walk(root))
    found = [
        (path, name)
        for name, path in there
        if (PurePosixPath(name).match(pattern) if pattern else name.lower().endswith(endings))
    ]
    if not found:
        wanted = f"is called {pattern}" if pattern else f"ends in {', '.join(suffixes)}"
        others = ", ".join(name for name, _ in there[:5]) + (", ..." if len(there) > 5 else "")
        raise DataError(f"{root}: no file {wanted}; there is {others or 'no file at all'}")
    return found


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder, without hidden ones and without following links to folders."""

    def fail(error: OSError) -> None:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from error

    for folder, folders, files in os.walk(root, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if not name.startswith("."))
