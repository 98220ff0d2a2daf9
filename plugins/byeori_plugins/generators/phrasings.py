"""Instructions for annotated sets: one annotated item, many wordings."""

import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field

from byeori import Config, Context, DataError, Document, Example, InstructionGenerator
from byeori_plugins.generators.templates import TemplateSpec
from byeori_plugins.sources.fields import FieldError, FieldTemplate, visible
from byeori_plugins.sources.instructions.annotated import EXAM, INFERENCE, READING
from byeori_plugins.sources.instructions.rows import ANNOTATIONS

Kind = Literal["reading", "inference", "classification", "exam"]

_PARTS = ("instruction", "input", "system", "output")


class PhrasingsConfig(Config):
    """Settings of `phrasings`."""

    per_item: int = Field(
        1, ge=1, description="Wordings of each annotated item, drawn by the seed."
    )
    languages: tuple[str, ...] = Field(
        (),
        description="Languages of the instructions, such as [ko, en]; the document's by default.",
    )
    tasks: tuple[str, ...] | None = Field(
        None, description="Use only wordings of these tasks, such as `reading-comprehension`."
    )
    held_out: int = Field(
        0,
        ge=0,
        description="Wordings of each task and language, drawn by the seed, that only the test "
        "asks by; the others are then kept to training.",
    )
    wordings: dict[Kind, tuple[TemplateSpec, ...]] = Field(
        {}, description="Wordings of your own, by kind: templates as in `templates`."
    )
    shipped: bool = Field(True, description="Use the wordings that come with byeori.")


class Phrasings(InstructionGenerator[PhrasingsConfig]):
    """Phrases what annotated sets hold as instructions, in many ways and two languages.

    So FLAN (Wei et al. 2021) and komt made one annotated set into several tasks. Documents without
    annotations are passed over.
    """

    name = "phrasings"
    version = 2
    config_model = PhrasingsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the examples of each document, item by item.

        Raises:
            DataError: no document is annotated, a language is not known or has no wording, or no
                wording could be filled.
        """
        book = _Book(self.config, context)
        count = annotated = 0
        for document in documents:
            found = document.metadata.get(ANNOTATIONS)
            if not found:
                continue
            annotated += 1
            for number, item in enumerate(found["items"]):
                for example in book.examples(document, found["kind"], number, item):
                    count += 1
                    yield example
        if not count:
            why = "the rejects say why no wording could be filled" if annotated else _NOTHING
            raise DataError(f"{context.stage}: {why}")


_NOTHING = (
    "no document is annotated; read an annotated set with `use: instruction-set` under "
    "`documents:` (for sets that hold instructions there is the generator `instructions`)"
)


class _Book:
    """The wordings a recipe uses."""

    def __init__(self, config: PhrasingsConfig, context: Context) -> None:
        self._config = config
        self._context = context
        self._wordings: dict[tuple[str, str], list[_Wording]] = {}

    def examples(
        self, document: Document, kind: str, number: int, item: Mapping[str, Any]
    ) -> Iterator[Example]:
        """The examples of one item."""
        languages = self._config.languages or (document.language,)
        wordings = [one for name in languages for one in self._of(kind, name, document)]
        random = self._context.random(Phrasings.name, document.id, number)
        missing = dict.fromkeys({one.split for one in wordings}, self._config.per_item)
        reason = ""
        for wording in random.sample(wordings, len(wordings)):
            if not missing[wording.split]:
                continue
            try:
                example = wording.example(document, kind, item)
            except FieldError as error:
                reason = str(error)
                continue
            missing[wording.split] -= 1
            yield example
        if reason and any(missing.values()):
            self._context.reject(document.id, f"too few wordings fit an item: {reason}")

    def _of(self, kind: str, language: str, document: Document) -> "list[_Wording]":
        if (kind, language) not in self._wordings:
            self._wordings[kind, language] = self._made(kind, language, document)
        return self._wordings[kind, language]

    def _made(self, kind: str, language: str, document: Document) -> "list[_Wording]":
        own = [
            spec for key, specs in self._config.wordings.items() if key == kind for spec in specs
        ]
        specs = [*(_shipped()[kind] if self._config.shipped else ()), *own]
        tasks = self._config.tasks
        chosen = [
            _Wording(f"{kind}.{place}", spec, language)
            for place, spec in enumerate(specs)
            if spec.language in (language, "") and (tasks is None or spec.task in tasks)
        ]
        if not chosen:
            raise DataError(self._lacking(kind, language, specs, document))
        return self._held_out(chosen) if self._config.held_out else chosen

    def _lacking(
        self, kind: str, language: str, specs: Sequence[TemplateSpec], document: Document
    ) -> str:
        if not language:
            return (
                f"{self._context.stage}: the language of {document.origin} is not known; say "
                "`language` at its source, or `languages` here"
            )
        there = sorted({f"{spec.task} ({spec.language or 'any'})" for spec in specs})
        return (
            f"{self._context.stage}: no wording for {kind} in `{language}`; there is "
            f"{', '.join(there) or 'none at all'}"
        )

    def _held_out(self, wordings: "list[_Wording]") -> "list[_Wording]":
        """Each wording for training alone or for the test alone."""
        by_task: dict[str, list[_Wording]] = {}
        for wording in wordings:
            by_task.setdefault(wording.spec.task, []).append(wording)
        for task, some in by_task.items():
            if len(some) <= self._config.held_out:
                raise DataError(
                    f"{self._context.stage}: `held_out: {self._config.held_out}` leaves no wording "
                    f"of {task} to train on; it has {len(some)} in `{some[0].language}`"
                )
            names = (wording.label for wording in some)
            random = self._context.random(Phrasings.name, "held out", *names)
            kept = {id(one) for one in random.sample(some, self._config.held_out)}
            for wording in some:
                wording.split = "test" if id(wording) in kept else "train"
        return wordings


class _Wording:
    """One compiled wording, in one language."""

    def __init__(self, label: str, spec: TemplateSpec, language: str) -> None:
        self.label, self.spec, self.language = label, spec, language
        self.split = spec.split or ""
        self._parts = {part: FieldTemplate(getattr(spec, part)) for part in _PARTS}

    def example(self, document: Document, kind: str, item: Mapping[str, Any]) -> Example:
        """The example for one item.

        Raises:
            FieldError: the item lacks a field that the wording prints.
        """
        values = visible(_fields(kind, item, document, self.language))
        texts = {part: template.render(values).strip() for part, template in self._parts.items()}
        for part in ("instruction", "output"):
            if not texts[part]:
                raise FieldError(f"the {part} is empty")
        # Labels of an inference are words of the wording; other answers are the document's.
        own = self.language if kind == INFERENCE else document.language or self.language
        return Example(
            instruction=texts["instruction"],
            input=texts["input"],
            system=texts["system"],
            output=texts["output"],
            task=self.spec.task,
            language=own,
            document_id=document.id,
            metadata=self._metadata(document, item),
        )

    def _metadata(self, document: Document, item: Mapping[str, Any]) -> dict[str, Any]:
        known = {
            "format": document.metadata.get("format", ""),
            "wording": self.label,
            "wording_language": self.language,
            "item": item.get("id"),
            "alternatives": item.get("alternatives"),
            "split": self.split,
        }
        return {name: value for name, value in known.items() if value}


@lru_cache
def _book() -> Mapping[str, Any]:
    text = (files("byeori_plugins") / "generators" / "phrasings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache
def _shipped() -> Mapping[str, tuple[TemplateSpec, ...]]:
    kinds = {kind: specs for kind, specs in _book().items() if kind != "words"}
    return {kind: tuple(TemplateSpec(**spec) for spec in specs) for kind, specs in kinds.items()}


def _fields(
    kind: str, item: Mapping[str, Any], document: Document, language: str
) -> dict[str, Any]:
    """What a wording can print of an item."""
    words = _book()["words"]
    if kind == READING:
        span = item.get("answer", "")
        told = {"span": span, "answer": span or words["unanswerable"].get(language, "")}
        return {"context": document.text, "title": document.title, **item, **told}
    if kind == INFERENCE:
        named = {name: words[name].get(language, {}).get(item["label"]) for name in _INFERRED}
        return {**item, **named}
    if kind == EXAM:
        letters = string.ascii_uppercase
        listed = [
            f"{letter}. {text}" for letter, text in zip(letters, item["choices"], strict=False)
        ]
        place, options = item["answer"], item["choices"]
        right = {"letter": letters[place], "answer": options[place], "place": place}
        return {**item, **right, "choices": "\n".join(listed), "options": options}
    return dict(item)


_INFERRED = ("label", "verdict")
