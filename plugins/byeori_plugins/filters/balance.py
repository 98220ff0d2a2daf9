"""Keeps as many examples of each group as of the others, chosen by the seed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from byeori import Config, Context, DataError, Example, Filter
from byeori_plugins.tuning.data.traits import Traits

_PLAIN = ("language", "task", "generator")
Group = tuple[str, ...]


class BalanceConfig(Config):
    """Settings of `balance`."""

    by: tuple[str, ...] = Field(
        min_length=1,
        description="What the groups are: any of `language`, `task`, `generator` and "
        "`metadata.KEY` (`metadata.difficulty`, or `metadata.position` for the place of the right "
        "answer); several make a group of each combination.",
    )
    each: int | None = Field(
        None, ge=1, description="Examples of each group; null is as many as the smallest has."
    )
    counts: dict[str, int] = Field(
        {},
        description="By value of a single `by`, how many examples; groups without a number are "
        "dropped whole.",
    )
    short: Literal["stop", "keep", "drop"] = Field(
        "stop",
        description="Where a group has fewer examples than asked for: `stop` the run, `keep` what "
        "there is, or `drop` the group.",
    )

    @field_validator("by")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            if key not in _PLAIN and key.removeprefix("metadata.") == key:
                raise ValueError(f"{key!r} is none of {', '.join(_PLAIN)} and metadata.KEY")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.counts and (self.each is not None or len(self.by) > 1):
            raise ValueError("`counts` goes with a single `by`, and not with `each`")
        if wrong := [value for value, number in self.counts.items() if number < 0]:
            raise ValueError(f"counts.{wrong[0]} is less than nothing")
        return self


class Balance(Filter[BalanceConfig]):
    """Keeps exactly so many examples of each group, chosen at random by the recipe's seed."""

    name = "balance"
    version = 1
    config_model = BalanceConfig
    applies_to = "examples"

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield the chosen examples in the order they came in; all are held in memory."""
        rows = list(examples)
        group_of = [self._group(row) for row in rows]
        places: dict[Group, list[int]] = defaultdict(list)
        for place, group in enumerate(group_of):
            places[group].append(place)
        asked = self._asked({group: len(found) for group, found in places.items()}, context.stage)
        kept: set[int] = set()
        for group, found in sorted(places.items()):
            kept.update(context.random("balance", *group).sample(found, asked.get(group, 0)))
        for place, row in enumerate(rows):
            if place in kept:
                yield row
            else:
                name = ", ".join(value or "none" for value in group_of[place])
                reason = f"over {asked.get(group_of[place], 0)} of {name}"
                context.reject(row.id, reason, row.instruction)

    def _group(self, row: Example) -> Group:
        traits = Traits((), ())
        return tuple(traits.of(row, key) for key in self.config.by)

    def _asked(self, there: Mapping[Group, int], stage: str) -> dict[Group, int]:
        """How many of each group, none of them more than there are."""
        config = self.config
        if config.counts:
            asked: dict[Group, int] = {(value,): n for value, n in config.counts.items()}
        else:
            each = config.each or min(there.values(), default=0)
            asked = dict.fromkeys(there, each)
        short = {group: number for group, number in asked.items() if there.get(group, 0) < number}
        if short and config.short == "stop":
            group, number = next(iter(short.items()))
            raise DataError(
                f"{stage}: {number} examples of {', '.join(group) or 'none'} are asked for, and "
                f"there are {there.get(group, 0)} ({len(short)} groups are short); ask for fewer, "
                "or set `short: keep` or `short: drop`"
            )
        left = there if config.short == "keep" else {}
        return asked | {group: left.get(group, 0) for group in short}
