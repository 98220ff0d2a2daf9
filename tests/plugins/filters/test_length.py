from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Context, Example
from byeori_plugins.filters.length import Length


def run(examples, **settings):
    rejects = []
    context = Context(
        stage="filters.0", seed=1, output=Path("o"), scratch=Path("s"), on_reject=rejects.append
    )
    return list(Length(Length.config_model(**settings)).keep(examples, context)), rejects


def test_limits_count_characters_and_both_ends_are_kept():
    examples = [Example(id=str(n), instruction="이름", output="가" * n) for n in range(1, 6)]
    kept, rejects = run(examples, min_output=2, max_output=4)
    assert [example.id for example in kept] == ["2", "3", "4"]
    assert [(r.where, r.reason) for r in rejects] == [
        ("1", "output shorter than 2 characters"),
        ("5", "output longer than 4 characters"),
    ]


def test_the_instruction_counts_with_its_input():
    kept, rejects = run([Example(instruction="ab", input="cde", output="x")], max_instruction=4)
    assert not kept
    assert rejects[0].reason == "instruction longer than 4 characters"


@given(st.lists(st.text(min_size=1, max_size=9), max_size=9), st.integers(1, 9), st.integers(0, 5))
def test_every_example_is_kept_or_rejected_once(outputs, least, extra):
    examples = [Example(id=str(i), instruction="a", output=o) for i, o in enumerate(outputs)]
    kept, rejects = run(examples, min_output=least, max_output=least + extra)
    assert sorted([e.id for e in kept] + [r.where for r in rejects]) == sorted(
        e.id for e in examples
    )
    assert all(least <= len(example.output) <= least + extra for example in kept)


def test_a_range_that_holds_nothing_is_refused():
    with pytest.raises(ValueError, match=r"max_output \(1\) is less than min_output \(5\)"):
        Length.config_model(min_output=5, max_output=1)
