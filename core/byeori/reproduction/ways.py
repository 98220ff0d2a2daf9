"""The ways in which our figures of a table are got."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from byeori.reproduction.rules import PrintedDigits, Rule, SameSettings, SameText


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """Computed again from figures that the paper prints, with no run.

    Attributes:
        compute: gives, by the table's row labels, one value for each column; None for an empty
            cell. Import what is heavy inside it: it is called by `byeori reproduce` alone.
        source: what it is computed from, such as `the scores of Table 7`.
        rule: when a cell counts as reproduced.
        differs: what is not as in the paper, in a sentence; may be empty.
    """

    compute: Callable[[], Mapping[str, Sequence[float | str | None]]]
    source: str
    rule: Rule = field(default_factory=PrintedDigits)
    differs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromRecipe:
    """Read from a shipped recipe: settings beside those the paper tells; the table has one column.

    Attributes:
        recipe: its name, such as `nasa/lora`.
        fields: by row label, the field as `--set` names it (`tuning.lora.r`). A field the recipe
            leaves out has the component's default.
        missing: by row label, why there is no such field.
        rule: when a cell counts as reproduced.
        differs: what is not as in the paper, in a sentence; may be empty.
    """

    recipe: str
    fields: Mapping[str, str]
    missing: Mapping[str, str] = field(default_factory=dict)
    rule: Rule = field(default_factory=SameSettings)
    differs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOf:
    """The prompt that a shipped recipe writes, beside the one a paper prints; one row, one column.

    Attributes:
        recipe: its name; its `prompt:` is filled in.
        instruction, input, system: what it is filled in with.
        rule: when it counts as reproduced; spaces and line ends are not told apart.
        differs: what is not as in the paper, in a sentence; may be empty.
    """

    recipe: str
    instruction: str
    input: str = ""
    system: str = ""
    rule: Rule = field(default_factory=SameText)
    differs: str = ""


@dataclass(frozen=True, slots=True)
class ModelAt:
    """A model of a run of a shipped recipe.

    Attributes:
        recipe: its name, such as `korean/kullm`.
        model: the tuning stage's id, or `base`.
        variant: of the recipe's sweep; needed where it has one.
        overrides: options as for `--set`. A recipe that a paper runs in more than one way needs
            `name=...` among them, or the last run's report takes the place of the others'.
    """

    recipe: str
    model: str
    variant: str = ""
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricAt:
    """A figure of a run's report.

    Attributes:
        evaluator: the step's id, in the recipe as it is run.
        metric: one of its metrics or summaries.
        group: a task or language; empty for all items.
        scale: what ours is multiplied with to have the paper's unit (100 where it prints percent).
    """

    evaluator: str
    metric: str
    group: str = ""
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Measured by running shipped recipes.

    A cell has a figure where one of its labels names a model and the other a metric; models may
    stand in rows and metrics in columns, or the other way round.

    Attributes:
        models: by row or column label.
        metrics: by column or row label.
        missing: by row or column label, why there is no figure here, such as `a closed model`.
        rule: when a cell counts as reproduced.
        differs: what is not as in the paper, in a sentence: another model, metric or data.
    """

    models: Mapping[str, ModelAt]
    metrics: Mapping[str, MetricAt]
    rule: Rule
    differs: str
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotRunnable:
    """Cannot be run here.

    Attributes:
        reason: why, in a sentence: what it needs that is not here.
        command: what runs it where that is at hand; may be empty.
    """

    reason: str
    command: str = ""


Way = Computed | FromRecipe | PromptOf | Measured | NotRunnable
