"""Tuning: one model reference in, another out."""

import json
from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING

from byeori.components import TuningData, TuningMethod
from byeori.context import Reject
from byeori.errors import PluginError
from byeori.estimates import Estimate
from byeori.models.references import read_reference, write_reference
from byeori.records import Document, Example, ModelRef
from byeori.stages.documents import DOCUMENTS
from byeori.stages.job import Counts, Job, blaming
from byeori.stages.split import HELD_OUT

if TYPE_CHECKING:
    from byeori.plan import Plan

MODEL = "model.json"
TRAINING_RECORD = "training.json"


def make_tuned(job: Job) -> Counts:
    """Run one tuning method on the base or on an earlier stage's model."""
    use, data = job.stage.use(), _data(job)
    with blaming(use):
        tuned = use.make(TuningMethod).tune(
            model_before(job, use.start), data, job.context_of(use.step)
        )
    if not isinstance(tuned, ModelRef):
        raise PluginError(
            f"{use.entry.name} returned {type(tuned).__name__}; tune() must return a ModelRef"
        )
    counts = _learnt_from(job, data)
    write_reference(tuned, job.output(MODEL), making=job.context.output, artifacts=job.artifacts)
    return counts


def _data(job: Job) -> TuningData:
    return TuningData(
        train=job.rows("training", "train.arrow", Example),
        validation=job.rows("training", "validation.arrow", Example),
        models=tuple(model_before(job, name) for name in job.stage.use().models),
        documents=job.rows("documents", DOCUMENTS, Document),
        held_out=json.loads(job.inputs["training"].path(HELD_OUT).read_text(encoding="utf-8")),
    )


def estimate_tuned(job: Job) -> list[Estimate]:
    """What the method tells of its work; `job.inputs` has whatever is finished already."""
    use = job.stage.use()
    start = model_like(job.plan, use.start, job.inputs)
    if start is None:
        return []
    known = all(name in job.inputs for name in ("training", "documents", *use.models))
    with blaming(use):
        method, data = use.make(TuningMethod), _data(job) if known else None
        return list(method.estimate(model_before(job, start), data, job.context_of(use.step)))


def model_like(plan: "Plan", start: str, finished: Container[str]) -> str | None:
    """The finished stage, or `base`, whose model has the shape of what `start` will make.

    None where nothing finished has: a stage between changes the tokenizer or the layers.
    """
    while start != "base" and start not in finished:
        use = plan.by_id[start].use()
        if not use.make(TuningMethod).keeps_shape:
            return None
        start = use.start
    return start


def _learnt_from(job: Job, data: TuningData) -> Counts:
    """How many examples or documents were used, from the method's own record where it keeps one.

    Those it left out without rejecting them (by `where:`) are counted as drops here.
    """
    counts: Counts = {"train": len(data.train), "validation": len(data.validation)}
    record = job.output(TRAINING_RECORD)
    if not record.is_file():
        return counts
    told = json.loads(record.read_text(encoding="utf-8"))
    step = job.stage.use().step
    rejected = job.rejects.counts.get(step, Counter())
    reasons: Counter[str] = Counter()
    for split in counts:
        used = told.get(f"{split}_documents", counts[split])
        counts[split] = told.get(f"{split}_examples", used)
        reasons.update(told.get("dropped", {}).get(split, {}))
    for reason, number in reasons.items():
        for _ in range(number - rejected.get(reason, 0)):
            job.rejects.add(step, Reject("", reason))
    return counts


def model_before(job: Job, start: str) -> ModelRef:
    """The base model, or the model another stage made."""
    if start == "base":
        return job.plan.base
    return read_reference(
        job.inputs[start].path(MODEL), artifacts=job.artifacts, base=job.plan.base
    )
