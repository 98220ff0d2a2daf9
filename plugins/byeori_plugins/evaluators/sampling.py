"""Which items are asked where there are more than wanted."""

from collections.abc import Sequence
from typing import TypeVar

from byeori import Context

T = TypeVar("T")


def sample(rows: Sequence[T], limit: int | None, context: Context) -> Sequence[T]:
    """At most `limit` rows drawn by the recipe's seed, in their own order; all where None."""
    if limit is None or limit >= len(rows):
        return rows
    chosen = context.random("limit").sample(range(len(rows)), limit)
    return [rows[index] for index in sorted(chosen)]
