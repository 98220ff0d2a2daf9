"""What a record must hold to become an example of each kind of task."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

TaskName = Literal[
    "question-answering", "document-summary", "concept-explanation", "problem-solving"
]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of task.

    Attributes:
        task: what its examples say they are.
        several: field of a record that holds a list of annotations of this kind.
        needs: fields of one annotation, the first of which tells that a record has one.
        may: fields it may have beside them.
    """

    task: TaskName
    several: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()

    def of(self, record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The annotations of a record: those of its list, or the one that its own fields make.

        A text in the place of an annotation is its first field. Each has `number`, its place from
        0, and only fields of this kind.
        """
        found = record.get(self.several)
        if found in (None, "", []):
            found = [record] if record.get(self.needs[0]) not in (None, "", []) else []
        listed = found if isinstance(found, list | tuple) else [found]
        for number, one in enumerate(listed):
            fields = one if isinstance(one, Mapping) else {self.needs[0]: one}
            known = {name: fields[name] for name in (*self.needs, *self.may) if name in fields}
            yield {**known, "number": number}


KINDS: Mapping[TaskName, Kind] = {
    kind.task: kind
    for kind in (
        Kind("question-answering", "questions", ("question", "answer")),
        Kind("document-summary", "summaries", ("summary",)),
        Kind("concept-explanation", "concepts", ("concept", "explanation")),
        Kind("problem-solving", "problems", ("problem", "answer"), ("solution", "unit")),
    )
}
"""The kinds that the paper on KONI-4B-it names (section II), in its order."""
