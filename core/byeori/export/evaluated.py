"""What the evaluated model does with some questions: the measure of every export of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byeori.asking import Prompt
from byeori.decoding import Decoding
from byeori.errors import DataError
from byeori.models.transformers_model import TransformersModel
from byeori.prompts import SpecialTokenError, prompt_token_ids

if TYPE_CHECKING:
    import torch

ANSWER_TOKENS = 32
"""Most tokens of an answer that are compared."""
_CANDIDATES = 16


@dataclass(frozen=True)
class Candidates:
    """The likeliest tokens at one position.

    Attributes:
        ids: token ids, the likeliest first.
        log_probabilities: theirs, in nats.
    """

    ids: tuple[int, ...]
    log_probabilities: tuple[float, ...]

    def of(self, token: int) -> float | None:
        """Log-probability of a token, or None where it is not among them."""
        return dict(zip(self.ids, self.log_probabilities, strict=True)).get(token)


@dataclass(frozen=True)
class Answered:
    """One question, as the evaluated model answered it.

    Attributes:
        prompt: the question.
        prompt_ids: the tokens it was asked with.
        answer: the tokens of the answer, at most `ANSWER_TOKENS`, without the end token.
        candidates: for each token of the answer, and for what follows it, the likeliest tokens.
    """

    prompt: Prompt
    prompt_ids: tuple[int, ...]
    answer: tuple[int, ...]
    candidates: tuple[Candidates, ...]


@dataclass(frozen=True)
class Evaluated:
    """What an export is compared with.

    Attributes:
        dtype: of the weights when they were evaluated, such as `float32`.
        end_ids: tokens that end an answer.
        end_token: id of the tokenizer's own end token, or None.
        decoding: how these answers were generated.
        questions: with the model's answers.
        left_out: how many questions could not be asked: too long, or with special tokens.
    """

    dtype: str
    end_ids: tuple[int, ...]
    end_token: int | None
    decoding: Decoding
    questions: tuple[Answered, ...]
    left_out: int


def evaluated(model: TransformersModel, prompts: Sequence[Prompt], decoding: Decoding) -> Evaluated:
    """Ask the evaluated model, one question at a time.

    Args:
        model: as it was evaluated, its adapters merged in.
        prompts: the questions.
        decoding: its beams and repetition penalty hold; nothing is drawn by chance, and answers end
            after `ANSWER_TOKENS` at the latest.

    Raises:
        DataError: none of the questions can be asked.
    """
    most = min(decoding.max_new_tokens, ANSWER_TOKENS)
    short = Decoding(
        max_new_tokens=most,
        num_beams=decoding.num_beams,
        repetition_penalty=decoding.repetition_penalty,
    )
    questions = tuple(_answered(model, prompts, short))
    if not questions:
        raise DataError(
            f"none of {len(prompts)} questions fits into {model.name} with its answer, so an "
            "export cannot be compared with it"
        )
    return Evaluated(
        dtype=str(model.loaded.model.dtype).removeprefix("torch."),
        end_ids=tuple(model.end_ids),
        end_token=model.loaded.tokenizer.eos_token_id,
        decoding=short,
        questions=questions,
        left_out=len(prompts) - len(questions),
    )


def _answered(
    model: TransformersModel, prompts: Sequence[Prompt], decoding: Decoding
) -> Iterator[Answered]:
    from byeori.models.generating import generate_ids

    limit = model.loaded.context_length
    for prompt in prompts:
        try:
            ids = prompt_token_ids(model.template, prompt, model.loaded.tokenizer)
        except SpecialTokenError:
            continue
        if limit is not None and len(ids) + decoding.max_new_tokens > limit:
            continue
        live, tokenizer = model.loaded.model, model.loaded.tokenizer
        (answer,) = generate_ids(live, [ids], decoding, model.end_ids, tokenizer)
        likeliest = candidates(live, ids, answer)
        yield Answered(prompt, tuple(ids), tuple(answer), likeliest)


def candidates(
    model: Any, prompt_ids: Sequence[int], answer: Sequence[int]
) -> tuple[Candidates, ...]:
    """The likeliest tokens in place of each token of an answer, and of the one after it."""
    rows = log_probabilities(model, prompt_ids, answer)
    values, ids = rows.topk(min(_CANDIDATES, rows.shape[-1]))
    return tuple(
        Candidates(tuple(i), tuple(v)) for i, v in zip(ids.tolist(), values.tolist(), strict=True)
    )


def log_probabilities(
    model: Any, prompt_ids: Sequence[int], answer: Sequence[int]
) -> "torch.Tensor":
    """Log-softmax in float32 of the next token, float32 `[len(answer) + 1, vocabulary]`."""
    import torch

    ids = torch.tensor([[*prompt_ids, *answer]], device=model.device)
    with torch.inference_mode():
        logits = model(input_ids=ids).logits[0, len(prompt_ids) - 1 :]
    rows: torch.Tensor = logits.float().log_softmax(-1).cpu()
    return rows
