"""A row of examples: every token, its position and what it sees can be read back from it."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.attention.flex_attention import flex_attention
from torch.nn.functional import scaled_dot_product_attention

from byeori_plugins.tuning.batches import calls
from byeori_plugins.tuning.batches.attention import Attention
from byeori_plugins.tuning.batches.flex import block_mask
from byeori_plugins.tuning.batches.groups import by_tokens, inputs_of, prefix_groups
from byeori_plugins.tuning.batches.layout import Layout, Pack, lay_out
from byeori_plugins.tuning.batches.steps import AtOnce

# Few different tokens, so that examples have much and little in common, and are equal.
IDS = st.lists(st.sampled_from([1, 1, 1, 2]), min_size=2, max_size=30)
EXAMPLES = st.lists(
    IDS.flatmap(lambda ids: st.tuples(st.just(ids), st.integers(1, len(ids) - 1))),
    min_size=1,
    max_size=12,
)
SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.lists(st.integers(0, 70), min_size=1, max_size=5)),
    min_size=1,
    max_size=4,
).filter(lambda spans: sum(prefix + sum(branches) for prefix, branches in spans) > 0)


def seen_by(layout: Layout, place: int) -> list[int]:
    every = torch.arange(len(layout.positions))
    return layout.visible(torch.tensor(place), every).nonzero().squeeze(1).tolist()


@given(examples=EXAMPLES, share=st.booleans())
def test_each_learnt_token_is_predicted_from_exactly_what_stands_before_it(
    examples: list[tuple[list[int], int]], share: bool
) -> None:
    rows = [
        {"input_ids": np.array(ids), "prompt": prompt, "index": n}
        for n, (ids, prompt) in enumerate(examples)
    ]
    batch = Pack(share)(rows)
    layout, tokens = batch["layout"], batch["input_ids"][0]
    order = Pack(share).order([row["input_ids"] for row in rows])
    expected = [
        (ids[:end], list(range(end)), ids[end])
        for ids, prompt in (examples[n] for n in order)
        for end in range(prompt, len(ids))
    ]
    found = []
    for row, label in zip(batch["rows"], batch["labels"], strict=True):
        seen = seen_by(layout, int(batch["logits_to_keep"][row]))
        found.append((tokens[seen].tolist(), layout.positions[seen].tolist(), int(label)))
    assert found == expected
    assert sorted(order) == list(range(len(rows)))
    assert batch["position_ids"][0].tolist() == layout.positions.tolist()
    if not share:
        assert len(tokens) == sum(len(ids) - 1 for ids, _ in examples)


@given(examples=EXAMPLES)
def test_groups_hold_each_example_once_and_save_what_they_say(
    examples: list[tuple[list[int], int]],
) -> None:
    ids = [np.array(row) for row, _ in examples]
    groups = prefix_groups(ids)
    assert sorted(n for group in groups for n in group.members) == list(range(len(ids)))
    for group in groups:
        inputs = [inputs_of(ids[n]).tolist() for n in group.members]
        assert len({tuple(row[: group.prefix]) for row in inputs}) == 1
        rest = sum(len(row) - group.prefix for row in inputs)
        assert group.tokens == group.prefix + rest
    assert sum(group.tokens for group in groups) <= sum(len(row) - 1 for row in ids)


def test_a_document_is_shared_rather_than_the_template_that_all_have() -> None:
    random = np.random.default_rng(1)
    template = random.integers(100, size=20)
    documents = [random.integers(100, size=200) for _ in range(6)]
    ids = [
        np.concatenate([template, document, random.integers(100, size=30)])
        for _ in range(3)
        for document in documents
    ]
    groups = prefix_groups(ids)
    assert sorted(sorted(group.members) for group in groups) == [
        [n, n + 6, n + 12] for n in range(6)
    ]
    assert {group.prefix for group in groups} <= {220, 221}


def test_a_template_is_shared_where_nothing_else_is_unless_the_rests_are_long() -> None:
    random = np.random.default_rng(1)
    template = random.integers(100, size=20)
    for length, count in ((30, 1), (2000, 8)):
        ids = [np.concatenate([template, [n], random.integers(100, size=length)]) for n in range(8)]
        assert len(prefix_groups(ids)) == count


def test_micro_batches_hold_equal_work_and_keep_groups_whole() -> None:
    random = np.random.default_rng(2)
    ids = []
    for length in random.integers(100, 300, size=16):
        document = random.integers(100, size=length)
        ids += [np.concatenate([document, random.integers(100, size=20)]) for _ in range(4)]
    cut = by_tokens(lambda row: ids[row], AtOnce(16, 1), share=True)
    lists = cut(np.arange(64), 1)
    assert sorted(row for rows in lists for row in rows) == list(range(64))
    work = [
        sum(group.tokens for group in prefix_groups([ids[row] for row in rows])) for rows in lists
    ]
    assert max(work) < 1.15 * min(work)
    for rows in lists:
        assert len(rows) == 4 * len({row // 4 for row in rows})


@pytest.mark.parametrize(("tokens", "processes", "count"), [(1, 1, 16), (10**6, 1, 1), (1, 3, 18)])
def test_what_is_in_common_is_never_computed_twice_to_keep_a_budget_of_tokens(
    tokens: int, processes: int, count: int
) -> None:
    random = np.random.default_rng(3)
    documents = [random.integers(100, size=300) for _ in range(16)]
    ids = [np.append(documents[n // 3], random.integers(100, size=20)) for n in range(48)]
    cut = by_tokens(lambda row: ids[row], AtOnce(None, tokens), share=True)
    lists = cut(np.arange(48), processes)
    assert sorted(row for rows in lists for row in rows) == list(range(48))
    assert len(lists) == count
    apart = sum(len({row // 3 for row in rows}) for rows in lists) - 16
    assert apart == max(0, count - 16)


def test_processes_do_not_wait_for_the_one_with_the_largest_group() -> None:
    document = np.arange(500)
    ids = [np.append(document, [600 + n] * 5) for n in range(8)]
    cut = by_tokens(lambda row: ids[row], AtOnce(None, 10**6), share=True)
    assert [len(rows) for rows in cut(np.arange(8), 1)] == [8]
    assert [len(rows) for rows in cut(np.arange(8), 2)] == [4, 4]


@given(
    examples=EXAMPLES,
    at_once=st.builds(AtOnce, st.sampled_from([None, 1, 3]), st.integers(1, 60)),
    processes=st.integers(1, 4),
    share=st.booleans(),
)
def test_a_step_is_cut_into_a_multiple_of_the_processes(
    examples: list[tuple[list[int], int]], at_once: AtOnce, processes: int, share: bool
) -> None:
    ids = [np.array(row) for row, _ in examples]
    cut = by_tokens(lambda row: ids[row], at_once, share=share)
    lists = cut(np.arange(len(ids)), processes)
    assert sorted(row for rows in lists for row in rows) == list(range(len(ids)))
    assert all(lists)
    assert len(lists) % processes == 0 or len(lists) == len(ids)


@settings(deadline=None)
@given(spans=SPANS, window=st.sampled_from([None, 1, 7, 40]))
def test_attention_in_calls_is_attention_with_the_whole_mask(
    spans: list[tuple[int, list[int]]], window: int | None
) -> None:
    layout = lay_out(spans)
    length = len(layout.positions)
    torch.manual_seed(length)
    query, key, value = (torch.randn(1, n, length, 8, dtype=torch.float64) for n in (4, 2, 2))
    found = Attention(layout, scaling=0.5, window=window)(query, key, value)
    every = torch.arange(length)
    mask = layout.visible(every[:, None], every, window)
    expected = scaled_dot_product_attention(
        query, key, value, attn_mask=mask, scale=0.5, enable_gqa=True
    )
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@given(spans=SPANS)
def test_the_calls_compute_each_token_once_and_leave_out_most_of_what_is_not_seen(
    spans: list[tuple[int, list[int]]],
) -> None:
    layout = lay_out(spans)
    queries = torch.cat(
        [call.queries.flatten() for piece in calls.calls_of(layout) for call in piece.calls]
    )
    assert sorted(queries[queries >= 0].tolist()) == list(range(len(layout.positions)))
    for before, after in pairwise(calls.calls_of(layout)):
        assert before.end == after.start


@pytest.mark.parametrize("window", [None, 10])
def test_flex_attention_with_the_block_mask_gives_the_same(window: int | None) -> None:
    layout = lay_out([(70, [5, 9, 1]), (0, [130]), (3, [4, 4])])
    torch.manual_seed(0)
    query, key, value = (torch.randn(1, 2, len(layout.positions), 16) for _ in range(3))
    mask = block_mask(layout, window)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it is slow without torch.compile
        found = flex_attention(query, key, value, block_mask=mask)
    expected = Attention(layout, window=window)(query, key, value)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert mask.sparsity() > 0
