"""byeori and lm-evaluation-harness, each asked for the log-likelihoods of the same items."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from byeori import ModelRef, PlainText, PromptTemplate
from byeori.models import TransformersModel, load
from byeori_plugins.evaluators.asking import PORTION
from choices.workloads import Question

Side = Callable[[Sequence[Question]], list[float]]
"""Log-likelihoods of all continuations of all items, in order."""


def byeori_side(folder: Path) -> Side:
    """The model as evaluators have it, asked in their portions."""
    template = PromptTemplate(name="plain", template="{{ instruction }}")
    loaded = load(ModelRef(base=str(folder), template=template), device="cpu")

    def ask(items: Sequence[Question]) -> list[float]:
        # A model of its own: what was read before must not be known already.
        model = TransformersModel(loaded, "base", template)
        found: list[float] = []
        for start in range(0, len(items), PORTION):
            portion = items[start : start + PORTION]
            prompts = [PlainText(item.context) for item in portion]
            answers = model.log_likelihoods(prompts, [item.choices for item in portion])
            found += [one.total for item in answers for one in item]
        return found

    return ask


def harness(folder: Path) -> Any:
    """lm-eval's HFLM on the same weights, float32, on the CPU."""
    from lm_eval.models.huggingface import HFLM

    return HFLM(pretrained=str(folder), dtype="float32", device="cpu", batch_size=1)


def harness_side(model: Any, batch_size: int) -> Side:
    """`HFLM.loglikelihood` as its tasks call it, with so many rows at once."""
    from lm_eval.api.instance import Instance

    def ask(items: Sequence[Question]) -> list[float]:
        model.batch_size_per_gpu = batch_size
        pairs = [(item.context, choice) for item in items for choice in item.choices]
        requests = [
            Instance("loglikelihood", {}, pair, number, metadata=("", 0, 1))
            for number, pair in enumerate(pairs)
        ]
        return [total for total, _ in model.loglikelihood(requests, disable_tqdm=True)]

    return ask


def cpu_seconds(side: Side, items: Sequence[Question]) -> tuple[float, list[float]]:
    """Processor seconds of the process, and what was found."""
    start = time.process_time()
    found = side(items)
    return time.process_time() - start, found
