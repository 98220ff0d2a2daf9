"""Settings of `self-instruct`."""

from typing import Literal

from pydantic import Field, model_validator

from byeori import Config
from byeori.endpoint import EndpointConfig
from byeori_plugins.generators.filling import check_prompts
from byeori_plugins.generators.self_instruct import prompts
from byeori_plugins.text.tokens import TokenKind

UNSUITABLE = (
    "image", "picture", "photo", "graph", "file", "map", "draw", "plot", "flowchart", "diagram",
    "video", "audio", "music", "go to", "write a program",
    "이미지", "그림", "사진", "그래프", "파일", "지도", "동영상", "비디오", "오디오", "음악",
)  # fmt: skip
"""What a model of text alone cannot see or make, as Self-Instruct and Alpaca drop it."""


PROMPTS = (
    "system", "task_prompt", "kind_prompt", "input_first_prompt", "output_first_prompt",
    "one_request_prompt",
)  # fmt: skip
_TASK = {"instruction": "i", "classification": True, "instances": [{"input": "i", "output": "o"}]}
_SLOTS = {
    "tasks": [_TASK],
    "shown": [_TASK],
    "instruction": "i",
    "number": 1,
    "language": "Korean",
}
"""What a prompt is tried with when the recipe is read."""


class SelfInstructConfig(Config):
    """Settings of `self-instruct`."""

    model: EndpointConfig = Field(description="The model that writes tasks and answers.")
    examples: int = Field(ge=1, description="New examples to make; fewer if nothing new comes.")
    way: Literal["steps", "one-request"] = Field(
        default="steps",
        description="`steps`: tasks, then their kind, then instances, as Self-Instruct; "
        "`one-request`: whole tasks with one instance each, as Alpaca.",
    )
    language: str | None = Field(
        default=None, description="Language of the examples (BCP-47 tag); null for the seeds'."
    )
    human: int = Field(default=6, ge=1, description="Seed tasks in each prompt.")
    grown: int = Field(
        default=2,
        ge=0,
        description="Tasks the model made before in each prompt; seeds in their place while there "
        "are too few.",
    )
    per_request: int = Field(default=8, ge=1, description="New tasks to ask for in one request.")
    requests_per_round: int = Field(
        default=16,
        ge=1,
        description="Requests that go out together; the next round sees what they brought.",
    )
    patience: int = Field(
        default=3, ge=1, description="Stop after so many rounds in a row without a new task."
    )
    instances: int = Field(
        default=5, ge=1, description="Most instances of a task; `one-request` makes one."
    )
    rouge_l: float = Field(
        default=0.7,
        gt=0,
        lt=1,
        description="Highest ROUGE-L (F) of a new task with any seed or task before.",
    )
    tokens: TokenKind = Field(
        default="words",
        description="What ROUGE-L compares: `words`, `syllables` (words, but Hangul by syllable) "
        "or `ascii` (as rouge-score does, which sees no Korean).",
    )
    min_words: int = Field(
        default=4,
        ge=1,
        description="Fewest words of a task; Hangul counts by syllable.",
    )
    max_words: int = Field(default=150, ge=1, description="Most words of a task.")
    unsuitable: tuple[str, ...] = Field(
        default=UNSUITABLE,
        description="Words a task for text alone does not have, whole or in the plural; Korean "
        "ones with any particle.",
    )
    shown_classification: int = Field(
        default=12, ge=0, description="Seeds shown as classification where a task's kind is asked."
    )
    shown_generation: int = Field(
        default=19, ge=0, description="Seeds shown as no classification there."
    )
    shown_instances: int = Field(
        default=3, ge=0, description="Seeds of a task's kind shown where its instances are asked."
    )
    system: str = Field(default="", description="System message (Jinja); empty for none.")
    task_prompt: str = Field(
        default=prompts.TASKS,
        description="Asks for tasks (Jinja over `tasks`, `number`, `language`, `settings`).",
    )
    kind_prompt: str = Field(
        default=prompts.KIND,
        description="Asks whether `instruction` is a classification (Jinja, with `shown`).",
    )
    input_first_prompt: str = Field(
        default=prompts.INPUT_FIRST,
        description="Asks for instances of other tasks (Jinja over `instruction`, `number`, "
        "`shown`, `language`, `settings`).",
    )
    output_first_prompt: str = Field(
        default=prompts.OUTPUT_FIRST, description="Asks for instances of classification tasks."
    )
    one_request_prompt: str = Field(
        default=prompts.WHOLE_TASKS,
        description="Asks for whole tasks, where `way` is `one-request`; slots as `task_prompt`.",
    )

    @model_validator(mode="after")
    def _prompts_can_be_filled(self) -> "SelfInstructConfig":
        check_prompts(self, PROMPTS, _SLOTS)
        return self

    @model_validator(mode="after")
    def _words(self) -> "SelfInstructConfig":
        if self.min_words > self.max_words:
            raise ValueError("`min_words` is more than `max_words`")
        return self
