"""The five kinds of component a plugin can offer, and what the core hands them.

A component is a class with `name`, `version`, `config_model` and one method. Its constructor takes
the checked config, keeps it as `self.config`, and does no I/O. This module imports no torch,
transformers, peft, datasets or openai, so that plugins load at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from byeori.asking import Model
from byeori.diagnostics import Diagnostic
from byeori.estimates import Estimate
from byeori.paths import below
from byeori.records import Document, Example, Item, ModelRef, Score
from byeori.result_tables import ResultTable

if TYPE_CHECKING:
    from byeori.context import Context


class Config(BaseModel):
    """Base of every component's settings: frozen, and an unknown key is an error.

    A field of type `Path` is relative to the recipe's folder (to the working directory where it
    came from `--set`); `shipped:PLUGIN/PATH` is relative to a plugin's recipes. The content of the
    file or folder it names is part of the stage's fingerprint, so a changed file runs again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="after")
    @classmethod
    def _resolve_path(cls, value: object, info: ValidationInfo) -> object:
        folders = info.context or {}
        if "folder" not in folders:
            return value
        overridden = info.field_name in folders.get("overridden", ())
        folder = Path(folders["working_directory" if overridden else "folder"])
        return below(folder, value, folders.get("shipped", {}))


C = TypeVar("C", bound=Config)


class Component(ABC, Generic[C]):
    """What every component has in common.

    Attributes:
        name: unique within its plugin and kind; a recipe says `plugin/name`.
        version: an int; bump it when the same config and input would give another output.
        config_model: the pydantic model of its settings.
        config: the settings it was made with.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    config_model: ClassVar[type[Config]] = Config

    def __init__(self, config: C) -> None:
        self.config = config


class DataSource(Component[C]):
    """Reads documents from wherever they are."""

    @abstractmethod
    def documents(self, context: "Context") -> Iterator[Document]:
        """Yield documents in a fixed order. A row that cannot be used goes to `context.reject`."""


class InstructionGenerator(Component[C]):
    """Makes instruction examples from documents."""

    @abstractmethod
    def examples(self, documents: Iterable[Document], context: "Context") -> Iterator[Example]:
        """Yield examples in the documents' order, each with the `document_id` it came from."""

    def estimate(
        self, documents: Sequence[Document] | None, context: "Context"
    ) -> Iterable[Estimate]:
        """What `examples` will take; asked by a dry run, so it calls no endpoint. Nothing, here.

        Args:
            documents: None where they are not known yet.
            context: its folders are temporary.
        """
        return ()


class Filter(Component[C]):
    """Keeps some rows and drops others; the core counts what did not come through.

    Attributes:
        applies_to: where a recipe may write it: `documents`, under `documents:`; `examples`, under
            `filters:`; or `both`.
        rewrites: whether it changes rows beside dropping some.
    """

    applies_to: ClassVar[Literal["documents", "examples", "both"]] = "examples"
    rewrites: ClassVar[bool] = False

    @abstractmethod
    def keep(self, examples: Iterable[Any], context: "Context") -> Iterator[Any]:
        """Yield what stays, in order: `Example` rows, or `Document` rows by `applies_to`.

        Call `context.reject(row.id, reason)` for what is dropped, so that the report can say why.
        Rows are yielded in order, and as they are. A filter that `rewrites` may yield changed rows;
        they keep their id, from which the core makes another and notes in the changed row's
        `metadata["rewritten_from"]` which row it was.
        """


@dataclass(frozen=True)
class TuningData:
    """What a tuning method learns from: rows that stay on disk until they are read.

    Attributes:
        documents: all of them, those of test examples too.
        held_out: by id, why a document may not be learnt from: it is one of `validation` or `test`
            examples, or overlaps with an evaluation item.
    """

    train: Sequence[Example]
    validation: Sequence[Example]
    documents: Sequence[Document]
    models: Sequence[ModelRef] = ()
    held_out: Mapping[str, str] = field(default_factory=dict)


class TuningMethod(Component[C]):
    """Turns one model into another.

    Attributes:
        needs_models: how many models, at least, a recipe must name under `models:`, such as those
            that are merged; `TuningData.models` holds them in that order. 0: it takes none.
        keeps_shape: whether the result has the tokenizer and the layers of the model it starts
            from, so that what later stages take can be told before it has run.
    """

    needs_models: ClassVar[int] = 0
    keeps_shape: ClassVar[bool] = True

    @abstractmethod
    def tune(self, model: ModelRef, data: TuningData, context: "Context") -> ModelRef:
        """Train, write the result below `context.output`, and return the reference to it.

        `context.scratch` survives a kill and is emptied when the stage is done: for checkpoints.
        A `training.json` below `context.output` is read for the report where it is there, with any
        of `train_examples`, `validation_examples` (or `_documents`), `dropped` (by split and
        reason), `steps`, `mixture` (rows of `byeori.report.MixtureRow`), `trainable_parameters`,
        `total_parameters`, `supervised_tokens`, and `losses`: a list of `{"step", "loss",
        "validation_loss", "learning_rate"}`.
        """

    def estimate(
        self, model: ModelRef, data: TuningData | None, context: "Context"
    ) -> Iterable[Estimate]:
        """What `tune` will take; asked by a dry run, so it reads no weights. Nothing, here.

        Args:
            model: of the shape of the one it will start from, if not that one itself.
            data: None where it is not known yet.
            context: its folders are temporary.

        Raises:
            ByeoriError: whatever `tune` would stop with, where that is seen already.
        """
        return ()


@dataclass(frozen=True)
class EvaluationData:
    """What evaluation items can be made of: the held-out examples, and all documents."""

    test: Sequence[Example]
    documents: Sequence[Document]


class Evaluator(Component[C]):
    """Asks models questions and scores the answers, item by item.

    Attributes:
        metrics_by_item: whether items differ in the metrics they are scored by, such as those of
            several benchmarks; each is then scored by one metric at least.
        compared: whether its scores are results. Those that only go with figures of the machine
            (`Context.measure`) are in no table, test or correction.
    """

    metrics_by_item: ClassVar[bool] = False
    compared: ClassVar[bool] = True

    @abstractmethod
    def items(self, data: EvaluationData, context: "Context") -> Iterable[Item]:
        """The questions, asked for before training: the core keeps them out of its data."""

    @abstractmethod
    def score(self, model: Model, items: Sequence[Item], context: "Context") -> Iterator[Score]:
        """One score per item and metric, for one model."""

    def metric_names(self) -> Sequence[str] | None:
        """The metrics its scores will have, in order; None, here, where only the scores tell.

        Asked when a recipe is checked, so that a gate on a metric that there is not is told before
        anything runs. The settings alone decide; summaries are not among them.
        """
        return None

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """Figures of one model that are not means of items (such as macro F1); none by default.

        Must be a function of the scores alone: the core resamples it for an interval.
        """
        return {}

    def diagnose(self, scores: Mapping[str, Sequence[Score]]) -> Iterable[Diagnostic]:
        """How far the scores (by model) can be trusted: shown in the report; nothing by default."""
        return ()

    def tables(
        self, scores: Mapping[str, Sequence[Score]], items: Mapping[str, Item]
    ) -> Iterable[ResultTable]:
        """Tables of its own for the report; none by default.

        Args:
            scores: by model, the baseline's first.
            items: by id, what was asked.
        """
        return ()


COMPONENT_KINDS: Mapping[str, type[Component[Config]]] = {
    "source": DataSource,
    "generator": InstructionGenerator,
    "filter": Filter,
    "tuning": TuningMethod,
    "evaluator": Evaluator,
}
"""The kinds by the short name that commands and messages use."""
