"""The order of a run: every example in its turn, documents together, micro-batches exact."""

import math
from collections import Counter
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori_plugins.tuning import TrainingConfig
from byeori_plugins.tuning.batches.steps import AtOnce, StepSampler, by_length
from byeori_plugins.tuning.data.order import EveryExample, Indices, Order, order_of_run

DOCUMENTS = st.lists(st.sampled_from(["", "a", "b", "c", "d", "e"]), min_size=1, max_size=60)


class Arranged:
    """A curriculum with repeats."""

    size = 4
    arranged = True

    def epoch(self, number: int) -> Indices:
        return np.array([number, 0, 0, 2], dtype=np.int64)


@given(documents=DOCUMENTS, epochs=st.floats(0.1, 4), batch=st.integers(1, 9), seed=st.integers())
def test_every_epoch_has_each_example_once_with_documents_together(
    documents: list[str], epochs: float, batch: int, seed: int
) -> None:
    config = TrainingConfig(epochs=epochs, batch_size=batch)
    size = len(documents)
    order = order_of_run(config, EveryExample(size), documents, seed)
    assert len(order.entries) == pytest.approx(epochs * size, abs=1)
    assert np.concatenate([order.step(n) for n in range(order.steps)]).tolist() == list(
        order.entries
    )
    assert {len(order.step(n)) for n in range(order.steps - 1)} <= {batch}
    for start in range(0, len(order.entries) // size * size, size):
        entries = order.entries[start : start + size].tolist()
        assert sorted(entries) == list(range(size))
        names = [documents[i] or f"alone {i}" for i in entries]
        runs = Counter(name for name, _ in groupby(names))
        for name, count in Counter(names).items():
            assert runs[name] <= math.ceil(count / 4)


def test_epochs_differ_and_the_seed_alone_decides() -> None:
    config = TrainingConfig(max_steps=20, batch_size=10)
    documents = [f"d{n // 4}" for n in range(100)]
    order, again = (order_of_run(config, EveryExample(100), documents, 5) for _ in range(2))
    assert order.entries.tolist() == again.entries.tolist()
    assert order.entries[:100].tolist() != order.entries[100:].tolist()
    other = order_of_run(config, EveryExample(100), documents, 6)
    assert other.entries.tolist() != order.entries.tolist()


def test_examples_of_one_document_can_be_spread_over_the_epoch() -> None:
    config = TrainingConfig(epochs=1, batch_size=10, shuffle="examples")
    documents = [f"d{n // 10}" for n in range(200)]
    entries = order_of_run(config, EveryExample(200), documents, 5).entries.tolist()
    together = sum(documents[a] == documents[b] for a, b in pairwise(entries))
    assert sorted(entries) == list(range(200))
    assert together < 25  # 180 of 199 where documents stay together, 9 on average where not


@pytest.mark.parametrize(("batch", "most"), [(32, 4), (64, 8)])
def test_a_step_has_many_documents_also_where_each_has_many_examples(batch: int, most: int) -> None:
    config = TrainingConfig(epochs=1, batch_size=batch)
    documents = [f"d{n // 48}" for n in range(48 * 80)]
    order = order_of_run(config, EveryExample(len(documents)), documents, 5)
    for number in range(order.steps - 1):
        names = Counter(documents[i] for i in order.step(number))
        assert len(names) >= 5
        assert len(names) <= batch / most + 1


def test_an_arranged_epoch_keeps_its_order_and_its_repeats() -> None:
    order = order_of_run(TrainingConfig(epochs=2.5, batch_size=3), Arranged(), ["a"] * 4, 1)
    assert order.entries.tolist() == [0, 0, 0, 2, 1, 0, 0, 2, 2, 0]
    assert order.steps == 4


def test_a_share_of_an_epoch_is_counted_without_the_error_of_binary_fractions() -> None:
    order = order_of_run(
        TrainingConfig(epochs=0.07, batch_size=1), EveryExample(100), [""] * 100, 1
    )
    assert 0.07 * 100 > 7
    assert order.steps == 7


@given(
    entries=st.lists(st.integers(0, 20), min_size=1, max_size=60),
    batch=st.integers(1, 30),
    examples=st.sampled_from([None, 1, 2, 5]),
    tokens=st.integers(1, 40),
    processes=st.integers(1, 3),
)
def test_every_process_has_as_many_micro_batches_and_together_they_are_the_steps(
    entries: list[int], batch: int, examples: int | None, tokens: int, processes: int
) -> None:
    order = Order(np.array(entries), batch)
    lengths = [1 + n % 7 for n in range(21)]
    cut = by_length(lengths, AtOnce(examples, tokens))
    samplers = [StepSampler(order, cut, p, processes) for p in range(processes)]
    of_processes = [list(sampler) for sampler in samplers]
    assert {len(steps) for steps in of_processes} == {len(samplers[0])} == {order.steps}
    for number in range(order.steps):
        step = [steps[number] for steps in of_processes]
        assert len({len(lists) for lists in step}) == 1
        lists = [rows for of_process in step for rows in of_process]
        assert all(lists)
        learnt = [row for rows in lists for row in rows if row >= 0]
        assert Counter(learnt) == Counter(order.step(number).tolist())
        if examples is not None:
            assert max(map(len, lists)) <= examples


def test_as_many_tokens_are_computed_at_once_as_there_is_room_for() -> None:
    at_once = AtOnce(None, 100)
    assert [at_once.parts(10, tokens, 1) for tokens in (1, 100, 101, 950, 10_000)] == [
        1,
        1,
        2,
        10,
        10,
    ]
    assert [at_once.parts(10, tokens, 4) for tokens in (1, 400, 401)] == [4, 4, 8]
    assert AtOnce(4, 100).parts(10, 10_000, 1) == 3


def test_similar_lengths_meet_in_one_micro_batch() -> None:
    lengths = [5, 90, 7, 80, 6, 85]
    assert by_length(lengths, AtOnce(3, 1))(np.arange(6), 1) == [[0, 4, 2], [3, 5, 1]]
