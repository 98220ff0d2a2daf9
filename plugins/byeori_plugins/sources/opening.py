"""Opens files of text, packed or not, and decodes them piece by piece."""

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, cast

from pydantic import AfterValidator

from byeori import DataError

PIECE = 2**20
"""Bytes that are read at once."""
PACKED = (".gz", ".zst", ".bz2", ".xz")
"""Endings of packed files; what a file is packed with is read off its first bytes."""

# UTF-32-LE starts with the mark of UTF-16-LE, so it must be looked for first.
_FOREIGN = (
    (codecs.BOM_UTF32_LE, "UTF-32 text; save it as UTF-8"),
    (codecs.BOM_UTF32_BE, "UTF-32 text; save it as UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16 text; save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "UTF-16 text; save it as UTF-8"),
    (b"PK\x03\x04", "a zip archive (or a spreadsheet); unpack it, or save it as CSV"),
    (b"\x1f\x8b", "packed twice; unpack it once"),
    (b"PAR1", "a Parquet file; read it with `use: parquet`"),
    (b"version https://git-lfs", "a pointer of Git LFS; fetch the file itself: `git lfs pull`"),
    (b"%PDF-", "a PDF file; read it with `use: pdf`"),
)


def _encoding_name(value: str) -> str:
    """The codec's name.

    Raises:
        ValueError: there is no such encoding, or its lines do not end in the byte of a line end.
    """
    try:
        name = codecs.lookup(value).name.removesuffix("-sig")  # a mark is taken off anyway
        fits = "\n".encode(name) == b"\n"
    except (LookupError, UnicodeError) as error:
        raise ValueError(f"no encoding of text is called {value!r}; Korean: cp949") from error
    if not fits:
        raise ValueError(f"files in {value} are not read; save them as UTF-8")
    return name


Encoding = Annotated[str, AfterValidator(_encoding_name)]
"""A codec by any of its names."""
ENCODING = "Encoding of the text, such as cp949, in which Windows writes Korean."


def _zstd(path: Path) -> BinaryIO:
    import pyarrow as pa

    stream = pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
    return io.BufferedReader(cast(io.RawIOBase, stream), PIECE)


def _xz(path: Path) -> BinaryIO:
    return cast(BinaryIO, lzma.LZMAFile(path))


_UNPACKERS: tuple[tuple[bytes, str, Callable[[Path], BinaryIO]], ...] = (
    (b"\x1f\x8b", "gzip", lambda path: cast(BinaryIO, gzip.GzipFile(path))),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
    (b"BZh", "bzip2", lambda path: cast(BinaryIO, bz2.BZ2File(path))),
    (b"\xfd7zXZ\x00", "xz", _xz),
)


def plain_name(path: Path) -> Path:
    """The path without the ending of what it is packed with."""
    return path.with_suffix("") if path.suffix.lower() in PACKED else path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where it is packed.

    Raises:
        DataError: it cannot be read, or not be unpacked to its end (also while it is read).
    """
    packed = ""
    try:
        with path.open("rb") as file:
            start = file.read(8)
        unpacker = next((one for one in _UNPACKERS if start.startswith(one[0])), None)
        packed = unpacker[1] if unpacker else ""
        with unpacker[2](path) if unpacker else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        said = getattr(error, "strerror", None) or str(error)
        what = f"as a file packed with {packed}: {said}; was it fetched whole?" if packed else said
        raise DataError(f"{path}: cannot be read {what}") from error


def refuse_foreign(path: Path, start: bytes) -> None:
    """Raise `DataError` where a file begins as one that holds no text in UTF-8 does."""
    for mark, what in _FOREIGN:
        if start.startswith(mark):
            raise DataError(f"{path}: this is {what}")


def text_pieces(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The text of a file, a mebibyte of it at a time; a byte-order mark is taken off.

    Raises:
        DataError: as `opened`; or it is of another encoding, or none (with line and byte).
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line, offset, first = 1, 0, True
    with opened(path) as file:
        while True:
            block = file.read(PIECE)
            if first:
                refuse_foreign(path, block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                place = offset + len(block) - len(error.object) + error.start
                raise undecodable(path, line + before.count(b"\n"), place, error) from error
            yield text.removeprefix("\ufeff") if first else text
            if not block:
                return
            line, offset, first = line + block.count(b"\n"), offset + len(block), False


def undecodable(path: Path, line: int, offset: int, error: UnicodeDecodeError) -> DataError:
    """What to raise for a byte, at `offset` of the unpacked file, that is none of its encoding."""
    found = f"{path}:{line}: not {error.encoding.upper()} at byte {offset} of the file "
    found += f"(0x{error.object[error.start]:02x}); "
    if error.encoding == "utf-8":
        like = "it looks like CP949; " if _is_korean(error.object[error.start :][:40]) else ""
        found += f"{like}convert it, for example with `iconv -f CP949 -t UTF-8` for Korean files "
        return DataError(f"{found}from Windows, or give a source of documents `encoding: cp949`")
    return DataError(f"{found}the recipe says `encoding: {error.encoding}`")


def _is_korean(found: bytes) -> bool:
    """Whether bytes, which may end within a character, are Hangul as Windows writes it."""
    try:
        text = codecs.getincrementaldecoder("cp949")().decode(found)
    except UnicodeDecodeError:
        return False
    return sum("\uac00" <= char <= "\ud7a3" for char in text) >= 2


def beginning(path: Path, encoding: str = "utf-8") -> str:
    """The first mebibyte of a file's text, at most, without what cannot be decoded.

    Raises:
        DataError: as `opened`; or it holds no text.
    """
    with opened(path) as file:
        block = file.read(PIECE)
    refuse_foreign(path, block)
    return block.decode(encoding, "ignore").removeprefix("\ufeff")
