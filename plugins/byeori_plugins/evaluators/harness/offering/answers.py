"""Scores an answer that lm-eval brought by the evaluator that asked for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from byeori import Context, Decoding, Evaluator, Item, LogLikelihood, PluginError, Prompt, Turn
from byeori.plugins import discover


@dataclass
class Answered:
    """A model that has answered already."""

    answer: str
    name: str = "answered"

    def log_likelihoods(
        self, prefixes: Sequence[Prompt], continuations: Sequence[Sequence[str]]
    ) -> list[list[LogLikelihood]]:
        """Not asked of it: only answers were generated."""
        raise PluginError("an evaluator that generates answers asks for likelihoods, too")

    def text_log_likelihoods(
        self, texts: Sequence[str], *, window: int | None = None, stride: int | None = None
    ) -> list[LogLikelihood]:
        """Not asked of it either."""
        raise PluginError("an evaluator that generates answers asks for likelihoods, too")

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[str]:
        """The answer, without white space around it."""
        return [self.answer.strip()] * len(prompts)


def score_answer(how: Path, document: Mapping[str, Any], answer: str) -> dict[str, float]:
    """Metrics of one answer; one that the evaluator could not score is not there.

    Args:
        how: file with the evaluator's name and settings.
        document: the row of the item.
        answer: what the model wrote.
    """
    evaluator = _evaluator(how)
    item = _item(document["item"])
    with TemporaryDirectory() as folder:
        context = Context("lm-eval", 0, Path(folder), Path(folder))
        scores = list(evaluator.score(Answered(answer), [item], context))
    return {score.metric: score.value for score in scores if score.value is not None}


@lru_cache(maxsize=8)
def _evaluator(how: Path) -> Evaluator[Any]:
    told = json.loads(how.read_text(encoding="utf-8"))
    entry = discover().components("evaluator").get(told["use"])
    if entry is None:
        raise PluginError(f"{how}: no plugin here has the evaluator {told['use']!r}; install it")
    component = entry.cls(entry.cls.config_model.model_validate(told["config"]))
    assert isinstance(component, Evaluator)  # noqa: S101 (`components` was asked for these)
    return component


def _item(text: str) -> Item:
    fields = json.loads(text)
    fields["history"] = tuple(Turn(**turn) for turn in fields["history"])
    fields["choices"] = tuple(fields["choices"])
    return Item(**fields)
