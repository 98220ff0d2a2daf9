"""Settings of `evolve`."""

from typing import Literal

from pydantic import Field, model_validator

from byeori import Config
from byeori.endpoint import EndpointConfig
from byeori_plugins.generators.evolve import prompts
from byeori_plugins.generators.evolve.prompts import Operation
from byeori_plugins.generators.filling import check_prompts

PROMPTS = ("system", "depth_prompt", "breadth_prompt", "equality_prompt")
TELLTALES = (
    "given task", "rewritten task", "created task", "given prompt", "rewritten prompt",
    "created prompt", "주어진 과제", "다시 쓴 과제", "주어진 프롬프트", "재작성된 프롬프트",
)  # fmt: skip
_SLOTS = {"instruction": "i", "first": "i", "second": "i", "operation": "input", "method": "m"}


class EvolveConfig(Config):
    """Settings of `evolve`."""

    model: EndpointConfig = Field(description="The model that rewrites instructions and answers.")
    language: str | None = Field(
        default=None, description="Language of the examples (BCP-47 tag); null for the set's."
    )
    rounds: int = Field(
        default=4, ge=1, description="How often each instruction evolves; each is tried again."
    )
    operations: tuple[Operation, ...] = Field(
        default=prompts.OPERATIONS,
        min_length=1,
        description="What may be done, one of them drawn by the seed each time: in depth "
        "`constraints`, `deepening`, `concretizing`, `reasoning`, `input`; in breadth `breadth`.",
    )
    keep: Literal["all", "last"] = Field(
        default="all",
        description="Examples of every round, or of the last evolution of each instruction alone.",
    )
    ask_for_gain: bool = Field(
        default=True,
        description="Ask the model whether an evolved instruction asks for more than the one "
        "before, and drop it if not.",
    )
    telltales: tuple[str, ...] = Field(
        default=TELLTALES,
        description="Words of the prompts; an instruction that copies them is dropped.",
    )
    system: str = Field(
        default="", description="System message of the rewriting (Jinja); empty for none."
    )
    answer_system: str = Field(
        default="", description="System message of the answers; empty for none."
    )
    depth_prompt: str = Field(
        default=prompts.DEPTH,
        description="Asks for a harder instruction (Jinja over `instruction`, `operation`, "
        "`method`, `language`, `settings`).",
    )
    breadth_prompt: str = Field(
        default=prompts.BREADTH, description="Asks for a new one of the same domain (as above)."
    )
    equality_prompt: str = Field(
        default=prompts.EQUALITY,
        description="Asks whether `first` and `second` ask for the same.",
    )

    @model_validator(mode="after")
    def _prompts_can_be_filled(self) -> "EvolveConfig":
        check_prompts(self, PROMPTS, {**_SLOTS, "language": "Korean"})
        return self
