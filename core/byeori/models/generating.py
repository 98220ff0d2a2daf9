"""Generated answers: batched, and equal to those of each prompt alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byeori.decoding import Decoding
from byeori.models.processors import processors, stopping

if TYPE_CHECKING:
    from transformers import GenerationConfig


def generate_ids(
    model: Any,
    prompts: Sequence[Sequence[int]],
    decoding: Decoding,
    end_ids: Sequence[int],
    tokenizer: Any,
    streamer: Any = None,
) -> list[list[int]]:
    """Answer prompts of token ids in one batch, padded on the left.

    A sampled answer is drawn by the seed and its own prompt, so the same model and prompts give
    the same answers, whatever the batch.

    Args:
        model: of transformers.
        prompts: token ids of each.
        decoding: how they are answered.
        end_ids: tokens that end an answer.
        tokenizer: reads answers for the decoding's texts to stop at.
        streamer: is given the tokens of one prompt's answer as they come (transformers'
            `BaseStreamer`); not with beams.

    Returns:
        New token ids of each prompt, up to and without the end token. Where one of the decoding's
        texts ended an answer, it is still there.
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
            logits_processor=processors(decoding, prompts, mask),
            stopping_criteria=stopping(decoding.stop, width, tokenizer),
            streamer=streamer,
        )
    return [_until_end(ids, end_ids) for ids in output[:, width:].tolist()]


def _configuration(decoding: Decoding, end_ids: Sequence[int], pad: int) -> "GenerationConfig":
    from transformers import GenerationConfig

    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=decoding.max_new_tokens,
        num_beams=decoding.num_beams,
        do_sample=False,  # `processors` draw
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
