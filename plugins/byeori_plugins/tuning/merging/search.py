"""Searches weights and density of a merge on the validation examples, one number at a time."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from byeori.store.files import write_json
from byeori_plugins.tuning.merging.config import Point, Search


@dataclass
class Points:
    """The points that were tried; a file keeps them, so that none is computed twice.

    Attributes:
        path: the file.
        key: identifies the search; the points of another one are forgotten.
        losses: by point.
    """

    path: Path
    key: str
    losses: dict[Point, float] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, key: str) -> "Points":
        """What an earlier, killed run of the same search has found."""
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            if saved["key"] == key:
                found = {Point(tuple(w), density): loss for w, density, loss in saved["points"]}
                return cls(path, key, found)
        except (OSError, ValueError, KeyError, TypeError):
            pass  # it is written whole; what cannot be read is not from this search
        return cls(path, key)

    def loss(self, point: Point, compute: Callable[[Point], float]) -> float:
        """The loss at a point, computed once and written down before it is used."""
        if point not in self.losses:
            self.losses[point] = compute(point)
            rows = [(p.weights, p.density, loss) for p, loss in self.losses.items()]
            write_json(self.path, {"key": self.key, "points": rows})
        return self.losses[point]

    def lowest(self, points: Iterable[Point], compute: Callable[[Point], float]) -> Point:
        """The point with the lowest loss; of equal ones the first."""
        return min(dict.fromkeys(points), key=lambda point: self.loss(point, compute))


def search(
    start: Point, settings: Search, points: Points, compute: Callable[[Point], float]
) -> Point:
    """Coordinate descent over grids: each weight in turn takes the value with the lowest loss.

    Then the density does, where it has a grid; and all again.

    Args:
        start: where it begins; a value that stands there is kept where none of the grid is better.
        compute: the validation loss at a point, in nats a token.
    """
    best = start
    for _ in range(settings.rounds):
        before = best
        for place in range(len(start.weights)):
            values = (best.weights[place], *settings.grid)
            tried = [best.with_weight(place, value) for value in values]
            usable = [point for point in tried if sum(point.weights) > 0]
            best = points.lowest(usable, compute)
        densities = (best.density, *settings.densities)
        best = points.lowest([replace(best, density=d) for d in densities], compute)
        if best == before:
            break
    return best
