from typing import Any

import pytest

from byeori import Document, Example, Item, PluginError, Score, Turn
from byeori.checks import check


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Example(instruction="a", output="b"), "must yield Document rows"),
        ({"text": "a"}, "yielded dict"),
        (Document(text=" \n"), "empty `text`"),
        (Document(text=3), "`text` is not usable: expected a str, got int"),  # type: ignore[arg-type]
        (Document(text="a", title=None), "`title` is not usable"),  # type: ignore[arg-type]
        (Document(text="a\ud800"), "`text` is not usable"),
        (Document(text="a", metadata={"x": {1, 2}}), "`metadata` is not usable"),
    ],
)
def test_a_row_that_breaks_the_contract_names_the_plugin_and_the_field(
    row: object, message: str
) -> None:
    with pytest.raises(PluginError, match=message) as raised:
        check(row, Document, "mine/source")
    assert "mine/source" in str(raised.value)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Score(item_id="i", metric="m", value=float("nan")), "nan is no score"),
        (Score(item_id="i", metric="m", value=float("inf")), "inf is no score"),
        (Score(item_id="i", metric="m", value="0.5"), "expected a number or None, got str"),  # type: ignore[arg-type]
        (Score(item_id="i", metric="m", value=1, metadata={"x": "\ud800"}), "`metadata`"),
        (Score(item_id="i", metric="m", value=1, metadata={"x": float("nan")}), "`metadata`"),
        (Score(item_id="i", metric="m", value=1, metadata={1: 2}), "keys must be str"),  # type: ignore[dict-item]
        (Item(instruction="a", choices=("x",), answer=1), "`answer` is 1; it has 1 choices"),
        (Item(instruction="a", choices=["x"], answer=0), "expected a tuple, got list"),  # type: ignore[arg-type]
        (Item(instruction="a", choices=("x",), answer=True), "expected an int or None, got bool"),
        (Example(instruction="a", output="b", metadata={"split": "dev"}), "may be 'train', 'test'"),
        (Example(instruction="a", output="b", history=("hi",)), "expected Turn rows, got str"),  # type: ignore[arg-type]
        (Example(instruction="a", output="b", history=(Turn("system", "x"),)), "user or assist"),  # type: ignore[arg-type]
    ],
)
def test_a_field_of_its_own_kind_is_checked_too(row: Any, message: str) -> None:
    with pytest.raises(PluginError, match=message):
        check(row, type(row), "mine/thing")


def test_a_row_that_keeps_the_contract_comes_back_as_it_is() -> None:
    row = Score(item_id="i", metric="m", value=None)
    assert check(row, Score, "mine/thing") is row
