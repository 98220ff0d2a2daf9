"""What is trained on: the train and validation splits without whatever overlaps with an item."""

import json
from itertools import chain

from byeori.bulk import write
from byeori.context import Reject
from byeori.errors import DataError
from byeori.records import Document, Example, Item
from byeori.stages.documents import DOCUMENTS
from byeori.stages.items import ITEMS
from byeori.stages.job import Counts, Job
from byeori.stages.leakage import Overlap
from byeori.stages.split import HELD_OUT
from byeori.store.files import write_json


def make_training(job: Job) -> Counts:
    """Write `train.arrow` and `validation.arrow`, decontaminated, and which documents to leave."""
    splits = {name: job.rows("split", f"{name}.arrow", Example) for name in ("train", "validation")}
    items = (
        job.rows(stage, ITEMS, Item) for stage in job.stage.inputs if stage.startswith("items.")
    )
    overlap = Overlap(chain.from_iterable(items), chain.from_iterable(splits.values()))
    counts: Counts = {}
    for name, examples in splits.items():
        kept = []
        for example in examples:
            if reason := overlap.reason(example):
                job.rejects.add("training", Reject(example.id, reason, example.instruction))
            else:
                kept.append(example)
        counts[name] = write(job.output(f"{name}.arrow"), kept, Example)
    if not counts["train"]:
        raise DataError(
            "no training examples are left: every one overlaps with an evaluation item; "
            "evaluate on other data than the training data"
        )
    leaking = overlap.of_documents(job.rows("documents", DOCUMENTS, Document))
    write_json(job.output(HELD_OUT), {**_held_out(job), **leaking})
    return counts


def _held_out(job: Job) -> dict[str, str]:
    text = job.inputs["split"].path(HELD_OUT).read_text(encoding="utf-8")
    held_out: dict[str, str] = json.loads(text)
    return held_out
