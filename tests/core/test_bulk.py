import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example, Item, Score, Turn
from byeori.bulk import Rows, content_id, dataset, with_id, write

texts = st.text(max_size=20)
metadata = st.dictionaries(texts, st.none() | st.integers(-(2**60), 2**60) | texts, max_size=3)
turns = st.lists(st.builds(Turn, role=st.sampled_from(["user", "assistant"]), content=texts))
examples = st.builds(
    Example,
    instruction=texts,
    output=texts,
    input=texts,
    history=turns.map(tuple),
    language=texts,
    metadata=metadata,
)
scores = st.builds(
    Score,
    item_id=texts,
    metric=texts,
    value=st.none() | st.floats(allow_nan=False),
    metadata=metadata,
)
items = st.builds(
    Item,
    instruction=texts,
    choices=st.lists(texts).map(tuple),
    answer=st.none() | st.integers(0, 3),
    metadata=metadata,
)


ROW_TYPES: tuple[type[Any], ...] = (Example, Score, Item)


@given(st.tuples(*(st.lists(rows, max_size=5) for rows in (examples, scores, items))))
def test_rows_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, lists: tuple[list[Any], ...]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.arrow"
    for rows, row_type in zip(lists, ROW_TYPES, strict=True):
        assert write(path, rows, row_type) == len(rows)
        back = Rows(path, row_type)
        assert list(back) == rows
        assert [back[i] for i in range(len(back))] == rows
        assert back[1:3] == rows[1:3]


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    rows = [Document(text=f"text {n}", metadata={"b": n, "a": "한"}) for n in range(3000)]
    again = [Document(text=f"text {n}", metadata={"a": "한", "b": n}) for n in range(3000)]
    write(tmp_path / "one", rows, Document)
    write(tmp_path / "two", again, Document)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert len(Rows(tmp_path / "one", Document)) == 3000


def test_a_file_opens_as_a_memory_mapped_dataset(tmp_path: Path) -> None:
    write(tmp_path / "rows.arrow", [with_id(Document(text="한글", metadata={"n": 1}))], Document)
    opened = dataset(tmp_path / "rows.arrow")
    assert opened[0]["text"] == "한글"
    assert json.loads(opened[0]["metadata"]) == {"n": 1}
    assert opened.cache_files


def test_an_id_is_a_hash_of_everything_but_itself() -> None:
    one = Document(text="a", metadata={"x": 1, "y": 2})
    assert content_id(one) == content_id(Document(text="a", metadata={"y": 2, "x": 1}, id="z"))
    assert content_id(one) != content_id(Document(text="a", metadata={"x": 1}))
    assert content_id(Document(text="a")) != content_id(Item(instruction="a"))
    assert content_id(one) == content_id(Document(text="a", metadata=one.metadata, origin="x:1"))
    assert with_id(Document(text="a", id="mine")).id == content_id(Document(text="a"))
