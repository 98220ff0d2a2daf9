"""A paper and its tables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from byeori.reproduction.table import Place
from byeori.reproduction.ways import Way

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""What a paper may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One table or figure of a paper, and how ours is got.

    Attributes:
        table: what the paper calls it: `Table 5`, `Figure 1`, `Section 3.4`; unique in the paper.
        shows: what it shows, in a sentence.
        columns: labels of its columns, without that of the row labels; each once, and none that
            a row has too.
        rows: by row label the cells as printed, one for each column; empty where the paper prints
            nothing (a row of ours alone is all empty).
        ours: how ours is got with the paper's own models and settings (`--full`).
        tiny: how it is got on the small base model and shipped data; as `ours`, where not given.
        notes: what a reader must know of the paper's own figures, each a sentence.
    """

    table: str
    shows: str
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    ours: Way
    tiny: Way | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table that is not one.

        Raises:
            ValueError: no cells, a row of another length, or a label twice.
        """
        if not self.rows or not self.columns:
            raise ValueError(f"{self.table} has no cells: give it rows and columns")
        for label, cells in self.rows.items():
            if len(cells) != len(self.columns):
                raise ValueError(
                    f"{self.table}, row {label!r} has {len(cells)} cells; "
                    f"the table has {len(self.columns)} columns"
                )
        labels = [*self.rows, *self.columns]
        if twice := sorted({label for label in labels if labels.count(label) > 1}):
            raise ValueError(f"{self.table} has the label {twice[0]!r} twice")

    def way(self, *, full: bool) -> Way:
        """How ours is got, with the paper's models or on the small one."""
        return self.ours if full or self.tiny is None else self.tiny

    def places(self) -> Iterator[Place]:
        """All cells, row by row."""
        for row in self.rows:
            for column in self.columns:
                yield row, column

    def printed(self, place: Place) -> str:
        """What the paper prints in a cell."""
        row, column = place
        return self.rows[row][self.columns.index(column)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper whose experiments a plugin's recipes repeat.

    Attributes:
        name: within the plugin: lower-case letters, digits, `-` and `_`.
        title, authors, venue, year: as the paper's own text gives them; a venue that it does not
            name is empty, a year None.
        experiments: in the paper's order.
    """

    name: str
    title: str
    authors: tuple[str, ...]
    experiments: tuple[Experiment, ...]
    venue: str = ""
    year: int | None = None

    def __post_init__(self) -> None:
        """Refuse a paper that cannot be named or has a table twice.

        Raises:
            ValueError: what is wrong.
        """
        if not NAME.fullmatch(self.name):
            raise ValueError(
                f"paper {self.name!r}: a name has lower-case letters, digits, `-` and `_`"
            )
        tables = [experiment.table for experiment in self.experiments]
        if twice := sorted({table for table in tables if tables.count(table) > 1}):
            raise ValueError(f"paper {self.name!r} has {twice[0]!r} twice")
