"""Tuning: one model reference in, another out."""

from byeori.bulk import Rows
from byeori.components import TuningData, TuningMethod
from byeori.errors import PluginError
from byeori.models.references import read_reference, write_reference
from byeori.records import Document, Example, ModelRef
from byeori.stages.documents import DOCUMENTS
from byeori.stages.job import Counts, Job, blaming

MODEL = "model.json"


def make_tuned(job: Job) -> Counts:
    """Run one tuning method on the base or on an earlier stage's model."""
    use = job.stage.use()
    data = TuningData(
        train=job.rows("training", "train.arrow", Example),
        validation=job.rows("training", "validation.arrow", Example),
        documents=Rows(job.inputs["documents"].path(DOCUMENTS), Document),
    )
    with blaming(use):
        tuned = use.make(TuningMethod).tune(
            model_before(job, use.start), data, job.context_of(use.step)
        )
    if not isinstance(tuned, ModelRef):
        raise PluginError(
            f"{use.entry.name} returned {type(tuned).__name__}; tune() must return a ModelRef"
        )
    write_reference(tuned, job.output(MODEL), making=job.context.output, artifacts=job.artifacts)
    return {"train": len(data.train), "validation": len(data.validation)}


def model_before(job: Job, start: str) -> ModelRef:
    """The base model, or the model another stage made."""
    if start == "base":
        return job.plan.base
    return read_reference(job.inputs[start].path(MODEL), artifacts=job.artifacts)
