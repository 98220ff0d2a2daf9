"""What the page of a review asks for and sends, apart from how it travels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from byeori.records import Document
from byeori.review.agreement import agreements
from byeori.review.passages import passages
from byeori.review.queue import Choice, Queue
from byeori.review.records import ADJUDICATOR, REVIEWER, Decision, decision
from byeori.review.subject import Subject, texts


class NoSuchExampleError(Exception):
    """The page asks for an example that is not there."""


@dataclass(frozen=True)
class Desk:
    """One reviewer's seat at a review.

    Attributes:
        subject: the examples and documents.
        queue: the reviewer's way through them.
    """

    subject: Subject
    queue: Queue

    def session(self) -> dict[str, Any]:
        """What does not change while the page is open."""
        return {
            "run": self.subject.run.name,
            "reviewer": self.queue.reviewer,
            "role": self.queue.role,
            "overlap": self.queue.overlap,
            **self.queue.groups(),
        }

    def next(self, choice: Choice, after: int = -1) -> dict[str, Any]:
        """The next example to decide, and how far the review is."""
        return self._shown(self.queue.next(choice, after), choice)

    def step(self, choice: Choice, position: int, by: int) -> dict[str, Any]:
        """The example before or after one; none at the end."""
        return self._shown(self.queue.step(choice, position, by), choice)

    def at(self, choice: Choice, position: int) -> dict[str, Any]:
        """The example at a position."""
        return self._shown(position, choice)

    def decide(self, sent: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
        """Commit what the reviewer decided, then show the next example.

        Args:
            sent: `example`, `verdict`, `texts` by field, `note`, and a `nonce` of its own, so that
                what is sent again because the answer was lost is not taken twice.
            choice: which examples the reviewer looks through.

        Raises:
            ValueError: it is no decision that can be taken.
            NoSuchExampleError: there is no such example.
        """
        row = self._item("id = :value", str(sent.get("example")))
        made = decision(
            verdict=str(sent.get("verdict")),
            before=texts(self.subject.examples[int(row["place"])]),
            texts=_texts(sent),
            example=str(row["id"]),
            reviewer=self.queue.reviewer,
            role=self.queue.role,
            note=str(sent.get("note") or "").strip(),
        )
        self.queue.store.decide(made, str(sent["nonce"]) if sent.get("nonce") else None)
        return self.next(choice, int(row["position"]))

    def undo(self, choice: Choice) -> dict[str, Any]:
        """Undo the reviewer's last decision and show its example; none where there was none.

        The answer has the decision too (`undone`), so that what was typed for it is not lost.
        """
        last = self.queue.store.undo(self.queue.reviewer, self.queue.role)
        if last is None:
            return self._shown(None, choice)
        shown = self._shown(int(self._item("id = :value", last.example)["position"]), choice)
        return shown | {"undone": last.as_json()}

    def agreement(self) -> list[dict[str, Any]]:
        """How far the reviewers agree, pair by pair."""
        return [one.as_json() for one in agreements(self.queue.store.current())]

    def _item(self, condition: str, value: object) -> Any:
        rows = self.queue.store.read(
            f"SELECT position, id, place FROM items WHERE place IS NOT NULL AND {condition}",  # noqa: S608
            value=value,
        )
        if not rows:
            raise NoSuchExampleError(f"there is no example {value}")
        return rows[0]

    def _shown(self, position: int | None, choice: Choice) -> dict[str, Any]:
        progress = self.queue.progress(choice)
        if position is None:
            return {"item": None, "progress": progress}
        row = self._item("position = :value", position)
        return {"item": self._whole(row), "progress": progress}

    def _whole(self, row: Any) -> dict[str, Any]:
        example = self.subject.examples[int(row["place"])]
        decided = self.queue.store.of(example.id)
        mine = [one for one in decided if (one.reviewer, one.role) == self._me]
        others = [one for one in decided if one.role == REVIEWER]
        return {
            "position": row["position"],
            "id": example.id,
            "texts": texts(example),
            "system": example.system,
            "history": [[turn.role, turn.content] for turn in example.history],
            "task": example.task,
            "language": example.language,
            "generator": example.generator,
            "document": self._document(example.document_id, example),
            "mine": mine[0].as_json() if mine else None,
            # A reviewer is not to know what the others decided; who adjudicates must.
            "others": _json(others) if self.queue.role == ADJUDICATOR else [],
        }

    @property
    def _me(self) -> tuple[str, str]:
        return self.queue.reviewer, self.queue.role

    def _document(self, id_: str, example: Any) -> dict[str, Any] | None:
        rows = self.queue.store.read("SELECT place FROM documents WHERE id = :id", id=id_)
        if not rows or self.subject.documents is None:
            return None
        document: Document = self.subject.documents[int(rows[0]["place"])]
        return {
            "id": document.id,
            "title": document.title,
            "origin": document.origin,
            "licence": document.licence,
            "language": document.language,
            "passages": passages(document, example),
        }


def _json(decisions: list[Decision]) -> list[dict[str, Any]]:
    return [one.as_json() for one in decisions]


def _texts(sent: Mapping[str, Any]) -> dict[str, str]:
    given = sent.get("texts") or {}
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise ValueError("`texts` must be texts by field")
    for text in given.values():
        text.encode()  # half a surrogate pair is no text; UnicodeEncodeError is a ValueError
    return given
