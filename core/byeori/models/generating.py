"""Generated answers: batched, and equal to those of each prompt alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byeori.components import Decoding

if TYPE_CHECKING:
    import torch
    from transformers import GenerationConfig, LogitsProcessor


def generate_ids(
    model: Any, prompts: Sequence[Sequence[int]], decoding: Decoding, end_ids: Sequence[int]
) -> list[list[int]]:
    """Answer prompts of token ids in one batch, padded on the left.

    Greedy or beam search, never sampling, so the same model and prompts give the same answers.

    Returns:
        New token ids of each prompt, up to and without the end token.
    """
    import torch

    width = max(len(ids) for ids in prompts)
    # Any id will do for padding: the mask hides it from the model and from the penalty.
    pad = end_ids[0] if end_ids else 0
    padded = torch.tensor([[*[pad] * (width - len(ids)), *ids] for ids in prompts])
    lengths = torch.tensor([len(ids) for ids in prompts])
    mask = torch.arange(width)[None] >= width - lengths[:, None]
    padded, mask = padded.to(model.device), mask.to(model.device)
    with torch.inference_mode(), _without_own_settings(model):
        output = model.generate(
            input_ids=padded,
            attention_mask=mask.long(),
            generation_config=_configuration(decoding, end_ids, pad),
            logits_processor=_processors(decoding, mask),
        )
    return [_until_end(ids, end_ids) for ids in output[:, width:].tolist()]


def _configuration(decoding: Decoding, end_ids: Sequence[int], pad: int) -> "GenerationConfig":
    from transformers import GenerationConfig

    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=decoding.max_new_tokens,
        num_beams=decoding.num_beams,
        do_sample=False,
        eos_token_id=list(end_ids) or None,
        pad_token_id=pad,
    )


@contextmanager
def _without_own_settings(model: Any) -> Iterator[None]:
    """Set the generation settings saved with the model aside.

    transformers fills whatever is not said from them, so that a base and a tuned model could be
    asked in different ways (a repetition penalty in one, say).
    """
    from transformers import GenerationConfig

    own = model.generation_config
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        model.generation_config = own


def _until_end(ids: list[int], end_ids: Sequence[int]) -> list[int]:
    ends = [position for position, token in enumerate(ids) if token in end_ids]
    return ids[: ends[0]] if ends else ids


def _processors(decoding: Decoding, mask: "torch.Tensor") -> "list[LogitsProcessor]":
    if decoding.repetition_penalty == 1.0:
        return []
    return [_repetition_penalty(decoding.repetition_penalty, mask, decoding.num_beams)]


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
