"""What each process holds, against the figure of the ZeRO paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.tuning.distributed.config import NAMES, Distributed
from byeori_plugins.tuning.distributed.memory import PAPER, Held, held

GB = 1e9  # of the paper, and of the makers of accelerators


def spread_of(name: str) -> Distributed | None:
    return None if name == "one" else Distributed.model_validate(name)


@pytest.mark.parametrize(
    ("name", "gigabytes"), [("ddp", 120), ("zero-1", 31.4), ("zero-2", 16.6), ("zero-3", 1.88)]
)
def test_the_papers_figure_is_met(name: str, gigabytes: float) -> None:
    """Rajbhandari 2020, figure 1: 7.5 billion parameters, 64 processes, 2 + 2 + 12 bytes."""
    found = held(spread_of(name), 64, 7_500_000_000, sizes=PAPER)
    assert found.accelerator / GB == pytest.approx(gigabytes, abs=0.05)
    assert found.host == found.buffers == found.copies == 0


@pytest.mark.parametrize(
    ("stage", "processes", "gigabytes"),
    [  # Rajbhandari 2020, table 1, the columns of 7.5 billion parameters
        (1, 4, 52.5),
        (1, 16, 35.6),
        (2, 4, 41.3),
        (2, 256, 15.4),
        (3, 4, 30.0),
        (3, 16, 7.5),
        (3, 1024, 0.12),
    ],
)
def test_the_papers_table_is_met(stage: int, processes: int, gigabytes: float) -> None:
    found = held(spread_of(f"zero-{stage}"), processes, 7_500_000_000, sizes=PAPER)
    assert found.accelerator / GB == pytest.approx(gigabytes, rel=0.01, abs=0.05)


names = st.sampled_from(NAMES)
counts = st.integers(1, 10**11)


@given(names, counts, st.integers(1, 4096), st.booleans())
def test_what_is_cut_up_adds_up_to_the_whole(
    name: str, learnt: int, processes: int, low: bool
) -> None:
    spread = spread_of(name)
    assert spread is not None
    one = held(None, 1, learnt, low_precision=low)
    found = held(spread, processes, learnt, low_precision=low)
    on_host = spread.offload
    if spread.shards_weights and "parameters" not in on_host:
        assert found.weights * processes == pytest.approx(one.weights)
    if (spread.shards_weights or spread.stage == 2) and not on_host:
        assert found.gradients * processes == pytest.approx(one.gradients)
    if spread.by_deepspeed and not on_host:  # and a copy of the weights
        assert found.states * processes == pytest.approx(one.states + one.weights)
    if on_host:
        assert found.states == 0
        assert found.host * processes == pytest.approx(6 * 4 * learnt)


@given(counts, st.integers(2, 4096))
def test_each_stage_holds_no_more_than_the_one_before(learnt: int, processes: int) -> None:
    stages = [held(spread_of(name), processes, learnt, sizes=PAPER).model for name in NAMES[:4]]
    assert stages == sorted(stages, reverse=True)


@given(names, counts, st.floats(0, 1e12))
def test_frozen_weights_have_no_gradient_and_no_state(
    name: str, learnt: int, frozen: float
) -> None:
    spread = spread_of(name)
    without, with_them = (held(spread, 4, learnt, frozen=size) for size in (0.0, frozen))
    assert with_them.gradients == without.gradients
    assert with_them.states == without.states
    everywhere = with_them.weights + with_them.host - without.weights - without.host
    sharded = spread is not None and spread.shards_weights
    assert everywhere == pytest.approx(frozen / (4 if sharded else 1), rel=1e-6, abs=1e-3 * learnt)


def test_one_process_holds_sixteen_bytes_a_weight() -> None:
    assert held(None, 1, 1000).accelerator == 16_000
    assert held(None, 1, 1000, low_precision=True).copies == 2000
    assert held(spread_of("fsdp"), 1, 1000) == held(None, 1, 1000)


def test_all_parts_are_counted_once() -> None:
    assert Held(1, 2, 4, 8, 16, 32).accelerator == 31
    assert Held(1, 2, 4, 8, 16, 32).model == 7


@pytest.mark.parametrize(("name", "processes"), [("one", 2), ("zero-1", 0)])
def test_processes_without_a_strategy_are_refused(name: str, processes: int) -> None:
    with pytest.raises(ValueError, match=f"{processes} processes"):
        held(spread_of(name), processes, 1)
