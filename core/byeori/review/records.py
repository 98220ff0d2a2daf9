"""What a person decides about an example, and what several decisions come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FIELDS = ("instruction", "input", "output")
"""The texts of an example that a reviewer can change."""
DECISIONS = "decisions.jsonl"
"""In the artifact of the examples: the decisions that were applied, for `byeori explain`."""
VERDICTS = ("accept", "edit", "reject", "flag")
REVIEWER, ADJUDICATOR = "reviewer", "adjudicator"
ROLES = (REVIEWER, ADJUDICATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about one example.

    Attributes:
        example: its id.
        reviewer: who decided.
        verdict: `accept`, `edit`, `reject`, or `flag`: somebody else must look at it.
        role: `reviewer`, or `adjudicator` where reviewers disagreed.
        edits: the new texts, by field; only of an `edit`.
        note: why, or empty.
        at: when, ISO 8601 in UTC.
    """

    example: str
    reviewer: str
    verdict: str
    role: str = REVIEWER
    edits: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    at: str = ""

    def same_as(self, other: "Decision") -> bool:
        """Whether both come to the same, whoever decided and when."""
        return (self.verdict, dict(self.edits)) == (other.verdict, dict(other.edits))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "example": self.example,
            "reviewer": self.reviewer,
            "verdict": self.verdict,
            "role": self.role,
            "edits": dict(self.edits),
            "note": self.note,
            "at": self.at,
        }


def decision(
    *, verdict: str, before: Mapping[str, str], texts: Mapping[str, str], **others: str
) -> Decision:
    """A checked decision. Changed texts make an acceptance an edit, and unchanged ones the reverse.

    Args:
        verdict: what was decided.
        before: the texts of the example.
        texts: the texts as the reviewer leaves them; those that are missing are unchanged.
        others: the further fields of `Decision`.

    Raises:
        ValueError: an unknown verdict, role or field, no reviewer, a text that may not be empty.
    """
    if verdict not in VERDICTS:
        raise ValueError(f"the verdict is one of {', '.join(VERDICTS)}, not {verdict!r}")
    if others.get("role", REVIEWER) not in ROLES:
        raise ValueError(f"the role is one of {', '.join(ROLES)}, not {others['role']!r}")
    if not others.get("reviewer", "").strip():
        raise ValueError("a decision needs the name of its reviewer")
    edits = {name: texts[name] for name in FIELDS if name in texts and texts[name] != before[name]}
    if verdict in ("accept", "edit"):
        verdict = "edit" if edits else "accept"
        if empty := [n for n in ("instruction", "output") if n in edits and not edits[n].strip()]:
            raise ValueError(f"the {empty[0]} may not be empty; reject the example instead")
    return Decision(verdict=verdict, edits=edits if verdict == "edit" else {}, **others)


def reviewed_id(row: Mapping[str, Any]) -> str:
    """The id under which an edited example was reviewed; empty for other rows."""
    review = row.get("metadata", {}).get("review")
    return str(review.get("of", "")) if isinstance(review, Mapping) else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all decisions about one example come to.

    Attributes:
        verdict: one of `VERDICTS`, or `disagreement`.
        decisions: those it rests on: the adjudicator's, or every reviewer's.
    """

    verdict: str
    decisions: tuple[Decision, ...]

    @property
    def edits(self) -> Mapping[str, str]:
        """The new texts by field."""
        return self.decisions[0].edits if self.verdict == "edit" else {}

    @property
    def by(self) -> list[str]:
        """Who decided."""
        return sorted({one.reviewer for one in self.decisions})

    @property
    def note(self) -> str:
        """Their notes."""
        return "; ".join(dict.fromkeys(one.note for one in self.decisions if one.note))


def outcome(decisions: Sequence[Decision]) -> Outcome | None:
    """What decisions about one example come to; None where there are none.

    An adjudicator's counts alone, the last of several. Reviewers' must all be the same, edits word
    for word.
    """
    judged = [one for one in decisions if one.role == ADJUDICATOR]
    if judged:
        last = max(judged, key=lambda one: one.at)
        return Outcome(last.verdict, (last,))
    if not decisions:
        return None
    first = decisions[0]
    agreed = all(one.same_as(first) for one in decisions)
    return Outcome(first.verdict if agreed else "disagreement", tuple(decisions))
