"""What is done to a batch's logits before a token is chosen: each row as if it were alone."""

import random
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from byeori.decoding import Decoding

if TYPE_CHECKING:
    import torch
    from transformers import LogitsProcessor, StoppingCriteria


def processors(
    decoding: Decoding, prompts: Sequence[Sequence[int]], mask: "torch.Tensor"
) -> "list[LogitsProcessor]":
    """Those of a decoding, in transformers' own order.

    Args:
        decoding: penalty, and how tokens are drawn.
        prompts: token ids of each row, without padding.
        mask: (rows, width) bool, False on the padding to the left.
    """
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    found: list[LogitsProcessor] = []
    if decoding.repetition_penalty != 1.0:
        found.append(_repetition_penalty(decoding.repetition_penalty, mask, decoding.num_beams))
    if decoding.do_sample:
        found.append(TemperatureLogitsWarper(decoding.temperature))
        if decoding.top_k is not None:
            found.append(TopKLogitsWarper(decoding.top_k))
        if decoding.top_p < 1:
            found.append(TopPLogitsWarper(decoding.top_p))
        found.append(_draw([_random_of(ids, decoding.sampling_seed or 0) for ids in prompts]))
    return found


def _repetition_penalty(penalty: float, mask: "torch.Tensor", beams: int) -> "LogitsProcessor":
    """Keskar et al. 2019, section 4.1, on the tokens of the prompt and of the answer so far.

    The processor of transformers also penalises the padding token, which may be the end token, so
    a padded prompt would be answered otherwise than the same prompt alone.
    """
    import torch
    from transformers import LogitsProcessor

    rows, width = mask.repeat_interleave(beams, dim=0), mask.shape[1]

    class RepetitionPenalty(LogitsProcessor):
        def __call__(
            self, input_ids: torch.LongTensor, scores: torch.FloatTensor
        ) -> torch.FloatTensor:
            # The last prompt token stands at width - 1 in every row: never padding.
            seen = input_ids.clone()
            seen[:, :width] = torch.where(rows, seen[:, :width], seen[:, width - 1 : width])
            score = scores.gather(1, seen)
            score = torch.where(score < 0, score * penalty, score / penalty)
            return scores.scatter(1, seen, score)  # type: ignore[return-value]

    return RepetitionPenalty()


def _random_of(ids: Sequence[int], seed: int) -> random.Random:
    """A row's own generator, by the seed and its prompt: no batch or order has a part in it."""
    text = f"{seed}\x1f{','.join(map(str, ids))}"
    return random.Random(blake2b(text.encode(), digest_size=16).digest())


def _draw(generators: Sequence[random.Random]) -> "LogitsProcessor":
    """Draws one token a row by inversion and leaves it alone, for a greedy search to take.

    transformers draws all rows from one generator, so that an answer would depend on its company.
    """
    import torch
    from transformers import LogitsProcessor

    class Draw(LogitsProcessor):
        def __call__(
            self, input_ids: torch.LongTensor, scores: torch.FloatTensor
        ) -> torch.FloatTensor:
            exact = torch.float32 if scores.device.type == "mps" else torch.float64
            edges = scores.softmax(dim=-1, dtype=exact).cumsum(dim=-1)
            drawn = torch.tensor([[generator.random()] for generator in generators], dtype=exact)
            places = torch.searchsorted(edges, drawn.to(edges.device) * edges[:, -1:], right=True)
            chosen = places.clamp(max=scores.shape[-1] - 1)
            only = torch.full_like(scores, float("-inf"))
            return only.scatter(1, chosen, 0.0)  # type: ignore[return-value]

    return Draw()


def stopping(texts: Sequence[str], width: int, tokenizer: Any) -> "list[StoppingCriteria]":
    """Ends a row when its answer holds one of the texts.

    That of transformers looks tokens up one by one, and finds no text whose characters are cut
    across tokens, as Korean ones are in a byte-level vocabulary.
    """
    import torch
    from transformers import StoppingCriteria

    if not texts:
        return []
    # A token may be a single byte; some more, for what a tokenizer does at the beginning of a text.
    longest = max(len(text.encode()) for text in texts) + 8

    class Stops(StoppingCriteria):
        def __call__(
            self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **kwargs: Any
        ) -> torch.Tensor:
            tails = [row[-longest:] for row in input_ids[:, width:].tolist()]
            found = [cut_at(text, texts) != text for text in decode(tails, tokenizer)]
            return torch.tensor(found, device=input_ids.device)

    return [Stops()]


def decode(rows: Sequence[Sequence[int]], tokenizer: Any) -> list[str]:
    """The text of each row's tokens, without special tokens."""
    return [
        str(
            tokenizer.decode(
                list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )
        for ids in rows
    ]


def cut_at(text: str, stops: Sequence[str]) -> str:
    """A text up to where the first of `stops` begins in it."""
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else text
