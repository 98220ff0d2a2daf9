"""A generator without code: prompt, answer and mapping are in the recipe."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from jinja2 import Environment
from pydantic import BaseModel, Field, create_model, field_validator, model_validator

from byeori import Config, Example
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable
from byeori.prompts import wordings
from byeori_plugins.generators.schemas import AnswerField, Answers, AnswerType, answer_model
from byeori_plugins.sources.fields import FieldError, FieldTemplate, visible

_PARTS = ("instruction", "input", "system", "output")


@lru_cache
def _environment() -> Environment:
    """The environment of wordings with one more filter: `{{ answer | json }}`."""
    environment = wordings().overlay()
    environment.filters = {**environment.filters, "json": _json}
    return environment


def _json(value: object) -> str:
    return json.dumps(value._raw if isinstance(value, _Shown) else value, ensure_ascii=False)


class _Shown:
    """An answer as templates see it: null and empty fields fail where they are printed.

    No dict, because a field may be called `items`, which Jinja would take for the method.
    """

    __slots__ = ("_raw", "_visible")

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw, self._visible = raw, visible(raw)

    def __getitem__(self, name: str) -> Any:
        return self._visible[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._visible)


class ExampleSpec(Config):
    """What an example is made of: Jinja over `answer` and what the prompt sees."""

    instruction: str = Field(min_length=1, description="What the model is asked to do.")
    input: str = Field("", description="Further context the instruction works on.")
    system: str = Field("", description="System message.")
    output: str = Field(
        min_length=1,
        description="The answer it should give, such as `{{ answer.summary }}`; `{{ answer | json "
        "}}` is all of it as JSON.",
    )
    task: str = Field("", description="Kind of task, for balance and tables by group.")
    language: str = Field("", description="BCP-47 tag; that of the answer by default.")

    @field_validator(*_PARTS)
    @classmethod
    def _compiles(cls, value: str) -> str:
        FieldTemplate(value, _environment())
        return value


class AskConfig(GenerationConfig):
    """Settings of `ask`."""

    answer: dict[str, AnswerType | AnswerField] = Field(
        default_factory=dict,
        description="Fields of the answer by name, each a type (text, integer, number, boolean, "
        "texts, quote) or an object; empty: the answer is plain text.",
    )
    several: int | None = Field(
        None,
        ge=1,
        description="Ask for a list of up to this many such answers, one example each; null for "
        "one answer. The prompt must say how many.",
    )
    example: ExampleSpec = Field(description="What an example is made of.")

    @field_validator("answer")
    @classmethod
    def _fields(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {
            name: AnswerField(type=field) if isinstance(field, str) else field
            for name, field in value.items()
        }

    @model_validator(mode="after")
    def _several_of_something(self) -> "AskConfig":
        if self.several and not self.answer:
            raise ValueError("`several` needs `answer`: a plain text is one answer")
        return self


class Ask(ModelGenerator[AskConfig, Any]):
    """Asks a model what the recipe says, and makes examples of the answers as it says."""

    name: ClassVar[str] = "ask"
    version: ClassVar[int] = 2
    config_model = AskConfig
    answer = Answers

    def schema(self, part: Part) -> type[BaseModel] | None:
        """The fields of `answer`, or a list of them; None where there are none."""
        return self._schema

    @cached_property
    def _schema(self) -> type[BaseModel] | None:
        if not self.config.answer:
            return None
        one = answer_model("Answer", self._fields)
        if self.config.several is None:
            return one
        return create_model("Answers", answers=(list[one], ...))  # type: ignore[valid-type]

    @property
    def _fields(self) -> Mapping[str, AnswerField]:
        return self.config.answer  # type: ignore[return-value]  # after validation

    @cached_property
    def _templates(self) -> dict[str, FieldTemplate]:
        spec = self.config.example
        return {part: FieldTemplate(getattr(spec, part), _environment()) for part in _PARTS}

    def read(self, answer: Any, part: Part) -> Iterator[Example | Unusable]:
        """One example an answer."""
        if self.config.several is None:
            yield self._example(answer if isinstance(answer, str) else answer.plain(), part)
            return
        if not answer.answers:
            yield Unusable("the answer held nothing")
        for number, one in enumerate(answer.answers):
            if number >= self.config.several:
                yield Unusable("more answers than asked for", _json(one.plain()))
            else:
                yield self._example(one.plain(), part)

    def _example(self, answer: Any, part: Part) -> Example | Unusable:
        metadata: dict[str, Any] = {}
        for name, field in self._fields.items():
            if field.type == "quote" and answer[name] is not None:
                if (span := part.find(answer[name])) is None:
                    return Unusable(f"`{name}` is not in the text", answer[name])
                metadata.setdefault("span", list(span))
                metadata.setdefault("quote", part.document.text[slice(*span)])
        try:
            texts = self._texts(answer, part)
        except FieldError as error:
            return Unusable(str(error), _json(answer))
        return Example(
            instruction=texts["instruction"],
            input=texts["input"],
            system=texts["system"],
            output=texts["output"],
            task=self.config.example.task,
            language=self.config.example.language,
            metadata=metadata,
        )

    def _texts(self, answer: Any, part: Part) -> dict[str, str]:
        shown = _Shown(answer) if isinstance(answer, dict) else answer
        values = {**visible(self.values(part)), "answer": shown}
        return {name: template.render(values) for name, template in self._templates.items()}
