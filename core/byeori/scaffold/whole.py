"""A folder that appears whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from byeori.errors import DataError


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one, which takes its place when the block is done.

    Raises:
        DataError: the place is taken, or cannot be written to.
    """
    place = folder.absolute()
    _refuse_taken(folder, place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        making.chmod(0o755)  # mkdtemp makes folders for one user alone
        yield making
        making.rename(place)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _refuse_taken(folder: Path, place: Path) -> None:
    advice = "name another with --folder"
    try:
        if place == Path.cwd():
            raise DataError(
                f"{folder} is the folder you are in; go one up, and name it with --folder"
            )
        if place.is_dir():
            if any(place.iterdir()):
                raise DataError(f"{folder} is there already, and not empty; {advice}")
        elif place.exists() or place.is_symlink():
            raise DataError(f"{folder} is there already, and no folder; {advice}")
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> DataError:
    where = f"{error.filename}: " if error.filename else ""
    return DataError(
        f"{folder} cannot be made ({where}{error.strerror}); name another place with --folder"
    )
