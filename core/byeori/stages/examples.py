"""Examples: each generator on all documents, then all examples in order through the filters."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from byeori.bulk import Rows, write
from byeori.components import InstructionGenerator
from byeori.context import Reject
from byeori.errors import DataError, PluginError
from byeori.estimates import Estimate
from byeori.records import Document, Example
from byeori.stages.documents import DOCUMENTS
from byeori.stages.filtering import Filtering
from byeori.stages.job import Counts, Job, blaming, pulled, unique

EXAMPLES = "examples.arrow"


def make_generated(job: Job) -> Counts:
    """Run one generator."""
    use = job.stage.use()
    documents = job.rows("documents", DOCUMENTS, Document)
    context = job.context_of(use.step)
    generator = use.make(InstructionGenerator)
    made = pulled(lambda: generator.examples(documents, context), use)
    signed = _signed(context.progress(made, unit="examples"), use.entry.name, documents)
    count = write(job.output(EXAMPLES), unique(signed, Example, use, job), Example)
    if not count:
        raise DataError(
            f"{use.step} ({use.entry.name}) made no examples of {len(documents)} documents"
            f"{job.rejects.why(use.step)}"
        )
    return {"kept": count}


def estimate_generated(job: Job) -> list[Estimate]:
    """What the generator tells of its work; `job.inputs` has whatever is finished already."""
    use, known = job.stage.use(), "documents" in job.inputs
    documents = job.rows("documents", DOCUMENTS, Document) if known else None
    with blaming(use):
        return list(use.make(InstructionGenerator).estimate(documents, job.context_of(use.step)))


def _signed(
    examples: Iterable[Example], generator: str, documents: Rows[Document]
) -> Iterator[Example]:
    known = set(documents.column("id"))
    for example in examples:
        if isinstance(example, Example):
            if example.document_id and example.document_id not in known:
                raise PluginError(
                    f"{generator} yielded an example of document {example.document_id!r}, "
                    "which is not one of the documents it was given"
                )
            example = replace(example, generator=generator)
        yield example


def make_examples(job: Job) -> Counts:
    """Chain the generators' examples and run the filters."""
    generated = [step for step in job.stage.steps if isinstance(step, str)]
    filtering = Filtering(job)
    rows: Iterable[Example] = _chain(generated, job)
    for step in job.stage.steps:
        if not isinstance(step, str):
            rows = filtering.through(rows, Example, step)
    count = write(job.output(EXAMPLES), rows, Example)
    if not count:
        raise DataError(f"no examples are left after `filters:`{job.rejects.why()}")
    return {"kept": count, "filters": filtering.steps}


def _chain(steps: list[str], job: Job) -> Iterator[Example]:
    seen: set[str] = set()
    for step in steps:
        for example in job.rows(step, EXAMPLES, Example):
            if example.id in seen:
                job.rejects.add(step, Reject(example.id, "same example as an earlier generator's"))
                continue
            seen.add(example.id)
            yield example
