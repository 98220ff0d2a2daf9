"""How fast a model reads and writes, and what memory that takes, on the machine it runs on."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byeori.decoding import Decoding

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Speed:
    """One round of answers, each of the same number of tokens.

    Attributes:
        prompt_tokens: that were read, of all prompts together.
        answer_tokens: that were written after each answer's first.
        first_seconds: until all answers had their first token, one batch after the other.
        rest_seconds: until they had the others.
        batches: how many were answered, one after the other.
        memory_bytes: most memory beyond that held before, or None where it cannot be told.
    """

    prompt_tokens: int
    answer_tokens: int
    first_seconds: float
    rest_seconds: float
    batches: int
    memory_bytes: int | None

    @property
    def figures(self) -> dict[str, float]:
        """Rates a second, by name with the unit."""
        found = {
            "prompt_tokens_per_second": self.prompt_tokens / self.first_seconds,
            "answer_tokens_per_second": self.answer_tokens / max(self.rest_seconds, 1e-9),
            "seconds_to_first_token": self.first_seconds / self.batches,
        }
        if self.memory_bytes is not None:
            found["memory_above_the_model_bytes"] = self.memory_bytes
        return found


def timed(
    model: Any, tokenizer: Any, batches: Sequence[Sequence[Sequence[int]]], new_tokens: int
) -> Speed:
    """Answer batches of prompts greedily, twice: with one token each, and with `new_tokens`.

    No token ends an answer, so that every model writes as much. The first run is the time to the
    first token; what the second takes longer is that of the others.

    Args:
        model: a causal language model of transformers.
        tokenizer: its own.
        batches: token ids of the prompts that are answered together.
        new_tokens: tokens of an answer, at least 2.
    """
    from byeori.models.generating import generate_ids

    def run(tokens: int) -> None:
        for prompts in batches:
            generate_ids(model, prompts, Decoding(max_new_tokens=tokens), (), tokenizer)

    first = _seconds(model, lambda: run(1))
    before = _held(model, reset=True)
    whole = _seconds(model, lambda: run(new_tokens))
    peak = _held(model, reset=False)
    prompts = [ids for batch in batches for ids in batch]
    return Speed(
        prompt_tokens=sum(map(len, prompts)),
        answer_tokens=len(prompts) * (new_tokens - 1),
        first_seconds=first,
        rest_seconds=max(whole - first, 0.0),
        batches=len(batches),
        memory_bytes=None if before is None or peak is None else max(peak - before, 0),
    )


def _seconds(model: Any, work: Callable[[], None]) -> float:
    _wait(model)
    start = time.perf_counter()
    work()
    _wait(model)
    return time.perf_counter() - start


def _wait(model: Any) -> None:
    """An accelerator works on when the call is back."""
    import torch

    if model.device.type == "cuda":
        torch.cuda.synchronize(model.device)
    elif model.device.type == "mps":
        torch.mps.synchronize()


def _held(model: Any, *, reset: bool) -> int | None:
    """Bytes held now, of which the peak is then counted anew; or that peak.

    On CUDA those of tensors; else those of the process, which Linux tells.
    """
    import torch

    if model.device.type == "cuda":
        if not reset:
            return int(torch.cuda.max_memory_allocated(model.device))
        cuda: Any = torch.cuda
        cuda.reset_peak_memory_stats(model.device)
        return int(torch.cuda.memory_allocated(model.device))
    if model.device.type != "cpu":
        return None
    with suppress(OSError, KeyError, ValueError):
        if reset:
            _RESET.write_text("5")  # proc(5): the peak is that of now again
        lines = _STATUS.read_text().splitlines()
        status = dict(line.split(":", 1) for line in lines if ":" in line)
        return int(status["VmRSS" if reset else "VmHWM"].split()[0]) * 1024
    return None
