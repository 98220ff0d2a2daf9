"""The event loop of the endpoint client, in its thread."""

import gc
from collections.abc import Iterator

import pytest

from byeori.endpoint.loop import COLLECT_AFTER, Group


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_runs_seldom_as_long_as_anybody_asks_and_as_before_then() -> None:
    gc.set_threshold(700, 10, 10)
    with Group():
        with Group():
            assert gc.get_threshold() == COLLECT_AFTER
        assert gc.get_threshold() == COLLECT_AFTER
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("chosen", [(0, 10, 10), (90_000, 30, 200)])
def test_a_collector_that_is_off_or_runs_still_more_seldom_is_left(
    chosen: tuple[int, int, int],
) -> None:
    gc.set_threshold(*chosen)
    with Group():
        assert gc.get_threshold() == chosen
