"""Prefixes with all that is scored after them, read in one call: each branch sees its prefix only.

The tokens of a prefix and of its branches stand one after the other in a row; a mask of attention
and positions that go on from the prefix make of them what separate rows would be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from byeori.models.scoring.caches import Read, takes
from byeori.models.scoring.spans import Ids
from byeori.models.scoring.targets import Pick, add_picked


@dataclass(frozen=True, slots=True)
class Tree:
    """A prefix and its branches: continuations without their last token, which is only predicted.

    Attributes:
        ids: tokens of the prefix, then of each branch.
        depths: of each token, how many of the tree stand before it on its way.
        branches: of each token, 0 in the prefix, else the number of its branch from 1.
        targets: (place in `ids` after which it is predicted, token, span).
    """

    ids: Ids
    depths: Ids
    branches: Ids
    targets: tuple[tuple[int, int, int], ...]


def tree_of(prefix: Ids, continuations: Iterable[tuple[int, Ids]]) -> Tree:
    """The tree of continuations, each with the number of its span; equal branches are one."""
    ids, depths, branches = list(prefix), list(range(len(prefix))), [0] * len(prefix)
    starts: dict[Ids, int] = {}
    targets: list[tuple[int, int, int]] = []
    last = len(prefix) - 1
    for span, continuation in continuations:
        targets.append((last, continuation[0], span))
        branch = continuation[:-1]
        if branch and branch not in starts:
            starts[branch] = len(ids)
            ids += branch
            depths += range(len(prefix), len(prefix) + len(branch))
            branches += [len(starts)] * len(branch)
        for offset, token in enumerate(continuation[1:]):
            targets.append((starts[branch] + offset, token, span))
    return Tree(tuple(ids), tuple(depths), tuple(branches), tuple(targets))


def add_trees(
    model: Any, rows: Sequence[Sequence[Tree]], root: Read | None, totals: list[float]
) -> None:
    """Read rows of trees and add what is found to each span's total (nats).

    Args:
        model: a causal language model of transformers that `reads_trees`.
        rows: each of one tree or more; after a root there may be one row only.
        root: what all trees begin with; it is left as it is.
        totals: one a span.
    """
    places, picks = _picks(rows)
    device = model.device
    ids, trees, depths, branches = (part.to(device) for part in _padded(rows))
    before = 0 if root is None else root.width
    arguments = {
        "input_ids": ids,
        "position_ids": depths + (0 if root is None else root.lengths[:, None]),
        "attention_mask": _mask(trees, branches, before, model.dtype),
        "use_cache": root is not None,
    }
    if root is not None:
        arguments["past_key_values"] = root.take(
            torch.zeros(1, dtype=torch.long, device=device)
        ).cache
    with torch.inference_mode():
        logits = _logits_at(model, arguments, torch.tensor(places, device=device).T)
    add_picked(totals, logits, picks)


def _picks(rows: Sequence[Sequence[Tree]]) -> tuple[list[tuple[int, int]], list[Pick]]:
    """Where logits are wanted, (row, place), each once; and what is picked from each."""
    numbers: dict[tuple[int, int], int] = {}
    picks = []
    for row, trees in enumerate(rows):
        start = 0
        for tree in trees:
            for place, token, span in tree.targets:
                number = numbers.setdefault((row, start + place), len(numbers))
                picks.append(Pick(number, token, span))
            start += len(tree.ids)
    return list(numbers), picks


def _padded(rows: Sequence[Sequence[Tree]]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tokens, the tree each is of (-1: padding), depths and branches; each (rows, width) int64."""
    width = max(sum(len(tree.ids) for tree in trees) for trees in rows)
    parts: tuple[list[list[int]], ...] = ([], [], [], [])
    for trees in rows:
        columns: tuple[list[int], ...] = ([], [], [], [])
        for number, tree in enumerate(trees):
            of_tree = (tree.ids, [number] * len(tree.ids), tree.depths, tree.branches)
            for column, values in zip(columns, of_tree, strict=True):
                column.extend(values)
        padding = (columns[0][-1], -1, 0, 0)
        for part, column, value in zip(parts, columns, padding, strict=True):
            part.append(column + [value] * (width - len(column)))
    ids, numbers, depths, branches = (torch.tensor(part) for part in parts)
    return ids, numbers, depths, branches


def _mask(trees: Tensor, branches: Tensor, before: int, dtype: torch.dtype) -> Tensor:
    """(rows, 1, width, before + width): 0 where a token sees another, else the least number."""
    same = trees[:, :, None] == trees[:, None, :]
    on_its_way = (branches[:, None, :] == 0) | (branches[:, :, None] == branches[:, None, :])
    seen = torch.tril(same & on_its_way)
    mask = torch.zeros(seen.shape, dtype=dtype, device=seen.device)
    mask.masked_fill_(~seen, torch.finfo(dtype).min)
    return torch.nn.functional.pad(mask, (before, 0))[:, None]


def _logits_at(model: Any, arguments: dict[str, Any], places: Tensor) -> Tensor:
    """Logits (n, vocabulary) at `places` (2, n) alone: most of a model's cost may be the others."""
    rows, columns = places

    def pick(_: Any, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (inputs[0][rows, columns][None], *inputs[1:])

    handle = model.get_output_embeddings().register_forward_pre_hook(pick)
    try:
        found: Tensor = model(**arguments).logits
    finally:
        handle.remove()
    return found[0]


def reads_trees(model: Any) -> bool:
    """Whether a model gives a branch what it gives a row; found out by asking it."""
    if not takes(model, "position_ids") or model.get_output_embeddings() is None:
        return False
    size = min(model.config.get_text_config().vocab_size, 1000)
    ids = tuple(number * 7919 % size for number in range(1, 15))
    root, prefix, branches = ids[:4], ids[4:8], (ids[8:11], ids[11:14])
    spans = list(enumerate(branches))
    try:
        return _agrees(model, root, prefix, spans)
    # Kernels of attention refuse such masks in many ways; rows of their own always work.
    except Exception:
        return False


def _agrees(model: Any, root: Ids, prefix: Ids, spans: Sequence[tuple[int, Ids]]) -> bool:
    from byeori.models.scoring import plain
    from byeori.models.scoring.caches import read
    from byeori.models.scoring.spans import Span

    expected, alone, behind = ([0.0] * len(spans) for _ in range(3))
    rows = [Span(root + prefix, ids) for _, ids in spans]
    plain.add_totals(model, rows, expected, 64)
    add_trees(model, [[tree_of(root + prefix, spans)]], None, alone)
    last = torch.tensor([len(root) - 1], device=model.device)
    _, found = read(model, [root], None, last, keep=True)
    tree = tree_of(prefix, spans)
    add_trees(model, [[tree_of(prefix, ()), tree]], found, behind)
    exact = model.dtype in (torch.float32, torch.float64)
    return all(
        torch.allclose(
            torch.tensor(got), torch.tensor(expected), rtol=1e-4 if exact else 2e-2, atol=1e-4
        )
        for got in (alone, behind)
    )
