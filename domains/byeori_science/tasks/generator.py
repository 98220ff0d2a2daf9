"""The generator `science/tasks`: annotated records become the four kinds of task."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from byeori import Config, Context, DataError, Document, Example, InstructionGenerator
from byeori_plugins.sources import FieldError, FieldTemplate, visible
from byeori_science.problems.answers import problem_with
from byeori_science.tasks.kinds import KINDS, Kind, TaskName

LANGUAGES = ("en", "ko")
FINAL = {"en": "Answer", "ko": "답"}
"""What stands before the final answer of a worked solution, by language."""

ALL: tuple[TaskName, ...] = tuple(KINDS)


class TasksConfig(Config):
    """Settings of `science/tasks`."""

    kinds: tuple[TaskName, ...] = Field(
        ALL, min_length=1, description="Kinds of task to make; of others no example is made."
    )
    fields: dict[str, str] = Field(
        {},
        description="Names that the records have for our fields, such as `{summary: target}`; our "
        "own where nothing is said.",
    )
    wordings: int = Field(
        1, ge=1, description="Wordings of each annotation in training, drawn by the seed."
    )
    include_text: bool = Field(
        False,
        description="Put the document into the input of questions too, so that reading it is "
        "learnt and not knowing it. Summaries always have it.",
    )
    check_numbers: bool = Field(
        True,
        description="Reject problems whose answer is no number with a unit that pint knows, or "
        "whose solution gives another one.",
    )
    tolerance: float = Field(
        0.02, ge=0, lt=1, description="Of `check_numbers`: relative to the answer."
    )


class Tasks(InstructionGenerator[TasksConfig]):
    """Examples of the four kinds of task, from what records say, in Korean and English wordings.

    An example is in its document's language. Each kind has wordings for training and one that only
    the test asks by.
    """

    name = "tasks"
    version = 1
    config_model = TasksConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the examples of each document, kind by kind.

        Raises:
            DataError: an annotated document is in a language without wordings, or no document has
                an annotation.
        """
        count = annotated = 0
        for document in documents:
            record = self._renamed(document.metadata)
            found = [(k, one) for k in self._kinds() for one in k.of(record)]
            annotated += bool(found)
            for kind, annotation in found:
                for example in self._of(document, kind, annotation, context):
                    count += 1
                    yield example
        if not count:
            why = "the rejects say why none could be used" if annotated else _NOTHING
            raise DataError(f"{context.stage}: {why}")

    def _kinds(self) -> list[Kind]:
        return [KINDS[name] for name in ALL if name in self.config.kinds]

    def _renamed(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        ours = {name: metadata[theirs] for name, theirs in self.config.fields.items()
                if theirs in metadata}  # fmt: skip
        return {**metadata, **ours}

    def _of(
        self, document: Document, kind: Kind, annotation: Mapping[str, Any], context: Context
    ) -> Iterator[Example]:
        try:
            answer = self._answer(document, kind, annotation)
        except FieldError as error:
            context.reject(document.id, f"{kind.task}: {error}")
            return
        values = visible({**annotation, "title": document.title})
        drawn = context.random(self.name, document.id, kind.task, annotation["number"])
        for split in ("train", "test"):
            offered = wordings(kind.task, _language(document), split)
            wanted = min(self.config.wordings, len(offered)) if split == "train" else 1
            for place in sorted(drawn.sample(range(len(offered)), wanted)):
                yield Example(
                    instruction=offered[place].render(values).strip(),
                    input=document.text if self._with_text(kind) else "",
                    output=answer,
                    task=kind.task,
                    language=_language(document),
                    document_id=document.id,
                    metadata={"split": split, "wording": f"{split}.{place}"},
                )

    def _with_text(self, kind: Kind) -> bool:
        reading = kind.task == "question-answering" and self.config.include_text
        return reading or kind.task == "document-summary"

    def _answer(self, document: Document, kind: Kind, annotation: Mapping[str, Any]) -> str:
        """What the example answers.

        Raises:
            FieldError: a field is missing or empty, the document's language has no wordings, or the
                answer of a problem does not hold.
        """
        if _language(document) not in LANGUAGES:
            raise DataError(
                f"{document.origin}: no wordings in {document.language or 'no language'!r}, only "
                f"in {', '.join(LANGUAGES)}; say `language` at the source"
            )
        texts = {name: _text(annotation.get(name)) for name in (*kind.needs, *kind.may)}
        for name in kind.needs:
            if not texts[name]:
                raise FieldError(f"field `{name}` is missing or empty")
        if kind.task != "problem-solving":
            return texts[kind.needs[-1]]
        return self._worked(texts, _language(document))

    def _worked(self, texts: Mapping[str, str], language: str) -> str:
        answer, unit, solution = texts["answer"], texts["unit"], texts["solution"]
        if self.config.check_numbers:
            problem = problem_with(answer, unit, solution, self.config.tolerance)
            if problem:
                raise FieldError(problem)
        final = f"{FINAL[language]}: {answer} {unit}".strip()
        return final if not solution else f"{solution}\n{final}"


_NOTHING = (
    "no document has an annotation: a field `question` and `answer`, `summary`, `concept` and "
    "`explanation`, or `problem` and `answer`; `fields` says what yours are called"
)


def _language(document: Document) -> str:
    return document.language.partition("-")[0]


def _text(value: Any) -> str:
    """A field as text: steps of a solution, or the sentences of a summary, one below the other."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(_text(one) for one in value).strip()
    return str(value).strip()


@lru_cache
def wordings(task: TaskName, language: str, split: str) -> Sequence[FieldTemplate]:
    """How a kind of task is asked in a language: templates for `train`, others for `test`."""
    table = tomllib.loads(
        (files("byeori_science") / "tasks" / "wordings.toml").read_text(encoding="utf-8")
    )
    return tuple(FieldTemplate(text) for text in table[task][language][split])
