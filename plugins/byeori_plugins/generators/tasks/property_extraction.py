"""Values of properties with their units, and what they belong to, taken from a text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from byeori import Document, Example
from byeori.generation import Part, Unusable, find_span
from byeori_plugins.generators.tasks.common import TaskConfig, TextTask
from byeori_plugins.generators.tasks.properties import (
    AllFound,
    AllFoundUnder,
    Found,
    Property,
    as_written,
    condition_of,
    problem,
)

INSTRUCTION = """\
Extract every value of the {{ property.name }} with its unit, and the {{ settings.material }} that \
each belongs to.\
{% if property.synonyms %} The {{ property.name }} is also written \
{% for name in property.synonyms %}{{ "" if loop.first else ", " }}'{{ name }}'{% endfor %}.\
{% endif %}\
{% if settings.stop %} Do not extract {{ settings.stop | join(", ") }}.{% endif %} \
Answer with JSON in the form {{ form }}: ANSWER1 is the {{ settings.material }} and ANSWER2 the \
value, or a list of them. Write "{{ settings.absent }}" for what the text does not give."""


class PropertyExtractionConfig(TaskConfig):
    """Settings of `property-extraction`."""

    properties: tuple[Property, ...] = Field(
        min_length=1, description="What is looked for: each in a request and an example of its own."
    )
    stop: tuple[str, ...] = Field(
        default=(), description="Properties that are easily taken for them: never extracted."
    )
    material: str = Field(default="material", description="What values belong to.")
    key: str = Field(default="MATERIAL", description="Outermost key of the answer: `AEM_MAT`.")
    absent: str = Field(
        default="-",
        min_length=1,
        description="What stands for a value or material there is none of.",
    )
    partial: bool = Field(
        default=False,
        description="Leave a wrong value out and keep the others; else it rejects the example, "
        "because leaving values out would be learnt.",
    )
    keep_absent: bool = Field(
        default=True, description="Keep examples of texts in which there is no value."
    )
    skip_unnamed: bool = Field(
        default=False,
        description="Do not ask about texts that call the property by none of its names; it saves "
        "requests, and examples without a value come only from texts that name it.",
    )
    instruction: str = Field(
        default=INSTRUCTION,
        description="Instruction of this model and of every example (Jinja over `property`, "
        "`form`, `settings` and what every prompt sees); the text is the input.",
    )


class PropertyExtraction(TextTask[PropertyExtractionConfig, AllFound | AllFoundUnder]):
    """Asks a model for the values of properties in each document, checked against its text."""

    name: ClassVar[str] = "property-extraction"
    version: ClassVar[int] = 1
    config_model = PropertyExtractionConfig
    answer = AllFound
    task = "property-extraction"
    note = """\
With each value give the words of the text that give the property's name and the value, copied \
exactly.{% if property.condition %} `condition` is the {{ property.condition }} it was measured \
at.{% endif %} `found` is empty where the text gives no value."""

    def parts(self, document: Document) -> Iterable[Part | Unusable]:
        """Each part of the text, for each property."""
        for wanted in self.config.properties:
            about: dict[str, Any] = {"property": wanted}
            for part in self.cut(document, document.text, values=about):
                if self.config.skip_unnamed and not wanted.named_in(part.text):
                    yield Unusable(f"{wanted.key}: not asked, the text has none of its names")
                else:
                    yield part

    def slots(self, part: Part) -> Mapping[str, Any]:
        """The form of the answer, for the instruction."""
        key = part.values["property"].key
        form = self.written({self.config.key: {"ANSWER1": {key: "ANSWER2"}}})
        if self.config.answer_format == "dictionary":  # the paper's: {'AEM_MAT': {ANSWER1: ...
            form = form.replace("'ANSWER1'", "ANSWER1").replace("'ANSWER2'", "ANSWER2")
        return {"form": form}

    def schema(self, part: Part) -> type[BaseModel]:
        """A list of values, with conditions where the property has one."""
        return AllFoundUnder if part.values["property"].condition else AllFound

    def read(self, answer: AllFound | AllFoundUnder, part: Part) -> Iterator[Example | Unusable]:
        """One example with all the values, if each is right."""
        wanted: Property = part.values["property"]
        values: dict[str, list[str]] = {}
        spans: list[Any] = []
        # Some models write the row of a text without values instead of none.
        given = [found for found in answer.found if found.value.strip(" -")]
        for found in given:
            if why := problem(found, wanted, self.config.stop, part.text):
                yield Unusable(f"{wanted.key}: {why}", f"{found.value} ({found.quote})")
                if not self.config.partial:
                    return
            else:
                self._add(values, found, part)
                spans.append(list(part.find(found.quote) or ()))
        if given and not values:
            return  # all were wrong, which says nothing of whether there are any
        if not values and not self.config.keep_absent:
            yield Unusable(f"{wanted.key}: the text gives no value")
            return
        absent = self.config.absent
        rows = {name: {wanted.key: _one_or_list(many)} for name, many in values.items()}
        output = self.written({self.config.key: rows or {absent: {wanted.key: absent}}})
        yield self.example(part, output, property=wanted.key, spans=spans)

    def _add(self, values: dict[str, list[str]], found: Found, part: Part) -> None:
        name = found.material.strip()
        of_material = values.setdefault(self.config.absent if name in ("", "-") else name, [])
        quoted = part.text[slice(*find_span(part.text, found.quote) or ())]
        value = as_written(found.value, quoted)
        if given := condition_of(found):
            value = f"{value} at {as_written(given, part.text)}"
        if value not in of_material:
            of_material.append(value)


def _one_or_list(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
