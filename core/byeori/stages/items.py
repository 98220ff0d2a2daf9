"""Evaluation items: chosen before training, the same for every model."""

from byeori.bulk import write
from byeori.components import EvaluationData, Evaluator
from byeori.errors import DataError
from byeori.records import Document, Example, Item
from byeori.stages.documents import DOCUMENTS
from byeori.stages.job import Counts, Job, pulled, unique

ITEMS = "items.arrow"


def make_items(job: Job) -> Counts:
    """Ask one evaluator for its items."""
    use = job.stage.use()
    data = EvaluationData(
        test=job.rows("split", "test.arrow", Example),
        documents=job.rows("documents", DOCUMENTS, Document),
    )
    evaluator = use.make(Evaluator)
    items = pulled(lambda: evaluator.items(data, job.context_of(use.step)), use)
    count = write(job.output(ITEMS), unique(items, Item, use, job), Item)
    if not count:
        raise DataError(
            f"{use.step} ({use.entry.name}) has no items; the test split has "
            f"{len(data.test)} examples: give it a file, or enlarge `split.test`"
        )
    return {"kept": count}
