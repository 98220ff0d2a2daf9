"""How a training is spread over processes, as a recipe says it."""

from typing import Any, Literal, get_args

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from byeori import Config

Strategy = Literal["ddp", "zero-1", "zero-2", "zero-3", "fsdp"]
Offload = Literal["optimizer", "parameters"]

WITH_OFFLOAD: dict[str, tuple[Strategy, tuple[Offload, ...]]] = {
    "zero-2-offload": ("zero-2", ("optimizer",)),
    "zero-3-offload": ("zero-3", ("optimizer", "parameters")),
}
NAMES = (*get_args(Strategy), *WITH_OFFLOAD)


class Distributed(Config):
    """Settings of a training in several processes; a recipe may give the strategy alone."""

    strategy: Strategy = Field(
        description="What each process holds: everything (`ddp`), or only its part of the "
        "optimiser states (`zero-1`), of the gradients too (`zero-2`), of the weights too "
        "(`zero-3`, with PyTorch alone `fsdp`). `zero-2-offload` and "
        "`zero-3-offload` set `offload` as well."
    )
    processes: int | None = Field(
        None,
        ge=1,
        description="Processes on each machine. Empty: one for each of its accelerators.",
    )
    nodes: int | None = Field(
        None,
        ge=1,
        description="Machines that the run must be started on (see `byeori launch-script`). Empty: "
        "whatever it is started on.",
    )
    offload: tuple[Offload, ...] = Field(
        (),
        description="What is held in the memory of the machine instead of the accelerator: the "
        "`optimizer` states, which are then updated on the CPU, and the `parameters` (zero-3).",
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        values = {"strategy": given} if isinstance(given, str) else given
        name = values.get("strategy") if isinstance(values, dict) else None
        if isinstance(name, str) and name not in NAMES:
            raise ValueError(f"{name!r} is no strategy; there are {', '.join(NAMES)}")
        if not isinstance(name, str) or name not in WITH_OFFLOAD:
            return values
        strategy, offload = WITH_OFFLOAD[name]
        return {"offload": offload, **values, "strategy": strategy}

    @model_validator(mode="after")
    def _agrees(self) -> "Distributed":
        if self.offload and not self.by_deepspeed:
            raise ValueError(f"{self.strategy} has no offload; use zero-2-offload, zero-3-offload")
        if "parameters" in self.offload and self.strategy != "zero-3":
            raise ValueError(f"{self.strategy} has all parameters at hand; use zero-3-offload")
        return self

    @property
    def machines(self) -> int:
        """How many there are at least."""
        return self.nodes or 1

    @property
    def by_deepspeed(self) -> bool:
        """Whether DeepSpeed does it."""
        return self.strategy.startswith("zero-")

    @property
    def stage(self) -> int:
        """Of ZeRO; 0 for the others."""
        return int(self.strategy[-1]) if self.by_deepspeed else 0

    @property
    def in_parts(self) -> bool:
        """Whether a checkpoint consists of each process's part, so that only as many can go on."""
        return self.strategy != "ddp"

    @property
    def shards_weights(self) -> bool:
        """Whether no process holds all weights."""
        return self.strategy in ("zero-3", "fsdp")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        block = handler.resolve_ref_schema(handler(schema))
        block["properties"]["strategy"]["enum"] = list(NAMES)
        return {"anyOf": [{"enum": list(NAMES), "type": "string"}, dict(block)]}
