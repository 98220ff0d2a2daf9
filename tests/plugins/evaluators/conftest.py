"""A context that keeps its rejects, and models whose answers are known."""

from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import pytest

from byeori import Context, Decoding, Item, LogLikelihood, Prompt, Reject
from byeori.bulk import with_id


class Listener(Context):
    """A context that keeps its rejects in `rejects`."""

    rejects: list[Reject]


@pytest.fixture
def make_context(tmp_path: Path) -> Callable[..., Listener]:
    def make(seed: int = 42) -> Listener:
        rejects: list[Reject] = []
        context = Listener("evaluators.0", seed, tmp_path, tmp_path, on_reject=rejects.append)
        object.__setattr__(context, "rejects", rejects)
        return context

    return make


@pytest.fixture
def context(make_context: Callable[..., Listener]) -> Listener:
    return make_context()


class KnownModel:
    """Scores a continuation by a function, and answers by another; keeps what it was asked."""

    name = "known"

    def __init__(
        self,
        likelihood: Callable[[Prompt, str], float],
        answer: Callable[[Prompt], str] = lambda prompt: "",
    ) -> None:
        self.likelihood, self.answer = likelihood, answer
        self.prompts: list[Prompt] = []
        self.texts: list[tuple[str, ...]] = []
        self.decodings: list[Decoding] = []

    def log_likelihoods(
        self, prefixes: Sequence[Prompt], continuations: Sequence[Sequence[str]]
    ) -> list[list[LogLikelihood]]:
        self.prompts += prefixes
        self.texts += [tuple(texts) for texts in continuations]
        return [
            [LogLikelihood(self.likelihood(p, t), len(t.split())) for t in texts]
            for p, texts in zip(prefixes, continuations, strict=True)
        ]

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[str]:
        self.prompts += prompts
        self.decodings.append(decoding)
        return [self.answer(prompt) for prompt in prompts]


@pytest.fixture
def known_model() -> type[KnownModel]:
    return KnownModel


@pytest.fixture
def chance() -> KnownModel:
    """A model without knowledge: its likelihoods depend on the texts and on nothing else."""
    return KnownModel(lambda p, text: -1.0 - crc32((p.instruction + text).encode()) / 2**32)


@pytest.fixture
def with_ids() -> Callable[[Sequence[Item]], list[Item]]:
    def fill(items: Sequence[Item]) -> list[Item]:
        return [with_id(item) for item in items]

    return fill
