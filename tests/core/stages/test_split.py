import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Example
from byeori.recipe import Split
from byeori.stages.split import assign, held_out, wished

SHARES = Split(train=0.6, validation=0.1, test=0.3)


@given(st.sets(st.text(min_size=1), min_size=3, max_size=60), st.integers(0, 2**32 - 1))
def test_every_document_falls_into_one_split_and_every_split_has_one(
    ids: set[str], seed: int
) -> None:
    split_of = assign(sorted(ids), SHARES, seed)
    assert set(split_of) == ids
    assert set(split_of.values()) == {"train", "validation", "test"}


@given(st.permutations([str(n) for n in range(50)]))
def test_the_order_of_documents_does_not_matter(ids: list[str]) -> None:
    assert assign(ids, SHARES, 7) == assign(sorted(ids), SHARES, 7)


def test_shares_are_met_to_the_document() -> None:
    names = list(assign([str(n) for n in range(100)], SHARES, 1).values())
    assert [names.count(name) for name in ("train", "validation", "test")] == [60, 10, 30]


def test_another_seed_splits_otherwise() -> None:
    ids = [str(n) for n in range(100)]
    assert assign(ids, SHARES, 1) != assign(ids, SHARES, 2)


def test_a_share_of_zero_gets_nothing() -> None:
    shares = Split(train=0.9, validation=0, test=0.1)
    assert set(assign(["a", "b"], shares, 1).values()) == {"train", "test"}


def test_too_few_documents_are_an_error_that_says_so() -> None:
    with pytest.raises(DataError, match="2 documents cannot be split into train, validation, test"):
        assign(["a", "b"], SHARES, 1)


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (None, {"train", "validation", "test"}),
        ("train", {"train", "validation"}),
        ("test", {"test"}),
    ],
)
def test_an_example_can_be_meant_for_training_or_for_the_test(
    wish: str | None, fits: set[str]
) -> None:
    example = Example(instruction="a", output="b", metadata={"split": wish} if wish else {})
    assert {name for name in ("train", "validation", "test") if wished(example, name)} == fits


def test_documents_of_held_out_examples_and_their_groups_are_held_out() -> None:
    group_of = {"a": "group 1", "b": "group 1", "e": "group 2"}
    split_of = {"group 1": "test", "group 2": "train", "c": "validation", "d": "train"}
    held = held_out(["a", "b", "c", "d", "e", "without examples"], group_of, split_of)
    assert held == {"a": "test", "b": "test", "c": "validation"}
