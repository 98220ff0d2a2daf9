"""From the settings of a mix and the examples at hand to exact counts, or to what is wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from byeori import Example, Mistake, RecipeError, TuningData
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data import shares
from byeori_plugins.tuning.data.mixture import REPLAY, Mixture, label, make_mixture, rows_at
from byeori_plugins.tuning.data.order import together
from byeori_plugins.tuning.data.shares import Path
from byeori_plugins.tuning.data.tokens import Tokens
from byeori_plugins.tuning.data.traits import Traits
from byeori_plugins.tuning.selection import Mix

_OTHERS: Path = ("others",)
_SHOWN = 20


def mixture_of(
    mix: Mix, config: TrainingConfig, tokens: Tokens, data: TuningData, stage: str, seed: int
) -> Mixture:
    """The mixture that the settings ask for.

    Args:
        mix: what is asked for.
        config: how long the run is: with `max_steps` an epoch is no longer; how it is shuffled.
        tokens: of the training examples that are selected.
        data: those examples, and their documents.
        stage: id of the stage, for messages.
        seed: of the stage.

    Raises:
        RecipeError: the settings do not fit the examples: a group that is not there or not named,
            a part too small to get an example, an order by what is no number.
    """
    examples = list(_brief(rows_at(data.train, tokens.rows), mix, data))
    members: dict[Path, list[int]] = {}
    for position, example in enumerate(examples):
        members.setdefault(example.group, []).append(position)
    planner = _Planner(mix, members, tokens.supervised_lengths, stage)
    run = None if config.max_steps is None else config.max_steps * config.batch_size
    counts = planner.counts(run)
    return make_mixture(
        members,
        counts,
        [example.document_id for example in examples],
        together(config),
        _difficulty(mix, examples, tokens, stage),
        seed,
    )


@dataclass(frozen=True)
class _Brief:
    id: str
    document_id: str
    group: Path
    order: str


def _brief(examples: Iterable[Example], mix: Mix, data: TuningData) -> Iterator[_Brief]:
    """What matters of each example: the texts stay on disk."""
    traits = Traits(mix.keys, data.documents)
    keys = mix.balance or ((mix.by,) if mix.by else ())
    for example in examples:
        group: Path = tuple(traits.of(example, key) for key in keys) or _OTHERS
        if mix.replay is not None and mix.replay.where.matches(example, traits):
            group = REPLAY
        order = traits.of(example, mix.curriculum) if "." in mix.curriculum else ""
        yield _Brief(example.id, example.document_id, group, order)


def _difficulty(
    mix: Mix, examples: Sequence[_Brief], tokens: Tokens, stage: str
) -> Sequence[float] | None:
    if mix.curriculum in ("", "order"):
        return range(len(examples)) if mix.curriculum else None
    if mix.curriculum == "length":
        return tokens.lengths
    try:
        return [float(example.order) for example in examples]
    except ValueError:
        wrong = next(example for example in examples if not _is_number(example.order))
    key = mix.curriculum.removeprefix("metadata.")
    raise _mistake(
        stage,
        "curriculum",
        f"example {wrong.id} (document {wrong.document_id or 'unknown'}) has {key}: "
        f"{wrong.order!r}, which is no number; give every example one, or leave those without "
        "out with `where`",
    )


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _mistake(stage: str, field: str, message: str) -> RecipeError:
    return RecipeError([Mistake(f"{stage}.mix.{field}", message)])


class _Planner:
    """Counts how many examples of each group make an epoch."""

    def __init__(
        self,
        mix: Mix,
        members: Mapping[Path, Sequence[int]],
        supervised: Sequence[int],
        stage: str,
    ) -> None:
        self.mix, self.members, self.stage = mix, members, stage
        self.available = {p: len(m) for p, m in sorted(members.items()) if p != REPLAY}
        self.means = {p: sum(supervised[i] for i in m) / len(m) for p, m in members.items()}
        self._check()

    def counts(self, longest: int | None) -> dict[Path, int]:
        """By group, the examples of an epoch.

        Args:
            longest: no epoch need have more than these, or None.
        """
        fixed = self._fixed()
        if fixed is not None and self.mix.size is None:
            return fixed | self._replayed(fixed)
        parts = self._parts()
        if self.mix.size is None:
            counts = shares.apportion(sum(self.available.values()), self._by_examples(parts))
            counts |= self._replayed(counts)
            total = sum(counts.values())
            if longest is None or longest >= total:
                return self._complete(counts, total)
        total = self.mix.size or longest or 0
        if self.mix.replay is not None:
            whole, share = sum(parts.values()), self.mix.replay.share
            parts = {path: part / whole * (1 - share) for path, part in parts.items()}
            parts[REPLAY] = share
        return self._complete(shares.apportion(total, self._by_examples(parts)), total)

    def _fixed(self) -> dict[Path, int] | None:
        """Counts that need no size: each example once, or so many passes; None where parts do."""
        passes = self.mix.epochs_per
        if not passes and self._has_parts:
            return None
        counts = {path: self._passed(path, passes.get(path[0], 1.0)) for path in self.available}
        if not sum(counts.values()):
            raise self._wrong("epochs_per", "is 0 for every group, so there is nothing to learn")
        return counts

    def _passed(self, path: Path, passes: float) -> int:
        exact = round(self.available[path] * passes, 6)
        return max(1, int(exact + 0.5)) if passes else 0

    @property
    def _has_parts(self) -> bool:
        mix = self.mix
        return bool(mix.weights or mix.balance) or mix.temperature is not None

    def _parts(self) -> dict[Path, float]:
        mix = self.mix
        if mix.weights:
            return {path: mix.weights[path[0]] for path in self.available}
        if mix.temperature is not None:
            return shares.by_temperature(self.available, mix.temperature)
        return shares.balanced(list(self.available))

    def _by_examples(self, parts: Mapping[Path, float]) -> dict[Path, float]:
        if self.mix.unit == "examples":
            return dict(parts)
        return {path: part / self.means[path] for path, part in parts.items()}

    def _replayed(self, counts: Mapping[Path, int]) -> dict[Path, int]:
        if self.mix.replay is None:
            return {}
        main = float(sum(counts.values()))
        if self.mix.unit != "examples":
            main = sum(n * self.means[path] for path, n in counts.items()) / self.means[REPLAY]
        return {REPLAY: shares.replayed(main, self.mix.replay.share)}

    def _complete(self, counts: dict[Path, int], total: int) -> dict[Path, int]:
        """The counts, none of them 0 but those that are meant to be."""
        for path, count in counts.items():
            if not count and not (self.mix.weights and self.mix.weights.get(path[0]) == 0):
                raise self._wrong(
                    "size",
                    f"an epoch of {total} examples is too small for the part of {label(path)!r}: "
                    "it would get none; set a larger size, or more steps",
                )
        return counts

    def _check(self) -> None:
        mix = self.mix
        if mix.replay is not None and REPLAY not in self.members:
            raise self._wrong("replay.where", "selects no training example")
        if not self.available:
            raise self._wrong("replay.where", "selects every training example; none is left")
        for number, key in enumerate(mix.balance or ((mix.by,) if mix.by else ())):
            if not any(path[number] for path in self.available):
                field = f"balance.{number}" if mix.balance else "by"
                raise self._wrong(field, f"no training example has a {key}")
        for field, named in (("weights", mix.weights), ("epochs_per", mix.epochs_per)):
            real = {path[0] for path in self.available}
            if unknown := sorted(set(named) - real if named else ()):
                raise self._wrong(field, f"no {mix.by} is {unknown[0]!r}; {self._groups()}")
        if mix.weights and (missing := sorted({p[0] for p in self.available} - set(mix.weights))):
            message = f"{mix.by} {missing[0]!r} has no weight (0 leaves it out); {self._groups()}"
            raise self._wrong("weights", message)

    def _groups(self) -> str:
        counts = Counter({path[0]: n for path, n in self.available.items()}).most_common(_SHOWN)
        more = "" if len(counts) == len(self.available) else ", and others"
        return "there are " + ", ".join(f"{name!r} ({n} examples)" for name, n in counts) + more

    def _wrong(self, field: str, message: str) -> RecipeError:
        return _mistake(self.stage, field, message)
