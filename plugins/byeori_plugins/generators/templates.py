"""Instruction examples from templates over the fields of a document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, field_validator

from byeori import Config, Context, DataError, Document, Example, InstructionGenerator
from byeori.errors import suggest
from byeori_plugins.sources.fields import FieldError, FieldTemplate, visible

_PARTS = ("instruction", "input", "system", "output")


class TemplateSpec(Config):
    """One kind of example. Its texts are Jinja templates over the fields of the document."""

    task: str = Field("", description="Kind of task, for balance and tables by group.")
    language: str = Field("", description="BCP-47 tag; the document's own by default.")
    instruction: str = Field(min_length=1, description="What the model is asked to do.")
    input: str = Field("", description="Further context the instruction works on.")
    system: str = Field("", description="System message.")
    output: str = Field(min_length=1, description="The answer it should give.")
    split: Literal["train", "test"] | None = Field(
        None, description="Use it only there, to hold a wording out of training."
    )

    @field_validator(*_PARTS)
    @classmethod
    def _compiles(cls, value: str) -> str:
        FieldTemplate(value)
        return value


class TemplatesConfig(Config):
    """Settings of `templates`."""

    templates: tuple[TemplateSpec, ...] = Field(min_length=1, description="The kinds of example.")
    per_document: int | None = Field(
        None,
        ge=1,
        description="Examples a document has in training and in test, drawn by the seed: counted "
        "apart, because a template with a `split` is used only there. All by default.",
    )


class Templates(InstructionGenerator[TemplatesConfig]):
    """Fills every template with every document's fields.

    A template sees the document's metadata by name, and `document` with `text`, `title`,
    `language` and `metadata`. A template that prints a field which is missing, null or empty gives
    no example for that document, and the report says so; `{% if field %}` may ask first.
    """

    name = "templates"
    version = 2
    config_model = TemplatesConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the examples of each document, in the order of the templates.

        Raises:
            DataError: a template names a field that no document has, or none could be filled.
        """
        templates = [_Template(i, spec) for i, spec in enumerate(self.config.templates)]
        seen: set[str] = set()
        count = 0
        for document in documents:
            seen.update(document.metadata)
            for example in self._of(document, templates, context):
                count += 1
                yield example
        _check_fields(templates, seen)
        if not count:
            raise DataError(
                f"{context.stage}: no template could be filled for any document; "
                "the rejects say which fields were empty"
            )

    def _of(
        self, document: Document, templates: Sequence["_Template"], context: Context
    ) -> list[Example]:
        values = _values(document)
        wanted = self.config.per_document or len(templates)
        missing = {"train": wanted, "test": wanted}
        made: list[tuple[int, Example]] = []
        for template in self._order(document, templates, context):
            splits = [split for split in template.splits if missing[split]]
            if not splits:
                continue
            try:
                made.append((template.index, template.example(document, values, splits)))
            except FieldError as error:
                context.reject(document.id, f"{error} for template {template.label}")
                continue
            for split in splits:
                missing[split] -= 1
        return [example for _, example in sorted(made, key=lambda pair: pair[0])]

    def _order(
        self, document: Document, templates: Sequence["_Template"], context: Context
    ) -> Sequence["_Template"]:
        if self.config.per_document is None:
            return templates
        random = context.random(self.name, document.id)
        return random.sample(templates, len(templates))


class _Template:
    """One compiled `TemplateSpec`."""

    def __init__(self, index: int, spec: TemplateSpec) -> None:
        self.index = index
        self.parts = {part: FieldTemplate(getattr(spec, part)) for part in _PARTS}
        self.fields = frozenset().union(*(part.fields for part in self.parts.values()))
        self.label = "/".join(filter(None, (spec.task, spec.language))) or str(index)
        self.splits = (spec.split,) if spec.split else ("train", "test")
        self._spec = spec

    def example(
        self, document: Document, values: Mapping[str, Any], splits: Sequence[str]
    ) -> Example:
        """The example for one document, for use in `splits` only.

        Raises:
            FieldError: a field it prints is missing or empty.
        """
        texts = {part: template.render(values).strip() for part, template in self.parts.items()}
        for part in ("instruction", "output"):
            if not texts[part]:
                raise FieldError(f"the {part} is empty")
        metadata: dict[str, Any] = {"template": self.index}
        if len(splits) == 1:
            metadata["split"] = splits[0]
        return Example(
            instruction=texts["instruction"],
            input=texts["input"],
            system=texts["system"],
            output=texts["output"],
            task=self._spec.task,
            language=self._spec.language or document.language,
            document_id=document.id,
            metadata=metadata,
        )


def _values(document: Document) -> dict[str, Any]:
    fields = visible(document.metadata)
    parts = {"text": document.text, "title": document.title, "language": document.language}
    return {**fields, "document": {**visible(parts), "metadata": fields}}


def _check_fields(templates: Sequence[_Template], seen: set[str]) -> None:
    for template in templates:
        for name in sorted(template.fields - seen - {"document"}):
            raise DataError(
                f"templates.{template.index}: no document has a field `{name}`"
                f"{suggest(name, sorted(seen)) or '; the documents have no fields'}"
            )
