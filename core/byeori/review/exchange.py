"""Decisions as JSON lines: for the recipe, for the archive, and for people with other tools."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byeori.errors import DataError
from byeori.review.records import FIELDS, REVIEWER, Decision, decision
from byeori.review.store import ReviewStore
from byeori.review.subject import Subject, texts
from byeori.store.files import replace_atomically


@dataclass
class Imported:
    """What an import did.

    Attributes:
        taken: decisions that are new or changed.
        known: decisions that were there already.
        undecided: lines without a verdict whose texts are those of the example.
        unknown: ids that are no example of this run.
    """

    taken: int = 0
    known: int = 0
    undecided: int = 0
    unknown: list[str] = field(default_factory=list)


def export_decisions(store: ReviewStore, subject: Subject, path: Path, *, everything: bool) -> int:
    """Write every decision that holds, one a line, in the order of the examples.

    A line has `example`, `verdict`, `reviewer`, `role`, `note`, `at`, the texts as they shall be
    (`instruction`, `input`, `output`), and in `before` those that were changed. The same decisions
    give the same bytes.

    Args:
        store: the review.
        subject: the examples.
        path: the file; what was in it is replaced, whole.
        everything: also examples that nobody decided, with a verdict of null.

    Returns:
        How many lines.
    """
    count = 0

    def write(part: Path) -> None:
        nonlocal count
        with part.open("w", encoding="utf-8") as file:
            for row in _lines(store, subject, everything):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1

    replace_atomically(path, write)
    return count


def _lines(store: ReviewStore, subject: Subject, everything: bool) -> Iterator[dict[str, Any]]:
    places = {
        str(row["id"]): int(row["place"])
        for row in store.read("SELECT id, place FROM items WHERE place IS NOT NULL")
    }
    decided: set[str] = set()
    for one in store.current():
        decided.add(one.example)
        place = places.get(one.example)
        before = {} if place is None else texts(subject.examples[place])
        yield {
            "example": one.example,
            "verdict": one.verdict,
            "reviewer": one.reviewer,
            "role": one.role,
            "note": one.note,
            "at": one.at,
            **before,
            **one.edits,
            "before": {name: before[name] for name in one.edits if name in before},
        }
    for row in subject.examples if everything else ():
        if row.id not in decided:
            yield {"example": row.id, "verdict": None, **texts(row)}


def import_decisions(store: ReviewStore, subject: Subject, path: Path, reviewer: str) -> Imported:
    """Take over decisions from a file of `export_decisions`, or from one written elsewhere.

    A line needs `example` and either a `verdict` or changed texts; `reviewer` is whose decision it
    is where the line does not say. All lines are taken, or none.

    Raises:
        DataError: a line that cannot be read, with its number.
    """
    places = {
        str(row["id"]): int(row["place"])
        for row in store.read("SELECT id, place FROM items WHERE place IS NOT NULL")
    }
    held = {(one.example, one.reviewer, one.role): one for one in store.current()}
    done, new = Imported(), list[Decision]()
    for number, line in read_lines(path):
        place = places.get(str(line.get("example")))
        if place is None:
            done.unknown.append(str(line.get("example")))
            continue
        try:
            one = decision_of(line, texts(subject.examples[place]), reviewer)
        except (TypeError, ValueError) as error:
            raise DataError(f"{path}:{number}: {error}") from error
        if one is None:
            done.undecided += 1
        elif (old := held.get((one.example, one.reviewer, one.role))) and old.same_as(one):
            done.known += 1
        else:
            done.taken += 1
            new.append(one)
    store.decide_all(new)
    return done


def decision_of(
    line: Mapping[str, Any], before: Mapping[str, str], reviewer: str
) -> Decision | None:
    """The decision of a line about an example with these texts; None where nothing is decided.

    Raises:
        ValueError: it is none that can be.
    """
    given = {name: line[name] for name in FIELDS if isinstance(line.get(name), str)}
    changed = any(given[name] != before[name] for name in given)
    verdict = line.get("verdict") or ("edit" if changed else None)
    if verdict is None:
        return None
    others = {
        "example": str(line["example"]),
        "reviewer": str(line.get("reviewer") or reviewer),
        "role": str(line.get("role") or REVIEWER),
        "note": str(line.get("note") or ""),
        "at": str(line.get("at") or ""),
    }
    return decision(verdict=str(verdict), before=before, texts=given, **others)


def read_lines(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    """The lines of a file of decisions, with their numbers.

    Raises:
        DataError: a line is no JSON object with an `example`.
    """
    with path.open(encoding="utf-8-sig") as lines:
        try:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _object(line, f"{path}:{number}")
        except UnicodeDecodeError as error:
            raise DataError(f"{path} is not UTF-8: {error}; save it as UTF-8") from error


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict) or not isinstance(row.get("example"), str):
        raise DataError(f'{where}: not a decision; a line is {{"example": "ID", "verdict": ...}}')
    return row
