"""Scores continuations: what several of them begin with is read once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch

from byeori.models.batches import length_batches, packed
from byeori.models.scoring import plain
from byeori.models.scoring.caches import Read, longest, read
from byeori.models.scoring.runs import Run, runs_of, without_short_roots
from byeori.models.scoring.spans import Ids, Span
from byeori.models.scoring.targets import Target, add, places_of
from byeori.models.scoring.trees import add_trees, reads_trees, tree_of

SHORTEST = 16
"""Tokens; what is shared of fewer is read again, for then items can stand in rows of their own."""
PACKED = 4
"""A row of several items holds so many times fewer tokens than a batch."""
HELD = 8
"""Keys and values are held of so many times more tokens than are read at a time."""


Continuations = Mapping[Ids, Sequence[tuple[int, Ids]]]
"""By prefix, the number of each span after it, and its continuation."""


class Scorer:
    """Log-likelihoods of continuations after prefixes, by one model.

    Three things are read, each once: what many prefixes begin with (the examples of a few-shot
    prompt), the rest of each prefix, and each continuation but its last token, which is only
    predicted. Up to rounding the result is that of reading each row alone. A prefix and all that
    follows it are one row where the model `reads_trees`; else they are read one after the other.
    Where a model's keys and values cannot be shared (`longest`), each row is read alone.

    Attributes:
        model: a causal language model of transformers.
        budget: most tokens read at a time, padding counted.
    """

    def __init__(self, model: Any, budget: int) -> None:
        self.model = model
        self.budget = budget
        self._longest = longest(model)
        self._trees = self._longest > 0 and reads_trees(model)
        # Items come in portions, and the next ones often begin as these do.
        self._root: tuple[Ids, Read] | None = None

    def totals(self, spans: Sequence[Span]) -> list[float]:
        """Sum of the log-softmax (float32, nats) over each continuation's tokens."""
        totals = [0.0] * len(spans)
        if _width(spans) > self._longest:
            plain.add_totals(self.model, spans, totals, self.budget)
            return totals
        indices: dict[Ids, list[int]] = {}
        for index, span in enumerate(spans):
            indices.setdefault(span.prefix, []).append(index)
        runs = runs_of(indices, () if self._root is None else self._root[0])
        for run in without_short_roots(runs, SHORTEST) if self._trees else runs:
            rows = {ids: [(i, spans[i].continuation) for i in indices[ids]] for ids in run.prefixes}
            if self._trees:
                self._add_trees(run, rows, totals)
            else:
                self._add_cached(run, rows, totals)
        return totals

    def _add_trees(self, run: Run, rows: Continuations, totals: list[float]) -> None:
        """One call a batch: rows of one tree each, or behind a root one row of several."""
        before = len(run.root)
        trees = [tree_of(ids[before:], rows[ids]) for ids in run.prefixes]
        lengths = [len(tree.ids) for tree in trees]
        if before:
            root = self._read_root(run.root)
            for group in packed(lengths, self.budget // PACKED):
                add_trees(self.model, [[trees[number] for number in group]], root, totals)
        else:
            for batch in length_batches(lengths, self.budget):
                add_trees(self.model, [[trees[number]] for number in batch], None, totals)

    def _add_cached(self, run: Run, rows: Continuations, totals: list[float]) -> None:
        """Prefixes in one call and continuations in another, behind copies of what was kept."""
        root = self._read_root(run.root)
        for prefixes in self._batches(run):
            rests = [ids[len(run.root) :] for ids in prefixes]
            self._add(root, rests, [rows[ids] for ids in prefixes], totals)

    def _read_root(self, ids: Ids) -> Read | None:
        if not ids:
            return None
        if self._root is None or self._root[0] != ids:
            self._root = None  # its memory, before the next one takes as much
            last = torch.tensor([len(ids) - 1], device=self.model.device)
            _, found = read(self.model, [ids], None, last, keep=True)
            self._root = ids, found
        return self._root[1]

    def _batches(self, run: Run) -> Iterator[list[Ids]]:
        before = len(run.root)
        lengths = [len(ids) - before for ids in run.prefixes]
        for batch in self._cut(lengths, before):
            yield [run.prefixes[number] for number in batch]

    def _cut(self, lengths: Sequence[int], before: int) -> Iterator[list[int]]:
        """Batches within what is read and what is held, with `before` tokens held a row."""
        for batch in length_batches(lengths, self.budget):
            held = before + lengths[batch[0]]
            rows = max(HELD * self.budget // held, 1)
            yield from (batch[start : start + rows] for start in range(0, len(batch), rows))

    def _add(
        self,
        root: Read | None,
        prefixes: Sequence[Ids],
        rows: Sequence[Sequence[tuple[int, Ids]]],
        totals: list[float],
    ) -> None:
        """Read prefixes, predict the first token of each continuation, go on with the others."""
        targets = [
            Target(row, len(ids) - 1, continuation[0], index)
            for row, (ids, continuations) in enumerate(zip(prefixes, rows, strict=True))
            for index, continuation in continuations
        ]
        places = places_of(targets, self.model.device)
        more = any(len(ids) > 1 for continuations in rows for _, ids in continuations)
        after = root and root.take(_zeros(len(prefixes), self.model.device))
        logits, found = read(self.model, prefixes, after, places, keep=more)
        add(totals, logits, places, targets)
        del logits, after
        if more:
            self._add_rest(found, rows, totals)

    def _add_rest(
        self, found: Read, rows: Iterable[Sequence[tuple[int, Ids]]], totals: list[float]
    ) -> None:
        """Read continuations, each behind its prefix; those that differ in the last token, once."""
        tails: dict[tuple[int, Ids], list[tuple[int, Ids]]] = {}
        for row, continuations in enumerate(rows):
            for index, ids in continuations:
                if len(ids) > 1:
                    tails.setdefault((row, ids[:-1]), []).append((index, ids))
        ordered = list(tails.items())
        for batch in self._cut([len(ids) for (_, ids), _ in ordered], found.width):
            targets = [
                Target(number, place, token, index)
                for number, entry in enumerate(batch)
                for index, ids in ordered[entry][1]
                for place, token in enumerate(ids[1:])
            ]
            places = places_of(targets, self.model.device)
            taken = found.take(
                torch.tensor([ordered[entry][0][0] for entry in batch], device=self.model.device)
            )
            tokens = [ordered[entry][0][1] for entry in batch]
            logits, _ = read(self.model, tokens, taken, places, keep=False)
            add(totals, logits, places, targets)


def _zeros(count: int, device: torch.device) -> torch.Tensor:
    return torch.zeros(count, dtype=torch.long, device=device)


def _width(spans: Sequence[Span]) -> int:
    """Places a row may come to take, with the padding that may stand in it."""
    if not spans:
        return 0
    return max(len(span.prefix) for span in spans) + max(len(span.continuation) for span in spans)
