"""Keeps documents that are not nearly the same as an earlier one, by MinHash."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from byeori import Config, Context, Document, Filter
from byeori_plugins.text.buckets import Buckets
from byeori_plugins.text.tokens import TOKENISERS, TokenKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HIGHEST = 0.9
"""Buckets for still higher thresholds would be too few to find what they should."""
_BATCH = 4096
"""Shingles hashed at once: 4 MiB a batch at 128 permutations, however long a document is."""


class SimilarDocumentsConfig(Config):
    """Settings of `similar-documents`."""

    jaccard: float = Field(
        0.8,
        gt=0,
        lt=1,
        description="A document is dropped if its shingles are like an earlier one's at least this "
        "much (size of the intersection over that of the union).",
    )
    shingle: int = Field(5, ge=1, description="Tokens in a row that make one shingle.")
    tokens: TokenKind = Field(
        "words", description="What a text is cut into; see `near-duplicates`."
    )
    permutations: int = Field(
        128, ge=16, le=4096, description="Size of a signature: more find more of the alike."
    )


class SimilarDocuments(Filter[SimilarDocumentsConfig]):
    """Drops documents that are nearly the same as one kept before.

    MinHash signatures in banded buckets (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of
    Massive Datasets", section 3.4; datasketch) find candidates, and the sets of shingles decide.
    """

    name = "similar-documents"
    version = 1
    config_model = SimilarDocumentsConfig
    applies_to = "documents"

    def keep(self, examples: Iterable[Document], context: Context) -> Iterator[Document]:
        """Yield documents in order; of a cluster the first stays."""
        buckets = Buckets(min(self.config.jaccard, _HIGHEST), self.config.permutations)
        kept: list[tuple[str, NDArray[np.uint64]]] = []
        reason = f"at least {self.config.jaccard} of its text is an earlier document's"
        for document, shingles, signature in self._signed(examples):
            keys = buckets.keys(signature)
            alike = ((_jaccard(shingles, kept[n][1]), kept[n][0]) for n in buckets.found(keys))
            best, other = max(alike, default=(0.0, ""))
            if best >= self.config.jaccard:
                context.reject(document.id, reason, f"{best:.2f} of {other}: {document.text}")
                continue
            buckets.add(keys, len(kept))
            kept.append((document.id, shingles))
            yield document

    def _signed(
        self, documents: Iterable[Document]
    ) -> "Iterator[tuple[Document, NDArray[np.uint64], NDArray[np.uint64]]]":
        """Documents with their distinct shingles' hashes, sorted, and their signatures."""
        from datasketch import MinHash

        # Versions of datasketch differ in what they take without `scheme`, and a seed is a seed.
        empty = MinHash(self.config.permutations, seed=1, hashfunc=int, scheme="affine64")
        for document in documents:
            shingles = self._shingles(document.text)
            signature = empty.copy()
            for start in range(0, len(shingles), _BATCH):
                signature.update_batch(shingles[start : start + _BATCH].tolist())
            yield document, shingles, signature.hashvalues

    def _shingles(self, text: str) -> "NDArray[np.uint64]":
        import numpy as np
        import xxhash

        tokens = TOKENISERS[self.config.tokens](text) or [text]
        width = min(self.config.shingle, len(tokens))
        runs = (tokens[start : start + width] for start in range(len(tokens) - width + 1))
        hashes = [xxhash.xxh64_intdigest("\x1f".join(run).encode()) for run in runs]
        return np.unique(np.array(hashes, dtype=np.uint64))


def _jaccard(one: "NDArray[np.uint64]", other: "NDArray[np.uint64]") -> float:
    import numpy as np

    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)
