"""The generator `science/concepts`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from byeori import Example
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable
from byeori.text import folded
from byeori_science.asking.shipped import asked, prompt

_OF_THE_TEXT = re.compile(
    r"\b(?:this|the) (?:text|paper|study|article|passage|abstract)\b|이 글|본 연구|본 논문|이 논문",
    re.I,
)


class Explained(BaseModel):
    """A concept and its explanation."""

    concept: str = Field(description="The concept, as it stands in the text.")
    explanation: str = Field(description="What it is, in two to four sentences.")


class ManyExplained(BaseModel):
    """What a model is asked for."""

    concepts: list[Explained]


class ConceptsConfig(GenerationConfig):
    """Settings of `science/concepts`."""

    per_document: int = Field(
        default=2, ge=1, description="Concepts to ask for per document, or per part of a long one."
    )
    min_characters: int = Field(
        default=40, ge=1, description="Shortest explanation; a shorter one is rejected."
    )
    prompt: str = Field(
        default=prompt("concepts"),
        description="User message (Jinja): `number`, `text` (the part) and what every prompt sees.",
    )


class Concepts(ModelGenerator[ConceptsConfig, ManyExplained]):
    """Asks a model to explain the concepts of each paper to who has not read it."""

    name: ClassVar[str] = "concepts"
    version: ClassVar[int] = 1
    config_model = ConceptsConfig
    answer = ManyExplained

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the prompt; `number` is that of the concepts."""
        return {**super().values(part), "number": self.config.per_document}

    def read(self, answer: ManyExplained, part: Part) -> Iterator[Example | Unusable]:
        """One example a concept, if it stands in the text and is explained by itself."""
        for one in answer.concepts[: self.config.per_document]:
            concept, explanation = one.concept.strip(), one.explanation.strip()
            if problem := self._problem(concept, explanation, part):
                yield Unusable(problem, concept)
                continue
            yield Example(
                instruction=asked("concept-explanation", part.language, {"concept": concept}),
                output=explanation,
                task="concept-explanation",
                metadata={"concept": concept},
            )

    def _problem(self, concept: str, explanation: str, part: Part) -> str:
        if not concept or folded(concept) not in folded(part.text):
            return "the concept does not stand in the text"
        if len(explanation) < self.config.min_characters:
            return "the explanation is too short"
        if _OF_THE_TEXT.search(explanation):
            return "the explanation speaks of the text"
        return ""
