"""The rows that travel between stages: frozen, slotted dataclasses.

A plugin author yields them from a plain generator function; the core checks them, fills in `id`
(a content hash) and turns them into memory-mapped Arrow (`byeori.bulk`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Metadata = Mapping[str, Any]
"""Whatever JSON can hold; keys are strings."""

Role = Literal["user", "assistant"]

LOWER_IS_BETTER = " (lower is better)"
"""Stands in the name of a metric that is better where it is lower, so that no table misleads."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of the domain.

    Attributes:
        text: the whole text, not empty.
        title: what a person would call it.
        language: BCP-47 tag (`ko`, `en`), or empty where unknown.
        metadata: structured fields, such as the columns of the record it came from. Documents
            with the same `split_group` are never separated by the split.
        licence: SPDX identifier or the licence's name; empty where unknown.
        origin: where it came from: `file:line`, a URL, a data set with its revision.
        id: content hash; the core fills it in.
    """

    text: str
    title: str = ""
    language: str = ""
    metadata: Metadata = field(default_factory=dict)
    licence: str = ""
    origin: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One instruction example.

    Attributes:
        instruction: what the model is asked to do, not empty.
        output: the answer it should give, not empty; only its tokens and the end are learnt.
        input: further context the instruction works on, or empty.
        system: system message, or empty.
        history: earlier turns, oldest first.
        task: kind of task (`qa`, `summary`, `symbol`), for balance, merging and reports.
        language: BCP-47 tag of the answer.
        document_id: the document it was made from; splits never separate one document's examples.
        generator: `plugin/component` that made it; the core fills it in.
        metadata: anything else. `split: train` keeps the example to training and validation
            documents, `split: test` to test documents.
        id: content hash; the core fills it in.
    """

    instruction: str
    output: str
    input: str = ""
    system: str = ""
    history: tuple[Turn, ...] = ()
    task: str = ""
    language: str = ""
    document_id: str = ""
    generator: str = ""
    metadata: Metadata = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of an evaluation; base and tuned models answer the very same ones.

    Attributes:
        instruction, input, system, history: the prompt, as in `Example`.
        reference: the right answer, or empty where there is none.
        choices: the answers offered, for multiple choice; else empty.
        answer: index of the right choice, or None.
        task, language: for tables by group.
        document_id: the document it is about, or empty.
        example_id: the test example it was made of, or empty.
        metadata: anything else the evaluator needs to score it.
        id: content hash; the core fills it in.
    """

    instruction: str
    reference: str = ""
    input: str = ""
    system: str = ""
    history: tuple[Turn, ...] = ()
    choices: tuple[str, ...] = ()
    answer: int | None = None
    task: str = ""
    language: str = ""
    document_id: str = ""
    example_id: str = ""
    metadata: Metadata = field(default_factory=dict)
    id: str = ""

    @classmethod
    def of(cls, example: Example) -> "Item":
        """The question that an example asks; its output is the right answer."""
        return cls(
            instruction=example.instruction,
            input=example.input,
            system=example.system,
            history=example.history,
            reference=example.output.strip(),
            task=example.task,
            language=example.language,
            document_id=example.document_id,
            example_id=example.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One model's score on one item by one metric: never only a mean, the statistics are paired.

    Attributes:
        item_id: the `Item` it belongs to.
        metric: `accuracy`, `chrf`, ...; higher is better, but where the name says
            `LOWER_IS_BETTER`.
        value: the score in the metric's own unit (0-1 unless the metric says otherwise), or None
            where the item could not be scored: counted and shown, never a zero.
        prediction: what the model answered.
        reference: what it was compared with.
        model: id of the tuning stage, or `base`; the core fills it in.
        evaluator: id of the evaluator in the recipe; the core fills it in.
        metadata: anything else (log-likelihoods, a judge's reason).
    """

    item_id: str
    metric: str
    value: float | None
    prediction: str = ""
    reference: str = ""
    model: str = ""
    evaluator: str = ""
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one model answered to one item, where answers are rated in a step of their own.

    Attributes:
        item_id: the `Item` it answers.
        text: the answer; an empty one is an answer too.
        problem: why the model could not be asked; empty where it was.
        metadata: anything else.
    """

    item_id: str
    text: str = ""
    problem: str = ""
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """How a prompt is written for a model; it travels with the model (`ModelRef.template`).

    Attributes:
        name: what a recipe calls it (`alpaca`), with the plugin's prefix outside the built-ins.
        template: Jinja source over `system`, `history`, `instruction` and `input`, ending where the
            answer starts; or None to use the chat template of the model's own tokenizer.
        version: bump it when the text changes.
    """

    name: str
    template: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """A model as a reference, never a live module: stages may run in other processes.

    Attributes:
        base: `builtin:NAME`, a folder, or a hub id.
        revision: commit of the hub id; None for folders and built-ins.
        adapters: folders of peft adapters to load on the base, in order.
        merged_path: folder of a full model that takes the base's place, or None.
        template: the prompt template it was trained with.
        base_fingerprint: content hash of the base's files (or hub commit); adapters refuse another.
    """

    base: str
    template: PromptTemplate
    revision: str | None = None
    adapters: tuple[str, ...] = ()
    merged_path: str | None = None
    base_fingerprint: str = ""
