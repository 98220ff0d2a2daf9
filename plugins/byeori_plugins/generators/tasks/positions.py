"""Where right answers stand among the choices: equally often everywhere, and not to be guessed."""

from collections import defaultdict
from random import Random


class Positions:
    """Gives positions in blocks: each block has every position once, in an order by the seed.

    After any number of questions with the same number of choices, two positions differ by at most
    one question; a model cannot gain by preferring one.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left: defaultdict[int, list[int]] = defaultdict(list)

    def next(self, choices: int) -> int:
        """The position of the next right answer among so many choices, from 0."""
        block = self._left[choices]
        if not block:
            block.extend(self._random.sample(range(choices), choices))
        return block.pop()
