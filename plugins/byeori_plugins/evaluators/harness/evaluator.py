"""lm-eval tasks by name: items known before training, scores of each of them."""

import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from byeori import Config, Context, EvaluationData, Evaluator, Item, Model, Score


class LmEvalConfig(Config):
    """Settings of `lm-eval`."""

    tasks: tuple[str, ...] = Field(
        min_length=1,
        description="lm-eval's names of tasks, groups or tags, such as kobest; `*` stands for any "
        "characters.",
    )
    include_path: Path | None = Field(
        None, description="Folder of task files (YAML) of your own, as lm-eval's --include_path."
    )
    include_defaults: bool = Field(
        True,
        description="Whether lm-eval's own tasks can be named; finding them takes some seconds.",
    )
    num_fewshot: int | None = Field(
        None,
        ge=0,
        description="Solved examples before each question; the task's own number where none. A "
        "task that says 0 itself keeps it.",
    )
    fewshot_seed: int = Field(
        1234,
        description="Of tasks that draw those examples; lm-eval's own, so that figures can be "
        "compared with published ones.",
    )
    limit: int | None = Field(None, ge=1, description="Only the first items of each task.")
    apply_chat_template: bool = Field(
        False,
        description="Write prompts by the template the model was tuned with; else as plain text, "
        "as lm-eval does by default.",
    )
    fewshot_as_multiturn: bool = Field(
        True, description="With a template, the solved examples as earlier turns; else in one turn."
    )
    system_instruction: str = Field("", description="System message before each question.")
    max_new_tokens: int | None = Field(
        None, ge=1, description="Longest generated answer, in tokens; the task's own where none."
    )
    engine: Literal["byeori", "hflm"] = Field(
        "byeori",
        description="byeori: what prompts begin with is read once. hflm: lm-eval's own model "
        "class, slower, with every setting of generation that transformers has.",
    )
    batch_size: int = Field(8, ge=1, description="Rows in a batch of `engine: hflm`.")
    unsafe_code: bool = Field(
        False, description="Allow tasks that run the code a model writes, on this machine."
    )
    language: str = Field("", description="Language of the items.")

    @model_validator(mode="after")
    def _installed(self) -> "LmEvalConfig":
        if importlib.util.find_spec("lm_eval") is None:
            raise ValueError("needs lm-eval: pip install 'byeori[lm-eval]'")
        if not self.include_defaults and self.include_path is None:
            raise ValueError("there are no tasks: name `include_path`, or `include_defaults: true`")
        return self


class LmEval(Evaluator[LmEvalConfig]):
    """Tasks of lm-evaluation-harness (Gao et al.), prompted and scored by that library.

    A metric that lm-eval averages over items is a score of each item; every other figure (macro
    F1, BLEU, perplexity, means of groups) is a summary. `items` writes what was loaded to
    `lm-eval.json`: versions of lm-eval and its tasks, data sets with their commits.
    """

    name = "lm-eval"
    version = 1
    config_model = LmEvalConfig
    metrics_by_item = True

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """Every task's documents in lm-eval's order."""
        from byeori_plugins.evaluators.harness.items import task_items
        from byeori_plugins.evaluators.harness.tasks import load

        loaded = load(self.config)
        loaded.write_record(context.output)
        return task_items(loaded, self.config)

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """One score for each item and metric that its task averages.

        Raises:
            DataError: the tasks are not those the items were made of, or ask for what the engine
                does not do.
        """
        from byeori_plugins.evaluators.harness.asking import scores

        return scores(self.config, model, items, context)

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """By task and group what lm-eval computes of all items together."""
        from byeori_plugins.evaluators.harness.figures import figures

        return figures(scores, self.config.include_path)
