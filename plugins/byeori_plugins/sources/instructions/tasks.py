"""Formats of tasks with instances: Self-Instruct and (Super-)Natural Instructions."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.instructions.rows import INSTRUCTIONS, Instruction
from byeori_plugins.sources.instructions.shape import (
    Content,
    Filled,
    Options,
    Shape,
    Text,
    named,
    shortened,
)
from byeori_plugins.sources.instructions.single import without_placeholder

_LANGUAGES = {
    "arabic": "ar", "bengali": "bn", "chinese": "zh", "dutch": "nl", "english": "en",
    "french": "fr", "german": "de", "hindi": "hi", "indonesian": "id", "italian": "it",
    "japanese": "ja", "korean": "ko", "portuguese": "pt", "russian": "ru", "spanish": "es",
    "thai": "th", "turkish": "tr", "urdu": "ur", "vietnamese": "vi",
}  # fmt: skip
"""Names as Super-Natural Instructions writes them; others are kept as metadata only."""
_WARNINGS = ("Things to Avoid", "Emphasis & Caution")


class Instance(BaseModel):
    """One input and its answer."""

    model_config = ConfigDict(frozen=True, strict=True)
    input: Text = ""
    output: Text = ""


class SelfInstruct(Shape):
    """Self-Instruct (Wang et al. 2022): seed tasks, and the 252 tasks of its human evaluation."""

    expected = "`instruction` and `instances`: a list of `input` and `output`"
    kept = ("name", "is_classification")
    instruction: Filled
    instances: list[Instance]
    name: Text = ""
    is_classification: bool | None = None

    def instructions(self, options: Options) -> list[Instruction]:
        """One an instance; its task is `classification` or `generation`, where that is known."""
        if not self.instances:
            raise FieldError("field `instances` is empty")
        kinds = {True: "classification", False: "generation", None: ""}
        return [
            Instruction(
                instruction=self.instruction,
                input=without_placeholder(instance.input),
                output=instance.output,
                task=kinds[self.is_classification],
            )
            for instance in self.instances
        ]

    def content(self, options: Options) -> Content:
        """The instruction once, then its instances."""
        made = self.instructions(options)
        said = [text for one in made for text in (one.input, one.output) if text]
        return Content(
            text="\n\n".join([self.instruction, *said]),
            title=self.name or shortened(self.instruction),
            metadata=self.other() | {INSTRUCTIONS: [one.as_metadata() for one in made]},
        )


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _one_text(value: object) -> object:
    """The definition is a list of paragraphs in version 2, a text in version 1."""
    return "\n".join(value) if isinstance(value, list) and _texts(value) else value


def _texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _none_said(value: object) -> object:
    """Version 1 says `-` or `None` where a task has no examples."""
    return [] if value is None or str(value).strip().lower() in ("", "-", "none") else value


class NaturalInstance(BaseModel):
    """One instance of a task, with one right answer or several."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")
    input: Filled
    output: Annotated[list[Filled], BeforeValidator(_listed)] = Field(min_length=1)


class NaturalInstructions(Shape):
    """Natural Instructions (Mishra et al. 2021) and version 2 (Wang et al. 2022).

    One file is one task: a definition, positive examples, instances. A record here is one instance
    with the task around it (`parts`).
    """

    expected = "`Definition`, `Positive Examples` and `Instances` (one task a file)"
    kept = ("task",)
    definition: Annotated[Filled, BeforeValidator(_one_text)] = named("Definition")
    instance: NaturalInstance = named("Instances")
    positive: Annotated[list[Instance], BeforeValidator(_none_said)] = Field(
        default=[], validation_alias="Positive Examples"
    )
    task: Text = ""

    @classmethod
    def parts(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """One row an instance."""
        instances = values["Instances"]
        if not isinstance(instances, list):
            raise FieldError("field `Instances` is no list")
        examples = values.get("Examples")  # version 1 has its examples in an object of their own
        inner = examples if isinstance(examples, Mapping) else {}
        around = {
            key: value
            for key, value in {**values, **inner}.items()
            if key not in ("Instances", "Examples", "Negative Examples")
        }
        for number, instance in enumerate(instances):
            yield f"Instances[{number}]", around | {"Instances": instance}

    def instructions(self, options: Options) -> list[Instruction]:
        """One: the definition, with as many positive examples as are asked for.

        They are written as by Tk-Instruct (Wang et al. 2022, section 5 and appendix).
        """
        shown = [
            f"Positive Example {n} -\nInput: {example.input}\nOutput: {example.output}"
            for n, example in enumerate(self.positive[: options.positive_examples], start=1)
        ]
        first, *others = self.instance.output
        return [
            Instruction(
                instruction="\n\n".join([self.definition, *self._warnings(), *shown]),
                input=self.instance.input,
                output=first,
                alternatives=tuple(others),
                task=self.task or _category(self.model_extra or {}),
            )
        ]

    def _warnings(self) -> list[str]:
        """What version 1 says beside the definition; `-` stands for nothing."""
        own = self.model_extra or {}
        said = {name: str(own.get(name) or "-").strip() for name in _WARNINGS}
        return [f"{name}: {text}" for name, text in said.items() if text != "-"]

    def content(self, options: Options) -> Content:
        """Language and licence are those the task states of itself."""
        whole = super().content(options)
        own = self.model_extra or {}
        languages = [str(name).lower() for name in _list(own.get("Output_language"))]
        return Content(
            text=whole.text,
            title=whole.title,
            metadata=whole.metadata | {"instance": (self.instance.model_extra or {}).get("id")},
            language=_LANGUAGES.get(languages[0], "") if len(languages) == 1 else "",
            licence=", ".join(map(str, _list(own.get("Instance License")))),
        )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _category(values: Mapping[str, Any]) -> str:
    return ", ".join(map(str, _list(values.get("Categories", values.get("Category")))))
