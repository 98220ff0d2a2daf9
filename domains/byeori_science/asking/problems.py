"""The generator `science/problems`: problems whose every step is computed again."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from byeori import Example
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable
from byeori_science.asking.shipped import asked, prompt
from byeori_science.problems import NotArithmetic, same, value_of
from byeori_science.tasks import FINAL


class Step(BaseModel):
    """One step of a solution."""

    explanation: str = Field(description="What is computed, and why, in one sentence.")
    expression: str = Field(description="Numbers and units alone: 2.0 mol × 18.0 g/mol")
    result: str = Field(description="The value of the expression, with its unit: 36 g")


class Solved(BaseModel):
    """A problem with its worked solution."""

    problem: str
    steps: list[Step] = Field(min_length=1)
    answer: str = Field(description="The number of the last step.")
    unit: str = Field(description="Its unit; empty where it has none.")


class ManySolved(BaseModel):
    """What a model is asked for."""

    problems: list[Solved]


class ProblemsConfig(GenerationConfig):
    """Settings of `science/problems`."""

    per_document: int = Field(
        default=1, ge=1, description="Problems to ask for per document, or per part of a long one."
    )
    tolerance: float = Field(
        default=0.02,
        ge=0,
        lt=1,
        description="How far a step's result may be from what its expression gives, relatively.",
    )
    prompt: str = Field(
        default=prompt("problems"),
        description="User message (Jinja): `number`, `text` (the part) and what every prompt sees.",
    )


class Problems(ModelGenerator[ProblemsConfig, ManySolved]):
    """Asks a model for problems with worked steps, and computes every step again, with units."""

    name: ClassVar[str] = "problems"
    version: ClassVar[int] = 1
    config_model = ProblemsConfig
    answer = ManySolved

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the prompt; `number` is that of the problems."""
        return {**super().values(part), "number": self.config.per_document}

    def read(self, answer: ManySolved, part: Part) -> Iterator[Example | Unusable]:
        """One example a problem, if its steps and its answer hold."""
        for one in answer.problems[: self.config.per_document]:
            if problem := self._problem(one):
                yield Unusable(problem, one.problem)
                continue
            values = {"problem": one.problem.strip()}
            yield Example(
                instruction=asked("problem-solving", part.language, values),
                output=_written(one, part.language),
                task="problem-solving",
                metadata={"unit": one.unit.strip()},
            )

    def _problem(self, one: Solved) -> str:
        """What is wrong with a solution, or an empty string."""
        if not one.problem.strip():
            return "the problem is empty"
        final: Any = None
        for step in one.steps:
            try:
                found, final = value_of(step.expression), value_of(step.result)
            except NotArithmetic:
                return "a step is no arithmetic of numbers with units"
            if not same(found, final, self.config.tolerance):
                return "a step's result is not what its expression gives"
        try:
            told = value_of(f"{one.answer} {one.unit}".strip())
        except NotArithmetic:
            return "the answer is no number with a unit that pint knows"
        return "" if same(told, final, self.config.tolerance) else "the answer is not the last step"


def _written(one: Solved, language: str) -> str:
    """The steps, one a line with its equation below, and the answer behind its mark."""
    lines = [
        f"{step.explanation.strip()}\n{step.expression.strip()} = {step.result.strip()}"
        for step in one.steps
    ]
    mark = FINAL.get(language.partition("-")[0], FINAL["en"])
    return "\n".join([*lines, f"{mark}: {one.answer.strip()} {one.unit.strip()}".strip()])
