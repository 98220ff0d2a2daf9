"""What came of a paper: every cell beside ours, every table with its mark."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from byeori.reproduction.table import Figure, Mark, Place

NOT_HERE: Mark = "not runnable here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell.

    Attributes:
        row, column: its labels.
        paper: as printed; empty where the paper prints nothing.
        ours: our figure; None where there is none.
        mark: what was decided; empty where there was nothing to decide.
        why: the figures that decided it, or why there is no figure of ours.
    """

    row: str
    column: str
    paper: str
    ours: Figure | None
    mark: Mark
    why: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.row, self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOutcome:
    """One table beside ours.

    Attributes:
        table, shows, notes: as in the experiment.
        columns: its labels.
        cells: row by row.
        how: how ours was got, in a sentence.
        recipes: names of those it was got from, each once.
        rule: when a cell counts as reproduced; empty where nothing was got.
        sense: in what sense cells are reproduced, in a few words.
        differs: what is not as in the paper.
        command: what runs it where it can be run; empty where it was run here.
        error: why getting ours failed, where it did; empty otherwise.
    """

    table: str
    shows: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    how: str
    recipes: tuple[str, ...] = ()
    rule: str = ""
    sense: str = ""
    differs: str = ""
    command: str = ""
    error: str = ""
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[Mark, int]:
        """Cells by mark, those without one left out."""
        return Counter(cell.mark for cell in self.cells if cell.mark)

    @property
    def mark(self) -> Mark:
        """Of the whole table: `different` where one cell is, `reproduced` where one was."""
        marks: tuple[Mark, ...] = ("different", "reproduced")
        return next((mark for mark in marks if self.counts.get(mark)), NOT_HERE)

    @property
    def says(self) -> str:
        """The mark with its sense and how many cells it is of."""
        counts = self.counts
        decided = counts.get("reproduced", 0) + counts.get("different", 0)
        absent = counts.get(NOT_HERE, 0)
        rest = f"; {absent} not runnable here" if absent and decided else ""
        if self.mark == "reproduced":
            return f"reproduced {self.sense} ({decided} of {decided} cells{rest})"
        if self.mark == "different":
            same = counts.get("reproduced", 0)
            return f"different ({same} of {decided} cells reproduced {self.sense}{rest})"
        return NOT_HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """A paper's tables beside ours.

    Attributes:
        paper: its name, such as `nasa/lora`.
        title, authors, venue, year: as its own text gives them.
        full: whether the paper's own base models were asked for, or the small one.
        overrides: options given besides, as for `--set`.
        tables: those that were asked for, in the paper's order.
        byeori_version: what made this.
    """

    paper: str
    title: str
    authors: tuple[str, ...]
    venue: str
    year: int | None
    full: bool
    overrides: tuple[str, ...]
    tables: tuple[TableOutcome, ...]
    byeori_version: str

    @property
    def citation(self) -> str:
        """Authors, year and venue in a line."""
        when = f" ({self.year})" if self.year else ""
        where = f". {self.venue}" if self.venue else ""
        return f"{', '.join(self.authors)}{when}{where}"

    @property
    def models(self) -> str:
        """What ours was run on, in a sentence."""
        if self.full:
            return "Runs are of the recipes as they are, on the models and documents they name."
        return (
            "Runs are of the recipes' tiny form: a small base model on the CPU and shipped data. "
            "They show that the way works and which side a difference lies on, "
            "not the paper's figures."
        )
