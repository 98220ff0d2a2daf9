"""Searches the weights of a merge on the validation examples, one weight at a time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from byeori.store.files import write_json
from byeori_plugins.tuning.merging.config import Search

Weights = tuple[float, ...]


@dataclass
class Points:
    """The points that were tried; a file keeps them, so that none is computed twice.

    Attributes:
        path: the file.
        key: identifies the search; the points of another one are forgotten.
        losses: by weights.
    """

    path: Path
    key: str
    losses: dict[Weights, float] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, key: str) -> "Points":
        """What an earlier, killed run of the same search has found."""
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            if saved["key"] == key:
                return cls(path, key, {tuple(weights): loss for weights, loss in saved["points"]})
        except (OSError, ValueError, KeyError, TypeError):
            pass  # it is written whole; what cannot be read is not from this search
        return cls(path, key)

    def loss(self, weights: Weights, compute: Callable[[Weights], float]) -> float:
        """The loss at a point, computed once and written down before it is used."""
        if weights not in self.losses:
            self.losses[weights] = compute(weights)
            write_json(self.path, {"key": self.key, "points": list(self.losses.items())})
        return self.losses[weights]


def search_weights(
    start: Weights, settings: Search, points: Points, compute: Callable[[Weights], float]
) -> Weights:
    """Coordinate descent over a grid: each weight in turn takes the value with the lowest loss.

    Args:
        start: where it begins; a value that stands there is kept where none of the grid is better.
        compute: the validation loss at given weights, in nats a token.
    """
    best = start
    for _ in range(settings.rounds):
        before = best
        for place in range(len(start)):
            values = (best[place], *settings.grid)
            tried = [(*best[:place], value, *best[place + 1 :]) for value in values]
            usable = [weights for weights in dict.fromkeys(tried) if sum(weights) > 0]
            best = min(usable, key=lambda weights: points.loss(weights, compute))
        if best == before:
            break
    return best
