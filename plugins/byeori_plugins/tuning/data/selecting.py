"""Which examples of a split a training takes, and whether what it asks for is there at all."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from byeori import Document, Example, Mistake, RecipeError
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.traits import Traits
from byeori_plugins.tuning.selection import Where

_SHOWN = 20


class Selector:
    """Says of each example whether it is learnt from, and remembers what values there were.

    Args:
        config: the settings; examples to replay are trained on, not validated with.
        documents: of the examples; only read where a setting asks for what stands there.
        split: `train` or `validation`.
    """

    def __init__(self, config: TrainingConfig, documents: Iterable[Document], split: str) -> None:
        self._wheres: dict[str, Where] = {"where": config.where}
        if config.mix is not None and config.mix.replay is not None and split == "train":
            self._wheres["mix.replay.where"] = config.mix.replay.where
        self._keys = {key for where in self._wheres.values() for key in where.wanted}
        self._traits = Traits(self._keys, documents)
        self._seen: dict[str, Counter[str]] = {key: Counter() for key in self._keys}

    def all(self, examples: Sequence[Example]) -> Iterator[bool]:
        """`takes` of each; the rows are not read where everything is taken.

        They are where a replay asks for some of them, so that `check` knows what there was.
        """
        if self._keys:
            return map(self.takes, examples)
        return itertools.repeat(True, len(examples))

    def takes(self, example: Example) -> bool:
        """Whether the example is one to learn from."""
        for key, seen in self._seen.items():
            seen[self._traits.of(example, key)] += 1
        return any(where.matches(example, self._traits) for where in self._wheres.values())

    def check(self, stage: str) -> None:
        """Refuse a value that none of the examples had, once all of them were asked for.

        Raises:
            RecipeError: names the setting, the value, and the values there are.
        """
        mistakes = [
            Mistake(f"{stage}.{place}.{key}", self._absent(key, value))
            for place, where in self._wheres.items()
            for key, values in where.wanted.items()
            for value in sorted(values)
            if value not in self._seen[key]
        ]
        if mistakes:
            raise RecipeError(mistakes)

    def _absent(self, key: str, value: str) -> str:
        there = self._seen[key].most_common(_SHOWN)
        named = ", ".join(f"{name or '(none)'} ({n})" for name, n in there)
        more = ", and others" if len(self._seen[key]) > _SHOWN else ""
        return f"no training example has {value!r}; there are {named or 'none'}{more}"
