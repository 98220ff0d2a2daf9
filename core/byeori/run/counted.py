"""What each step kept and dropped, and what a training recorded, for the report."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from byeori.plan import Stage
from byeori.report import Drop, LossPoint, MixtureRow, StepCounts
from byeori.stages.job import REJECTS
from byeori.stages.tuning import TRAINING_RECORD
from byeori.store import Artifact

SHOWN_DROPS = 5
_LABELS = {
    "source": ("Documents read", "documents"),
    "documents": ("Documents", "documents"),
    "generator": ("Examples made", "examples"),
    "examples": ("Examples", "examples"),
    "split": ("Split by document", "examples"),
    "items": ("Evaluation items", "items"),
    "training": ("Training examples without leakage", "examples"),
    "tuning": ("Trained on", "examples"),
}


def steps_of(stages: Iterable[Stage], artifacts: Mapping[str, Artifact]) -> Iterator[StepCounts]:
    """What each stage kept and dropped; before a stage with filters, each of them on its own."""
    for stage in stages:
        if stage.kind in _LABELS:
            yield from _counts(stage, artifacts[stage.id], _overlaps(stage, artifacts))


def _overlaps(stage: Stage, artifacts: Mapping[str, Artifact]) -> dict[str, dict[str, int]]:
    """By evaluator, under its name of now, the examples that overlap with its items, by reason."""
    counted = artifacts[stage.id].counts.get("leakage", {})
    names = {
        name: artifacts[name].fingerprint for name in stage.inputs if name.startswith("items.")
    }
    return {
        name.removeprefix("items."): dict(counted[fingerprint])
        for name, fingerprint in names.items()
        if fingerprint in counted
    }


def _counts(
    stage: Stage, artifact: Artifact, overlaps: Mapping[str, Mapping[str, int]]
) -> Iterator[StepCounts]:
    label, unit = _LABELS[stage.kind]
    drops = _drops(artifact)
    reasons = dict(artifact.manifest["rejects"])
    for step, counts in artifact.counts.get("filters", {}).items():
        yield StepCounts(
            stage=step,
            label=f"Filter ({counts['component']})",
            kept=counts["kept"],
            dropped=counts["dropped"],
            reasons=_ranked([reasons.pop(step, {})]),
            examples_of_drops=tuple(_various(drops.pop(step, {}))),
            done={**({"rewritten": n} if (n := counts["rewrote"]) else {}), **counts["counted"]},
            unit=unit,
        )
    if stage.kind == "tuning" and training_record(artifact).get("train_documents") is not None:
        unit = "documents"
    numbers = {name: n for name, n in artifact.counts.items() if isinstance(n, int)}
    together = _ranked(reasons.values())
    yield StepCounts(
        stage=stage.id,
        label=f"{label} ({stage.component})" if stage.component else label,
        kept=numbers["kept"] if "kept" in numbers else sum(numbers.values()),
        dropped=sum(together.values()),
        reasons=together,
        examples_of_drops=tuple(_various({k: v for by in drops.values() for k, v in by.items()})),
        parts={} if "kept" in numbers else numbers,
        unit=unit,
        overlaps=overlaps,
    )


def _ranked(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for by_reason in counts:
        for reason, number in by_reason.items():
            total[reason] += number
    return dict(sorted(total.items(), key=lambda item: -item[1]))


def _drops(artifact: Artifact) -> dict[str, dict[str, list[Drop]]]:
    """By step and reason, the first few rows that were dropped."""
    drops: dict[str, dict[str, list[Drop]]] = defaultdict(lambda: defaultdict(list))
    with artifact.path(REJECTS).open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            some = drops[row["step"]][row["reason"]]
            if len(some) < SHOWN_DROPS:
                some.append(Drop(row["where"], row["reason"], row["text"]))
    return drops


def _various(drops: Mapping[str, list[Drop]]) -> Iterator[Drop]:
    """A few drops, of as many reasons as there are."""
    turns = itertools.zip_longest(*drops.values())
    return itertools.islice((drop for turn in turns for drop in turn if drop), SHOWN_DROPS)


def training_record(artifact: Artifact) -> dict[str, Any]:
    """What a tuning method recorded of its training; a plugin's may record nothing."""
    if TRAINING_RECORD not in artifact.manifest["files"]:
        return {}
    record = json.loads(artifact.path(TRAINING_RECORD).read_text(encoding="utf-8"))
    used = ("train_examples", "train_documents", "supervised_tokens", "steps")
    names = ("trainable_parameters", "total_parameters", *used)
    known: dict[str, Any] = {name: record.get(name) for name in names}
    losses = record.get("losses", ())
    wanted = [field.name for field in fields(LossPoint)]
    known["mixture"] = tuple(MixtureRow(**row) for row in record.get("mixture", ()))
    known["losses"] = tuple(
        LossPoint(**{name: point[name] for name in wanted if name in point}) for point in losses
    )
    return known
