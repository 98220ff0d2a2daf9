"""Asks a model items in portions; what it cannot read is told apart from what it got wrong."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from byeori import Item
from byeori.models import PromptTooLongError

T = TypeVar("T")

PORTION = 128
"""Items asked at once: enough to fill batches, few enough for progress to move."""


def asked(
    items: Iterable[Item], ask: Callable[[Sequence[Item]], Sequence[T]]
) -> Iterator[tuple[Item, T | None, str]]:
    """Each item with the model's result, or with None and why it could not be asked.

    An item that is too long for the model is not cut and does not stop the others: it is unscored.
    """
    iterator = iter(items)
    while portion := list(islice(iterator, PORTION)):
        reasons: dict[int, str] = {}
        try:
            results = iter(ask(portion))
        except PromptTooLongError as error:
            reasons = error.reasons
            fitting = [item for index, item in enumerate(portion) if index not in reasons]
            results = iter(ask(fitting) if fitting else ())
        for index, item in enumerate(portion):
            if index in reasons:
                yield item, None, reasons[index]
            else:
                yield item, next(results), ""
