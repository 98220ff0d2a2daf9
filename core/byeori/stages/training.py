"""What is trained on: the train and validation splits without whatever overlaps with an item."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count
from typing import TextIO

from byeori.bulk import write
from byeori.context import Reject
from byeori.errors import DataError
from byeori.records import Document, Example, Item
from byeori.stages.documents import DOCUMENTS
from byeori.stages.items import ITEMS
from byeori.stages.job import Counts, Job
from byeori.stages.leakage import REASONS, Leak, find_leaks
from byeori.stages.split import HELD_OUT
from byeori.store.files import write_json

LEAKS = "leaks.jsonl"
"""Every training example that overlaps, removed or not: why, with which item, whose items."""


def make_training(job: Job) -> Counts:
    """Write `train.arrow` and `validation.arrow`, decontaminated, and which documents to leave."""
    splits = {name: job.rows("split", f"{name}.arrow", Example) for name in ("train", "validation")}
    leaks = find_leaks(
        # Under the fingerprint: an evaluation may be renamed without making this again.
        {job.inputs[stage].fingerprint: job.rows(stage, ITEMS, Item) for stage in _items(job)},
        chain.from_iterable(splits.values()),
        job.rows("documents", DOCUMENTS, Document),
    )
    places = count()
    counts: Counts = {}
    with job.output(LEAKS).open("w", encoding="utf-8", newline="\n") as log:
        for name, examples in splits.items():
            kept = _without(leaks.examples, zip(examples, places, strict=False), job, log)
            counts[name] = write(job.output(f"{name}.arrow"), kept, Example)
    if not counts["train"]:
        raise DataError(
            "no training examples are left: every one overlaps with an evaluation item; "
            "evaluate on other data than the training data"
        )
    held_out = json.loads(job.inputs["split"].path(HELD_OUT).read_text(encoding="utf-8"))
    if _removes(job):
        held_out |= {id_: leak.reason for id_, leak in leaks.documents.items()}
    write_json(job.output(HELD_OUT), held_out)
    return {**counts, "leakage": _by_evaluator(leaks.examples, job)}


def _items(job: Job) -> list[str]:
    return [stage for stage in job.stage.inputs if stage.startswith("items.")]


def _removes(job: Job) -> bool:
    return job.plan.recipe.leakage == "remove"


def _without(
    leaks: Mapping[int, Leak], examples: Iterable[tuple[Example, int]], job: Job, log: TextIO
) -> Iterator[Example]:
    for example, place in examples:
        leak = leaks.get(place)
        if leak:
            row = {"example": example.id, "reason": leak.reason, "item": leak.item}
            log.write(json.dumps({**row, "evaluators": dict(leak.evaluators)}) + "\n")
        if leak and _removes(job):
            text = f"{example.instruction[:180]} [item {leak.item}]"
            job.rejects.add("training", Reject(example.id, leak.reason, text))
        else:
            yield example


def _by_evaluator(leaks: Mapping[int, Leak], job: Job) -> dict[str, dict[str, int]]:
    """By the fingerprint of an evaluator's items and by reason, the examples that overlap.

    One that overlaps with several evaluators' items is counted for each.
    """
    found = {job.inputs[stage].fingerprint: Counter[str]() for stage in _items(job)}
    for leak in leaks.values():
        for evaluator, reason in leak.evaluators.items():
            found[evaluator][reason] += 1
    return {name: {r: by[r] for r in REASONS if by[r]} for name, by in found.items()}
