"""Hugging Face data sets: from the hub at a pinned commit, or from a local folder."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from byeori import Config, Context, DataError
from byeori.errors import suggest
from byeori_plugins.sources.parquet_files import plain_row
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import RowConfig, RowSource

if TYPE_CHECKING:
    import datasets

_COMMIT = re.compile(r"[0-9a-f]{40}")


class DataSetPlace(Config):
    """Where a data set is: either `hub` with `revision`, or `folder`."""

    hub: str | None = Field(None, description="Id on the hub, such as `owner/name`.")
    revision: str | None = Field(
        None, description="Commit of the hub id, 40 hexadecimal digits: what a name means can move."
    )
    folder: Path | None = Field(
        None, description="A folder written by `save_to_disk`, or one of data files."
    )
    subset: str | None = Field(None, description="Configuration, for data sets with several.")
    split: str = Field("train", description="Split to read.")

    @property
    def label(self) -> str:
        """The hub id, or the folder."""
        return str(self.hub or self.folder)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.hub is None) == (self.folder is None):
            raise ValueError("give either `hub` (with `revision`) or `folder`")
        if self.hub is not None and not _COMMIT.fullmatch(self.revision or ""):
            raise ValueError(
                f"`revision` must be the commit to read {self.hub} at, 40 hexadecimal digits "
                "(on the hub: Files and versions, History); a branch would move"
            )
        if self.folder is not None and self.revision is not None:
            raise ValueError("`revision` belongs to `hub`; a folder has none")
        return self


class HuggingFaceConfig(RowConfig, DataSetPlace):
    """Settings of `huggingface`."""


class HuggingFace(RowSource[HuggingFaceConfig]):
    """A split of a Hugging Face data set; origins are `name@commit[split]:row`, from 1."""

    name = "huggingface"
    version = 1
    config_model = HuggingFaceConfig

    def place(self, origin: str) -> str:
        """`origin`, or where the data set is."""
        return origin or self.config.label

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """One row a record."""
        return DataSetRows(self.config).rows(context)


class DataSetRows:
    """Reads the rows of a data set."""

    def __init__(self, place: DataSetPlace) -> None:
        self.config = place

    def rows(self, context: Context) -> Iterator[Row | BadRow]:
        """One row a record; origins are `name@commit[split]:row`, from 1."""
        name = self._name()
        for number, values in enumerate(self._load(context), start=1):
            yield plain_row(f"{name}:{number}", dict(values))

    def _name(self) -> str:
        config = self.config
        where = f"{config.hub}@{config.revision}" if config.hub else self._folder().name
        return f"{where}[{config.split}]"

    def _folder(self) -> Path:
        folder = self.config.folder
        if folder is None or not folder.is_dir():
            raise DataError(f"{folder}: there is no such folder")
        return folder

    def _load(self, context: Context) -> "datasets.Dataset":
        import datasets

        if self.config.hub is not None:
            return self._checked(self._from_hub)
        folder = self._folder()
        if (folder / "dataset_dict.json").is_file():
            return self._checked(lambda: self._split_of(datasets.load_from_disk(str(folder))))
        if (folder / "state.json").is_file():
            return self._checked(lambda: datasets.load_from_disk(str(folder)))
        cache = str(context.scratch / "datasets")
        return self._checked(
            lambda: datasets.load_dataset(
                str(folder), self.config.subset, split=self.config.split, cache_dir=cache
            )
        )

    def _from_hub(self) -> Any:
        import datasets

        config = self.config
        return datasets.load_dataset(
            config.hub, config.subset, split=config.split, revision=config.revision
        )

    def _split_of(self, splits: Any) -> Any:
        split = self.config.split
        if split not in splits:
            raise ValueError(f"no split `{split}`{suggest(split, list(splits))}")
        return splits[split]

    def _checked(self, load: Callable[[], Any]) -> "datasets.Dataset":
        """Load, quietly; whatever goes wrong in the library is said as a `DataError`."""
        import datasets

        shown = not datasets.are_progress_bars_disabled()
        datasets.disable_progress_bars()
        try:
            return load()
        # The library raises some twenty types from several packages, without a common base.
        except Exception as error:
            raise DataError(
                f"{self.config.label}: cannot be loaded: {type(error).__name__}: {error}"
            ) from error
        finally:
            if shown:
                datasets.enable_progress_bars()
