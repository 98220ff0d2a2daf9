"""What an evaluator asks of a model, item by item: its prompts, without a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from byeori import Context, Decoding, Evaluator, Item, LogLikelihood, Prompt, Score
from byeori.components import Config


@dataclass(frozen=True, slots=True)
class Asked:
    """One item as it is put to a model.

    Attributes:
        prompt: before the model's template is applied.
        continuations: what is scored after it, in the order of the item's choices; else empty.
        decoding: how an answer is generated, or None where continuations are scored.
    """

    prompt: Prompt
    continuations: tuple[str, ...] = ()
    decoding: Decoding | None = None


@dataclass
class Recorder:
    """Stands where a model would, and keeps what it is asked first about each item."""

    name: str = "recorder"
    asked: dict[str, Asked] = field(default_factory=dict)

    def log_likelihoods(
        self, prefixes: Sequence[Prompt], continuations: Sequence[Sequence[str]]
    ) -> list[list[LogLikelihood]]:
        """Equal likelihoods for all."""
        for prompt, texts in zip(prefixes, continuations, strict=True):
            self._keep(Asked(prompt, tuple(texts)))
        return [[LogLikelihood(-1.0, 1) for _ in texts] for texts in continuations]

    def text_log_likelihoods(
        self, texts: Sequence[str], *, window: int | None = None, stride: int | None = None
    ) -> list[LogLikelihood]:
        """Equal likelihoods for all; whole texts are no questions, and are not kept."""
        return [LogLikelihood(-1.0, 1) for _ in texts]

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[str]:
        """An empty answer to each."""
        for prompt in prompts:
            self._keep(Asked(prompt, decoding=decoding))
        return [""] * len(prompts)

    def _keep(self, asked: Asked) -> None:
        self.asked.setdefault(str(getattr(asked.prompt, "id", "")), asked)


def record(
    evaluator: Evaluator[Config], items: Sequence[Item], context: Context
) -> tuple[Mapping[str, Asked], Sequence[Score]]:
    """What the evaluator asks, by item id, and the scores it gives to nothing."""
    recorder = Recorder()
    scores = list(evaluator.score(recorder, items, context))
    return recorder.asked, scores
