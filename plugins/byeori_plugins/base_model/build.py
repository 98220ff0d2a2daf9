"""Makes the small base model: tokenizer, pre-training from scratch, and the files to ship.

The same call on the same kind of machine with the same versions writes the same bytes: fixed seeds,
a fixed number of threads, deterministic kernels, and no clock in any file.
"""

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.utils import deterministic
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from byeori_plugins.base_model.card import model_card
from byeori_plugins.base_model.corpus import SHARES, texts
from byeori_plugins.base_model.prompts import BOS, EOS, PAD
from byeori_plugins.base_model.tokenizer import save_tokenizer, token_id, train_tokenizer

BATCH_TEXTS = 2_000
BOS_SHARE = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides the bytes of the model, apart from steps and seed."""

    vocabulary: int = 3_072
    tokenizer_texts: int = 3_000
    hidden: int = 128
    intermediate: int = 352
    layers: int = 4
    heads: int = 4
    context: int = 512
    row_length: int = 128
    rows: int = 32
    long_every: int = 8
    learning_rate: float = 3e-3
    warmup: int = 100
    weight_decay: float = 0.05
    clip: float = 1.0
    threads: int = 2


def build(
    out: Path, *, steps: int = 3_600, seed: int = 1, settings: Settings | None = None
) -> None:
    """Train the model from scratch and write it to `out`, a folder made if absent.

    Args:
        out: where the model, its tokenizer, `MODEL_CARD.md` and `training.json` go.
        steps: optimiser steps of `rows` x `row_length` tokens.
        seed: of the text, the first weights and the vocabulary.
        settings: sizes and rates; the shipped model's where None.
    """
    settings = settings or Settings()
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(settings.vocabulary, settings.tokenizer_texts, seed)
    with _reproducible(seed, settings.threads):
        model = _new_model(tokenizer, settings)
        loss = _pretrain(model, _batches(tokenizer, seed, settings), steps, settings)
    model.to(torch.bfloat16)  # type: ignore[arg-type]
    model.save_pretrained(out)
    save_tokenizer(tokenizer, out, settings.context)
    _write_records(out, model, settings, steps, seed, loss)


@contextmanager
def _reproducible(seed: int, threads: int) -> Iterator[None]:
    """Deterministic kernels, a fixed number of threads and the seed; all put back afterwards."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    state, fill = torch.get_rng_state(), deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    # Filling memory that nothing reads only costs time.
    deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        deterministic.fill_uninitialized_memory = fill  # type: ignore[attr-defined]
        torch.set_rng_state(state)


def _new_model(tokenizer: Tokenizer, settings: Settings) -> LlamaForCausalLM:
    special: dict[str, Any] = {
        "bos_token_id": token_id(tokenizer, BOS),
        "eos_token_id": token_id(tokenizer, EOS),
        "pad_token_id": token_id(tokenizer, PAD),
    }
    shape: dict[str, Any] = {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": settings.hidden,
        "intermediate_size": settings.intermediate,
        "num_hidden_layers": settings.layers,
        "num_attention_heads": settings.heads,
        "num_key_value_heads": settings.heads,
        "max_position_embeddings": settings.context,
        "tie_word_embeddings": True,
        "attn_implementation": "eager",  # faster than the fused kernel at 128 tokens; not saved
    }
    model = LlamaForCausalLM(LlamaConfig(**shape, **special))
    generation = GenerationConfig(do_sample=False, **special)  # type: ignore[no-untyped-call]
    model.generation_config = generation
    return model


def _token_texts(tokenizer: Tokenizer, seed: int) -> Iterator[list[int]]:
    """The stream as token ids, each text with its end; every fourth starts with the start token."""
    bos, eos = token_id(tokenizer, BOS), token_id(tokenizer, EOS)
    stream = texts(seed)
    while True:
        encoded = tokenizer.encode_batch([text.text for text in islice(stream, BATCH_TEXTS)])
        for number, encoding in enumerate(encoded):
            start = [bos] if number % BOS_SHARE == 0 else []
            yield [*start, *encoding.ids, eos]


def _rows(token_texts: Iterator[list[int]], length: int) -> Iterator[list[int]]:
    """Rows of `length` tokens; each begins with a new text, and the last text in it is cut."""
    row: list[int] = []
    for ids in token_texts:
        row += ids
        if len(row) >= length:
            yield row[:length]
            row = []


def _batches(tokenizer: Tokenizer, seed: int, settings: Settings) -> Iterator[torch.Tensor]:
    """Batches of token ids, [rows, length]; every `long_every`-th has few rows of full context."""
    stream = _token_texts(tokenizer, seed)
    number = 0
    while True:
        number += 1
        length = settings.row_length if number % settings.long_every else settings.context
        count = settings.rows * settings.row_length // length
        yield torch.tensor(list(islice(_rows(stream, length), count)))


def _pretrain(
    model: LlamaForCausalLM, batches: Iterator[torch.Tensor], steps: int, settings: Settings
) -> float:
    """Next-token training; returns the mean loss of the last hundred steps, in nats a token."""
    optimizer = _optimizer(model, settings)
    recent: list[float] = []
    start = time.monotonic()
    model.train()
    for step, batch in enumerate(islice(batches, steps), 1):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, steps, settings)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(input_ids=batch, labels=batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        optimizer.zero_grad()
        recent = [*recent[-99:], loss.item()]
        if step % 50 == 0 or step == steps:
            left = (time.monotonic() - start) / step * (steps - step)
            mean = sum(recent) / len(recent)
            print(f"step {step}/{steps}  loss {mean:.4f}  {left:.0f} s left", flush=True)
    return sum(recent) / len(recent)


def _optimizer(model: LlamaForCausalLM, settings: Settings) -> torch.optim.Optimizer:
    matrices = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    vectors = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    groups = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98), fused=True)


def _learning_rate(step: int, steps: int, settings: Settings) -> float:
    """A linear rise over `warmup` steps, then a cosine down to a hundredth of the peak."""
    if step <= settings.warmup:
        return settings.learning_rate * step / settings.warmup
    done = (step - settings.warmup) / max(1, steps - settings.warmup)
    return settings.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)


def _write_records(
    out: Path, model: LlamaForCausalLM, settings: Settings, steps: int, seed: int, loss: float
) -> None:
    """Write `training.json` and `MODEL_CARD.md`."""
    record = {
        "steps": steps,
        "seed": seed,
        "final_loss": round(loss, 4),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "settings": asdict(settings),
        "shares": dict(SHARES),
        "versions": {name: version(name) for name in ("torch", "transformers", "tokenizers")},
    }
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    out.joinpath("training.json").write_text(text, encoding="utf-8")
    out.joinpath("MODEL_CARD.md").write_text(model_card(record), encoding="utf-8")
