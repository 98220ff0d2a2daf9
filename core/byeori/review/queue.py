"""Which example comes next for a reviewer, and how far the review is."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from byeori.review.records import ADJUDICATOR, REVIEWER, VERDICTS
from byeori.review.store import ReviewStore

CLAIM_SECONDS = 1800.0
"""How long an example that one reviewer looks at is kept from the others."""

_MINE = (
    "EXISTS (SELECT 1 FROM current c WHERE c.example = i.id AND c.role = :role "
    "AND c.reviewer = :me)"
)
_OF_OTHERS = (
    "EXISTS (SELECT 1 FROM current c WHERE c.example = i.id AND c.role = 'reviewer' "
    "AND c.reviewer <> :me)"
)
_CLAIMED = (
    "EXISTS (SELECT 1 FROM claims k WHERE k.example = i.id AND k.reviewer <> :me AND k.at > :stale)"
)
_CLAIMABLE = f"(i.lot < :overlap OR NOT {_CLAIMED})"
_DISPUTED = (
    "i.id IN (SELECT example FROM current WHERE role = 'reviewer' GROUP BY example "
    "HAVING count(DISTINCT verdict || edits) > 1)"
)
_SETTLED = "EXISTS (SELECT 1 FROM current c WHERE c.example = i.id AND c.role = 'adjudicator')"
_SHOWN = (
    "i.place IS NOT NULL AND (:task = '' OR i.task = :task) "
    "AND (:language = '' OR i.language = :language)"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which examples a reviewer looks through.

    Attributes:
        task, language: only of these; empty for all.
        state: `undecided`, or one of the verdicts, by this reviewer; empty for all.
    """

    task: str = ""
    language: str = ""
    state: str = ""

    def __post_init__(self) -> None:
        if self.state not in ("", "undecided", *VERDICTS):
            raise ValueError(f"no such state: {self.state!r}")


@dataclass(frozen=True)
class Queue:
    """The examples of a review as one person goes through them.

    Attributes:
        store: the review.
        reviewer: the person's name.
        role: `reviewer`, or `adjudicator`, who sees only what reviewers disagree about.
        overlap: share of the documents whose examples every reviewer decides; of the others one.
    """

    store: ReviewStore
    reviewer: str
    role: str = REVIEWER
    overlap: float = 0.0

    def next(self, choice: Choice, after: int = -1) -> int | None:
        """Position of the next example to decide, from the start again at the end; claims it."""
        for low, high in ((after, 1 << 60), (-1, after)):
            rows = self._read(
                f"SELECT i.position, i.id FROM items i WHERE {self._open()} AND {_CLAIMABLE} "  # noqa: S608
                "AND i.position > :low AND i.position <= :high ORDER BY i.position LIMIT 1",
                choice,
                low=low,
                high=high,
            )
            if rows:
                self.claim(str(rows[0]["id"]))
                return int(rows[0]["position"])
        return None

    def step(self, choice: Choice, position: int, by: int) -> int | None:
        """Position of the example before (`by` -1) or after (1) one, decided or not."""
        way, order = (">", "ASC") if by > 0 else ("<", "DESC")
        rows = self._read(
            f"SELECT i.position FROM items i WHERE {self._listed(choice)} "  # noqa: S608
            f"AND i.position {way} :position ORDER BY i.position {order} LIMIT 1",
            choice,
            position=position,
        )
        return int(rows[0]["position"]) if rows else None

    def claim(self, example: str) -> None:
        """Keep an example from the other reviewers while this one looks at it."""
        with self.store.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?)",
                (example, self.reviewer, time.time()),
            )

    def progress(self, choice: Choice) -> dict[str, int]:
        """How many examples there are, are left for this reviewer, and were decided and how.

        Returns:
            `total`, `left`, `others` (that others have decided), `disputed` (not adjudicated), and
            the reviewer's own verdicts by name.
        """
        mine = self._read(
            "SELECT verdict, count(*) n FROM current JOIN items i ON i.id = current.example "  # noqa: S608
            f"WHERE reviewer = :me AND role = :role AND {_SHOWN} GROUP BY verdict",
            choice,
        )
        counts = dict.fromkeys(VERDICTS, 0) | {row["verdict"]: int(row["n"]) for row in mine}
        total = self._count(_SHOWN, choice)
        others = self._count(f"{_SHOWN} AND i.lot >= :overlap AND {_OF_OTHERS} AND NOT {_MINE}",
                             choice)  # fmt: skip
        disputed = self._count(f"{_SHOWN} AND {_DISPUTED} AND NOT {_SETTLED}", choice)
        left = total - others - sum(counts.values()) if self.role == REVIEWER else disputed
        return {"total": total, "left": left, "others": others, "disputed": disputed, **counts}

    def groups(self) -> dict[str, dict[str, int]]:
        """How many examples there are of each task and language."""
        return {
            name: {
                str(row[0]): int(row[1])
                for row in self.store.read(
                    f"SELECT {name}, count(*) FROM items WHERE place IS NOT NULL "  # noqa: S608
                    f"GROUP BY {name} ORDER BY count(*) DESC, {name}"
                )
            }
            for name in ("task", "language")
        }

    def _open(self) -> str:
        if self.role == ADJUDICATOR:
            return f"{_SHOWN} AND {_DISPUTED} AND NOT {_SETTLED}"
        return f"{_SHOWN} AND NOT {_MINE} AND (i.lot < :overlap OR NOT {_OF_OTHERS})"

    def _listed(self, choice: Choice) -> str:
        shown = f"{_SHOWN} AND {_DISPUTED}" if self.role == ADJUDICATOR else _SHOWN
        if choice.state == "undecided":
            return f"{shown} AND NOT {_MINE}"
        return f"{shown} AND {_MINE[:-1]} AND c.verdict = :state)" if choice.state else shown

    def _count(self, condition: str, choice: Choice) -> int:
        (row,) = self._read(f"SELECT count(*) FROM items i WHERE {condition}", choice)  # noqa: S608
        return int(row[0])

    def _read(self, query: str, choice: Choice, **more: Any) -> list[Any]:
        values: Mapping[str, Any] = {
            "me": self.reviewer,
            "role": self.role,
            "overlap": self.overlap,
            "stale": time.time() - CLAIM_SECONDS,
            "task": choice.task,
            "language": choice.language,
            "state": choice.state,
            **more,
        }
        return self.store.read(query, **values)
