"""Keeps examples that a model scores well by a rubric."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, Field, create_model, model_validator

from byeori import Config, Context, Example, Filter
from byeori.endpoint import EndpointConfig, Request, ask_json
from byeori.prompts import TEMPLATE_ERRORS, render
from byeori_plugins.filters.rows import text_of
from byeori_plugins.text.jinja import Template

RUBRIC = """\
{{ highest }}: the question makes sense by itself; the answer is right, complete, to the point.
{{ lowest }}: the answer is wrong, off the question or cut off, or the question is no question."""
PROMPT = """\
Judge the answer to the question below, in whole numbers from {{ lowest }} to {{ highest }}.

{{ rubric }}

# Question

{{ question }}

# Answer

{{ answer }}

# Your judgement

First the reason, in one sentence, then the score."""


class QualityConfig(Config):
    """Settings of `quality`."""

    model: EndpointConfig = Field(description="Which model judges.")
    min_score: int = Field(
        4, description="Lowest score that stays; `lowest` only notes the scores."
    )
    lowest: int = Field(1, ge=0, description="Lowest score there is.")
    highest: int = Field(5, le=100, description="Highest score there is.")
    rubric: Template = Field(
        RUBRIC, min_length=1, description="What scores mean: Jinja over `lowest` and `highest`."
    )
    system: str = Field("", description="System message; empty for none.")
    prompt: Template = Field(
        PROMPT,
        description="User message: Jinja over `rubric`, `question`, `answer`, `example`, `lowest` "
        "and `highest`.",
    )

    @model_validator(mode="after")
    def _scale_holds_the_limit(self) -> Self:
        if not self.lowest <= self.min_score <= self.highest or self.lowest == self.highest:
            raise ValueError(
                f"min_score ({self.min_score}) must lie between lowest ({self.lowest}) and "
                f"highest ({self.highest}), which must differ"
            )
        return self


class Judgement(BaseModel):
    """What a model is asked for; the scale of the recipe is added."""

    reason: str


class Quality(Filter[QualityConfig]):
    """Asks a model to score each example by a rubric, and drops those that score low."""

    name = "quality"
    version = 1
    config_model = QualityConfig
    applies_to = "examples"
    rewrites = True

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield what scores well, with `quality` and the judgement's key in its metadata."""
        config = self.config
        reason = f"quality below {config.min_score} of {config.highest}"
        for reply in ask_json(config.model, self._requests(examples, context), context):
            example, score = reply.row, reply.value.score
            context.count(f"scored {score}")
            if score < config.min_score:
                context.reject(example.id, reason, f"{score}: {reply.value.reason}")
                continue
            judged = {"quality": score, "quality_answer": reply.key}
            yield replace(example, metadata={**example.metadata, **judged})

    def _requests(self, examples: Iterable[Example], context: Context) -> Iterator[Request[Any]]:
        for example in examples:
            try:
                prompt = self._prompt(example)
            except TEMPLATE_ERRORS as error:
                context.reject(example.id, "the prompt cannot be filled", str(error))
                continue
            yield Request(
                prompt=prompt,
                system=self.config.system,
                schema=self._schema,
                where=example.id,
                row=example,
            )

    def _prompt(self, example: Example) -> str:
        scale = {"lowest": self.config.lowest, "highest": self.config.highest}
        values = {
            "rubric": render(self.config.rubric, scale),
            "question": text_of(example, "question"),
            "answer": example.output,
            "example": example,
        }
        return render(self.config.prompt, {**scale, **values})

    @cached_property
    def _schema(self) -> type[Any]:
        score = (int, Field(ge=self.config.lowest, le=self.config.highest))
        return create_model("Judgement", __base__=Judgement, score=score)
