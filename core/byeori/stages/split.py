"""Splits examples into train, validation and test: one document's examples stay
together, and so do those of documents in one group."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from byeori.bulk import write
from byeori.context import Reject
from byeori.errors import DataError
from byeori.recipe import Split
from byeori.records import Document, Example
from byeori.stages.documents import DOCUMENTS
from byeori.stages.examples import EXAMPLES
from byeori.stages.job import Counts, Job
from byeori.store.files import write_json

NAMES = ("train", "validation", "test")
HELD_OUT = "held-out.json"


def assign(documents: Sequence[str], shares: Split, seed: int) -> dict[str, str]:
    """Which split each document falls into, by the order of a seeded hash of its id.

    The shares are met to the nearest document, and a share above zero gets at least one.

    Raises:
        DataError: there are fewer documents than splits.
    """
    wanted = [name for name in NAMES if getattr(shares, name) > 0]
    if len(documents) < len(wanted):
        raise DataError(
            f"{len(documents)} documents cannot be split into {', '.join(wanted)}; "
            "add documents, or set the shares under `split:`"
        )
    ordered = sorted(
        documents, key=lambda id_: hashlib.sha256(f"{seed}\x1f{id_}".encode()).digest()
    )
    counts = _sizes(len(documents), {name: getattr(shares, name) for name in wanted})
    names = [name for name in wanted for _ in range(counts[name])]
    return dict(zip(ordered, names, strict=True))


def _sizes(total: int, shares: dict[str, float]) -> dict[str, int]:
    sizes = {name: max(1, round(total * share)) for name, share in shares.items()}
    while sum(sizes.values()) != total:
        step = 1 if sum(sizes.values()) < total else -1
        largest = max(sizes, key=lambda name: (sizes[name], name))
        sizes[largest] += step
    return sizes


def wished(example: Example, split: str) -> bool:
    """Whether an example may stand in `split`: some are for training or for the test only."""
    wish = example.metadata.get("split")
    return wish is None or wish == ("test" if split == "test" else "train")


def make_split(job: Job) -> Counts:
    """Write `train.arrow`, `validation.arrow` and `test.arrow`, and which documents are theirs."""
    examples = job.rows("examples", EXAMPLES, Example)
    together = _groups(job)
    documents = [example.document_id or example.id for example in examples]
    group_of = [together.get(document, document) for document in documents]
    split_of = assign(sorted(set(group_of)), job.plan.recipe.split, job.context.seed)
    counts: Counts = {"documents": dict.fromkeys(NAMES, 0)}
    for name in NAMES:
        rows = [
            row for row, group in zip(examples, group_of, strict=True) if split_of[group] == name
        ]
        kept = [row for row in rows if wished(row, name)]
        for row in rows:
            if not wished(row, name):
                reason = f"wording kept for {row.metadata['split']}, document in {name}"
                job.rejects.add("split", Reject(row.id, reason))
        counts[name] = write(job.output(f"{name}.arrow"), kept, Example)
        counts["documents"][name] = len({row.document_id or row.id for row in kept})
    _refuse_empty(counts, job.plan.recipe.split)
    ids = job.rows("documents", DOCUMENTS, Document).column("id")
    write_json(job.output(HELD_OUT), held_out(ids, together, split_of))
    return counts


def held_out(
    documents: Iterable[str], group_of: Mapping[str, str], split_of: Mapping[str, str]
) -> dict[str, str]:
    """The documents of validation and test examples, and the other documents of their groups.

    A document that no example was made of, and no document of its group, is nowhere held out.

    Args:
        documents: ids.
        group_of: by document, its group, where it has one.
        split_of: by group, or by a document without one, the split its examples fall into.

    Returns:
        By id, `validation` or `test`.
    """
    splits = ((id_, split_of.get(group_of.get(id_, id_), "train")) for id_ in documents)
    return {id_: split for id_, split in splits if split != "train"}


def _groups(job: Job) -> dict[str, str]:
    """By document, the group its source says it belongs to (`metadata["split_group"]`)."""
    documents = job.rows("documents", DOCUMENTS, Document)
    return {
        document.id: f"group {document.metadata['split_group']}"
        for document in documents
        if document.metadata.get("split_group")
    }


def _refuse_empty(counts: Counts, shares: Split) -> None:
    for name in NAMES:
        if getattr(shares, name) > 0 and not counts[name]:
            raise DataError(
                f"the {name} split has no examples: no document that falls into it has an example "
                f"meant for it (`split: {'test' if name == 'test' else 'train'}`)"
            )
