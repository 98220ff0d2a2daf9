from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example
from byeori.review.passages import passages

TEXT = "황화물 Li6PS5Cl의 전도도는 3.1 mS/cm이고, 열처리는 550 °C에서 했다."
DOCUMENT = Document(text=TEXT, metadata={"claim": "It conducts 3.1 mS/cm."})


def marked(output: str, **metadata: Any) -> dict[str, list[str]]:
    example = Example(instruction="Q", output=output, metadata=metadata)
    found = passages(DOCUMENT, example)
    texts = {"text": TEXT, "claim": DOCUMENT.metadata["claim"]}
    assert all("".join(one["parts"]) == texts[one["name"]] for one in found)
    return {one["name"]: one["parts"][1::2] for one in found}


@pytest.mark.parametrize(
    ("output", "metadata", "places"),
    [
        ("550 °C", {}, ["550 °C"]),
        ("at 550", {"quote": "열처리는 550 °C"}, ["열처리는 550 °C"]),
        ("x", {"span": [4, 11]}, ["Li6PS5Cl"[:7]]),
        ("x", {"span": [4, 999]}, []),
        ("x", {"spans": {"a": [0, 3], "b": [4, 12]}}, ["황화물", "Li6PS5Cl"]),
        ("x", {"spans": [[4, 12], [], [6, 14]]}, ["Li6PS5Cl의 "]),
        ('{"a": [{"value": 3.1}, "550 °C"], "b": "없음", "c": true}', {}, ["3.1", "550 °C"]),
        ("[" * 5000, {}, []),
    ],
)
def test_what_the_answer_came_from_is_marked(
    output: str, metadata: dict[str, Any], places: list[str]
) -> None:
    assert marked(output, **metadata) == {"text": places}


def test_a_field_that_the_example_is_about_comes_first_and_has_the_span() -> None:
    found = marked("3.1 mS/cm", field="claim", span=[0, 2])
    assert list(found.items()) == [("claim", ["It"]), ("text", ["3.1 mS/cm"])]


SPANS = st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(list))


@given(SPANS)
def test_spans_mark_each_character_that_is_in_one_and_no_other(spans: list[list[int]]) -> None:
    wanted = {n for start, end in spans for n in range(start, end)}
    example = Example(instruction="Q", output="nowhere", metadata={"spans": spans})
    (found,) = passages(DOCUMENT, example)
    starts = [0]
    for part in found["parts"]:
        starts.append(starts[-1] + len(part))
    covered = {n for a, b in list(pairwise(starts))[1::2] for n in range(a, b)}
    assert covered == wanted
    assert all(found["parts"][1::2])
