"""Speed of a tuned model beside its base: figures of this machine, never a result."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from byeori import Config, Context, DataError, EvaluationData, Evaluator, Item, Model, Score
from byeori.asking import TimedModel
from byeori.models import PromptTooLongError
from byeori.records import LOWER_IS_BETTER
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.sampling import sample

METRIC = "prompt-tokens" + LOWER_IS_BETTER


class SpeedConfig(Config):
    """Settings of `speed`."""

    limit: int = Field(
        8, ge=1, description="Most questions; drawn by the seed from the test examples."
    )
    new_tokens: int = Field(
        32, ge=2, description="Tokens of every answer; none of them ends it before."
    )
    batch_size: int = Field(
        1, ge=1, description="Questions answered together; 1 is what one user feels."
    )
    repeats: int = Field(
        5,
        ge=1,
        description="Rounds, base and tuned in turns; one of each before is not counted.",
    )


class Speed(Evaluator[SpeedConfig]):
    """Tokens a second of prompt and answer, time to the first token, memory above the model.

    They go to the run's events and the report's page on times (`Context.measure`), with those of
    the base in the very same rounds. The scores are the prompts' lengths in tokens, which are the
    same on every machine; they are not compared either.
    """

    name = "speed"
    version = 1
    config_model = SpeedConfig
    compared = False

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """Some of the test examples."""
        if not data.test:
            raise DataError("speed: there are no test examples to ask; enlarge `split.test`")
        return [
            replace(Item.of(example), reference="")
            for example in sample(data.test, self.config.limit, context)
        ]

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """The length of each prompt; what was measured goes to the context."""
        if not isinstance(model, TimedModel):
            reason = "a model outside this process cannot be timed"
            yield from (_score(item, None, reason) for item in items)
            return
        models: dict[str, TimedModel] = {"": model}
        base: object = context.base_model() if context.base_model else None
        if isinstance(base, TimedModel):
            models["base_"] = base
        readable: Sequence[Item] = items
        for one in models.values():  # which also warms them up
            readable = self._readable(one, readable)
        if readable:
            context.measure(_medians(self._rounds(models, readable, context)))
        for item, tokens, reason in asked(items, model.prompt_tokens):
            yield _score(item, tokens, reason)

    def _timed(self, model: TimedModel, items: Sequence[Item]) -> Mapping[str, float]:
        return model.timed(items, self.config.new_tokens, self.config.batch_size).figures

    def _readable(self, model: TimedModel, items: Sequence[Item]) -> Sequence[Item]:
        """Those that fit with their answers; the others are left out of every round."""
        try:
            self._timed(model, items)
        except PromptTooLongError as error:
            return [item for index, item in enumerate(items) if index not in error.reasons]
        return items

    def _rounds(
        self, models: Mapping[str, TimedModel], items: Sequence[Item], context: Context
    ) -> dict[str, list[Mapping[str, float]]]:
        """What each round measured of each model."""
        found: dict[str, list[Mapping[str, float]]] = {name: [] for name in models}
        numbers = range(self.config.repeats)
        for number in context.progress(numbers, total=len(numbers), unit="rounds"):
            # In turns, and each first as often as the other: a machine grows warm, or busy.
            for name in list(models)[:: 1 if number % 2 else -1]:
                found[name].append(self._timed(models[name], items))
        return found


def _medians(rounds: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, float]:
    """Medians of the rounds with the lowest and the highest, and the ratio within the rounds."""
    found: dict[str, float] = {"rounds": len(rounds[""])}
    for prefix, rows in rounds.items():
        for name in rows[0]:
            found |= _range(prefix + name, [row[name] for row in rows])
    for name in ("prompt", "answer") if "base_" in rounds else ():
        rate = f"{name}_tokens_per_second"
        pairs = zip(rounds[""], rounds["base_"], strict=True)
        found |= _range(f"{name}_speed_over_base", [a[rate] / b[rate] for a, b in pairs])
    return found


def _range(name: str, values: Sequence[float]) -> dict[str, float]:
    return {
        name: statistics.median(values),
        f"{name}_lowest": min(values),
        f"{name}_highest": max(values),
    }


def _score(item: Item, tokens: int | None, reason: str) -> Score:
    return Score(
        item_id=item.id,
        metric=METRIC,
        value=None if tokens is None else float(tokens),
        metadata={"unscored": reason} if reason else {},
    )
