"""Which documents are learnt from, and which are held out to see how well that went."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from byeori import Document, TuningData
from byeori_plugins.tuning.selection import Where

DocumentChoice = Literal["documents", "all-documents"]
Split = Literal["train", "validation"]

NOT_SELECTED = "not selected by `where`"


def chosen_documents(
    data: TuningData, split: Split, choice: DocumentChoice, where: Where, dropped: Counter[str]
) -> Iterator[tuple[int, Document]]:
    """The documents of a split, each with its position in `data.documents`.

    Args:
        data: with what may not be learnt from, and why.
        split: `validation` is the documents of validation examples; `train` all others that
            `choice` takes.
        choice: `documents` leaves out what is held out for the test or overlaps with an evaluation
            item; `all-documents` takes it.
        where: compared with the documents.
        dropped: counts, by reason, those that could have been learnt from but for it.
    """
    for position, document in enumerate(data.documents):
        reason = data.held_out.get(document.id)
        if split == "validation":
            if reason != "validation":
                continue
        elif reason is not None and (reason == "validation" or choice == "documents"):
            dropped[_held_out(reason)] += 1
            continue
        if where.matches_document(document):
            yield position, document
        else:
            dropped[NOT_SELECTED] += 1


def _held_out(reason: str) -> str:
    return f"held out for {reason}" if reason in ("validation", "test") else reason
