"""NEFTune: noise on the embeddings while training (Jain et al. 2023, arXiv:2310.05914).

transformers' own takes the length of the row for that of the example, which is another in a row of
several examples, or with padding.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass
class Noise:
    """Adds uniform noise of alpha / sqrt(L d) to embeddings [n, t, d], L being an example's length.

    Attributes:
        alpha: the paper's strength, 5 to 15.
        lengths: of the example that each token of the batch is of, [n, t] or [n, 1].
    """

    alpha: float
    lengths: Tensor | None = None

    def of(self, batch: Mapping[str, Any]) -> None:
        """Take up the lengths of the examples of a batch."""
        if (layout := batch.get("layout")) is not None:
            sizes = torch.tensor([span.end - span.start for span in layout.spans])
            self.lengths = sizes.repeat_interleave(sizes)[None]
        else:
            self.lengths = batch["attention_mask"].sum(dim=1, keepdim=True)

    def __call__(self, module: Any, arguments: Any, embeddings: Tensor) -> Tensor | None:
        """The embeddings with noise, in training; as they are, where nothing is returned."""
        if not module.training or self.lengths is None:
            return None
        lengths = self.lengths.to(embeddings.device)[..., None]
        size = self.alpha / (lengths * embeddings.shape[-1]).sqrt()
        return embeddings + torch.empty_like(embeddings).uniform_(-1, 1) * size.to(embeddings.dtype)


@contextmanager
def noisy_embeddings(model: Any, alpha: float | None) -> Iterator[Noise | None]:
    """Let a model's embeddings be noisy until the end of the block; None without an alpha."""
    if alpha is None:
        yield None
        return
    noise = Noise(alpha)
    hook = model.get_input_embeddings().register_forward_hook(noise)
    try:
        yield noise
    finally:
        hook.remove()
