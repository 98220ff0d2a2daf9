"""Documents: each source on its own, then all of them in order through the document filters."""

from collections.abc import Iterable

from byeori.bulk import write
from byeori.components import DataSource
from byeori.context import Reject
from byeori.errors import DataError
from byeori.records import Document
from byeori.stages.filtering import Filtering
from byeori.stages.job import Counts, Job, pulled, unique
from byeori.stages.sampling import spread

DOCUMENTS = "documents.arrow"


def make_source(job: Job) -> Counts:
    """Read one data source."""
    use = job.stage.use()
    source = use.make(DataSource)
    context = job.context_of(use.step)
    read = pulled(lambda: source.documents(context), use)
    documents = context.progress(read, unit="documents")
    count = write(job.output(DOCUMENTS), unique(documents, Document, use, job), Document)
    if not count:
        raise DataError(
            f"{use.step} ({use.entry.name}) gave no documents{job.rejects.why(use.step)}"
        )
    return {"kept": count}


def make_documents(job: Job) -> Counts:
    """Chain the sources in the recipe's order; a filter works on everything written before it."""
    filtering = Filtering(job)
    rows: Iterable[Document] = ()
    counts, chosen = _sample(job)
    for step in job.stage.steps:
        if isinstance(step, str):
            read: Iterable[Document] = job.rows(step, DOCUMENTS, Document)
            if chosen is not None:
                read = (document for document in read if document.id in chosen)
            rows = _chain(rows, read, step, job)
        else:
            rows = filtering.through(rows, Document, step)
    count = write(job.output(DOCUMENTS), rows, Document)
    if not count:
        raise DataError(
            f"no documents are left after the filters under `documents:`{job.rejects.why()}"
        )
    return {"kept": count, "filters": filtering.steps, **counts}


def _sample(job: Job) -> tuple[Counts, frozenset[str] | None]:
    """Of a sample, how many documents of how many there are, and which; of all, None."""
    if not job.plan.sample:
        return {}, None
    sources = [step for step in job.stage.steps if isinstance(step, str)]
    ids = [id_ for step in sources for id_ in job.rows(step, DOCUMENTS, Document).column("id")]
    known = list(dict.fromkeys(ids))
    chosen = spread(known, job.plan.sample, job.context.random("sample"))
    return {"sampled": len(chosen), "of": len(known)}, chosen


def _chain(
    before: Iterable[Document], after: Iterable[Document], step: str, job: Job
) -> Iterable[Document]:
    seen = set()
    for document in before:
        seen.add(document.id)
        yield document
    for document in after:
        if document.id in seen:
            job.rejects.add(step, Reject(document.id, "same document as in an earlier source"))
            continue
        yield document
