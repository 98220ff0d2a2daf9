"""Generated answers: what a model writes, measured by the metrics a recipe names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from byeori import Context, DataError, Decoding, EvaluationData, Evaluator, Item, Model, Score
from byeori.decoding import decoding_of
from byeori.korean import NEEDS_KIWI, kiwi_installed
from byeori_plugins.evaluators.answer_files import read_questions
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.metrics import (
    METRICS,
    WITHOUT_REFERENCE,
    Measure,
    Metric,
    MetricSettings,
    Outcome,
    summaries,
    unscored,
)
from byeori_plugins.evaluators.sampling import sample

_INSTRUCTED = {"instructions", "instructions-loose"}


class GeneratedAnswersConfig(MetricSettings, Decoding):
    """Settings of `generated-answers`, with those of the decoding and of the metrics."""

    metrics: tuple[Metric, ...] = Field(
        ("exact-match", "chrf", "rouge-l"),
        min_length=1,
        description="What is measured. chrf and bleu are 0-100, all others 0-1.",
    )
    path: Path | None = Field(
        None,
        description="JSON lines of `instruction` (or `prompt`), `input` (optional) and `output` (a "
        "text, or a list of right answers); also `system`, `task`, `language`, `json_schema`, and "
        "`instruction_id_list` with `kwargs` as in IFEval. Where none, the test examples.",
    )
    task: str | tuple[str, ...] = Field(
        (), description="Task or tasks of the items; others are not asked. Empty is all."
    )
    limit: int | None = Field(
        None, ge=1, description="Most items; drawn by the seed. Generation takes time by items."
    )

    @field_validator("metrics")
    @classmethod
    def _distinct(cls, value: tuple[Metric, ...]) -> tuple[Metric, ...]:
        if len(set(value)) != len(value):
            raise ValueError(f"a metric is named twice: {', '.join(value)}; name each once")
        return value

    @model_validator(mode="after")
    def _can_be_measured(self) -> Self:
        if self.path is None and (lacking := _INSTRUCTED & {*self.metrics}):
            raise ValueError(
                f"{', '.join(sorted(lacking))} need instructions as data: name a file in `path`"
            )
        if self.tokens == "morphemes" and not kiwi_installed():
            raise ValueError(f"tokens: morphemes {NEEDS_KIWI}; or choose syllables")
        return self


class GeneratedAnswers(Evaluator[GeneratedAnswersConfig]):
    """Answers as the decoding says, each metric a score of its own.

    An empty answer is an answer: it scores 0. An item that is too long for the model, or of which a
    metric says nothing (no number in the right answer, say), is unscored (None), never cut or zero.
    """

    name = "generated-answers"
    version = 3
    config_model = GeneratedAnswersConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The file's rows, or one item for each test example, of the tasks that are wanted."""
        found = self._of_file(context) if self.config.path else map(Item.of, data.test)
        wanted = {self.config.task} if isinstance(self.config.task, str) else {*self.config.task}
        items = [item for item in found if not wanted or item.task in wanted]
        return sample(items, self.config.limit, context)

    def _of_file(self, context: Context) -> Iterator[Item]:
        assert self.config.path is not None  # noqa: S101  # asked for only where there is one
        metrics = {*self.config.metrics}
        for item in read_questions(self.config.path, context):
            where = self.config.path.parent / item.metadata["origin"]
            if not item.reference and (lacking := metrics - WITHOUT_REFERENCE):
                raise DataError(
                    f"{where}: `output` is missing, the right answer that "
                    f"{', '.join(sorted(lacking))} compare with"
                )
            if "instructions" not in item.metadata and metrics & _INSTRUCTED:
                raise DataError(f"{where}: `instruction_id_list` is missing, which is checked")
            yield item

    def measures(self) -> Mapping[str, Measure]:
        """What is measured, by name; an evaluator that derives from this one may add its own."""
        return {name: METRICS[name](self.config) for name in self.config.metrics}

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """One score for each item and metric."""
        measures = self.measures()
        decoding = decoding_of(self.config, context.seed)
        shown = context.progress(items, total=len(items), unit="items", label=model.name)
        for item, answer, reason in asked(shown, lambda some: model.generate(some, decoding)):
            for metric, measure in measures.items():
                outcome = unscored(reason) if answer is None else measure(answer, item)
                yield _score(item, metric, answer or "", outcome)

    def metric_names(self) -> Sequence[str]:
        """Those of the settings."""
        return self.config.metrics

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """Corpus chrF and BLEU, IFEval by instruction, extraction F1 over all values."""
        return summaries(scores, self.config.metrics, self.config)


def _score(item: Item, metric: str, answer: str, outcome: Outcome) -> Score:
    return Score(
        item_id=item.id,
        metric=metric,
        value=outcome.value,
        prediction=answer,
        reference=item.reference,
        metadata=outcome.metadata,
    )
