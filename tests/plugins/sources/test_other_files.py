import datetime
import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError
from byeori_plugins.sources import SOURCES, HuggingFace, Parquet, Text
from byeori_plugins.sources.parquet_files import plain_value
from byeori_plugins.sources.text_files import first_heading

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def parquet(path, rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_parquet_rows_keep_their_types_as_json_holds_them(tmp_path, context):
    rows = [
        {"text": "a", "n": 1, "x": float("nan"), "day": datetime.date(2001, 2, 3), "l": [1, 2]},
        {"text": "b", "n": None, "x": 0.5, "day": None, "l": []},
    ]
    path = parquet(tmp_path / "rows.parquet", rows)
    documents = list(Parquet(Parquet.config_model(path=path)).documents(context))
    assert [d.metadata for d in documents] == [
        {"text": "a", "n": 1, "x": None, "day": "2001-02-03", "l": [1, 2]},
        {"text": "b", "n": None, "x": 0.5, "day": None, "l": []},
    ]
    assert [d.origin for d in documents] == ["rows.parquet:1", "rows.parquet:2"]


def test_a_parquet_row_with_bytes_is_bad_and_names_the_field(tmp_path, context, rejects):
    path = parquet(tmp_path / "rows.parquet", [{"text": "a", "image": b"\x00"}])
    source = Parquet(Parquet.config_model(path=path))
    with pytest.raises(DataError, match=r"rows.parquet:1: field `image`: a value of type bytes"):
        list(source.documents(context))


@pytest.mark.parametrize("damage", [b"no parquet", b"cut"])
def test_a_damaged_parquet_file_is_refused(tmp_path, context, damage):
    path = parquet(tmp_path / "rows.parquet", [{"text": "a"}])
    path.write_bytes(path.read_bytes()[:-9] if damage == b"cut" else damage)
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        list(Parquet(Parquet.config_model(path=path)).documents(context))


def test_decimals_and_times_become_numbers_and_iso_8601():
    assert plain_value(decimal.Decimal("1.5")) == 1.5
    assert plain_value({1: (datetime.time(1, 2),)}) == {"1": ["01:02:00"]}
    with pytest.raises(ValueError, match="infinity"):
        plain_value(float("inf"))


def test_a_folder_is_read_in_the_order_of_its_paths_without_hidden_files(tmp_path, context):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "b" / "two.md").write_text("intro\n\n## Second *one* ##\ntext\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("\ufeff# not a heading in plain text\n", encoding="utf-8")
    (tmp_path / "c.rst").write_text("other", encoding="utf-8")
    (tmp_path / ".git" / "x.txt").write_text("hidden", encoding="utf-8")
    documents = list(Text(Text.config_model(path=tmp_path)).documents(context))
    assert [(d.title, d.origin, d.metadata) for d in documents] == [
        ("a", "a.txt:1", {"file": "a.txt"}),
        ("Second *one*", "b/two.md:1", {"file": "b/two.md"}),
    ]
    assert documents[0].text == "# not a heading in plain text\n"


def test_an_empty_text_file_stops_or_is_skipped(tmp_path, context, rejects):
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text("text")
    with pytest.raises(DataError, match=r"a.txt:1: the file is empty"):
        list(Text(Text.config_model(path=tmp_path)).documents(context))
    skipping = Text(Text.config_model(path=tmp_path, on_error="skip"))
    assert [d.text for d in skipping.documents(context)] == ["text"]
    assert [(r.where, r.reason) for r in rejects] == [("a.txt:1", "the file is empty")]


def test_a_folder_without_text_files_and_a_missing_one_are_refused(tmp_path, context):
    with pytest.raises(DataError, match=r"no file ends in .txt, .md"):
        list(Text(Text.config_model(path=tmp_path)).documents(context))
    with pytest.raises(DataError, match="no such file or folder"):
        list(Text(Text.config_model(path=tmp_path / "x")).documents(context))


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("# One #\n", "One"),
        ("```\n# code\n```\n# Two", "Two"),
        ("#hashtag\n####### seven\n", ""),
        ("   ### 한글 제목\n", "한글 제목"),
        ("    # indented code", ""),
    ],
)
def test_the_title_is_the_first_heading_outside_code(markdown, title):
    assert first_heading(markdown) == title


@given(st.text(max_size=80))
def test_a_heading_is_one_line_of_the_text(markdown):
    heading = first_heading(markdown)
    assert "\n" not in heading
    assert heading in markdown


def hugging_face(context, **settings):
    return list(HuggingFace(HuggingFace.config_model(**settings)).documents(context))


def test_a_saved_data_set_is_read_by_split(tmp_path, context):
    import datasets

    rows = datasets.Dataset.from_list([{"text": "a", "n": 1}, {"text": "b", "n": 2}])
    rows.save_to_disk(str(tmp_path / "one"))
    datasets.DatasetDict({"test": rows}).save_to_disk(str(tmp_path / "many"))
    (first, _) = hugging_face(context, folder=tmp_path / "one")
    assert (first.origin, first.metadata) == ("one[train]:1", {"text": "a", "n": 1})
    (first, _) = hugging_face(context, folder=tmp_path / "many", split="test")
    assert first.origin == "many[test]:1"
    with pytest.raises(DataError, match=r"no split `tets`; did you mean 'test'\?"):
        hugging_face(context, folder=tmp_path / "many", split="tets")


def test_a_folder_of_data_files_is_read_and_its_cache_stays_in_scratch(tmp_path, context):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "train.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n', encoding="utf-8")
    assert [d.text for d in hugging_face(context, folder=folder)] == ["a", "b"]
    assert (context.scratch / "datasets").is_dir()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give either `hub`"),
        ({"hub": "a/b", "folder": "c"}, "give either `hub`"),
        ({"hub": "a/b"}, "must be the commit to read a/b at"),
        ({"hub": "a/b", "revision": "main"}, "a branch would move"),
        ({"folder": "c", "revision": COMMIT}, "`revision` belongs to `hub`"),
    ],
)
def test_a_hub_id_needs_a_commit(settings, message):
    with pytest.raises(ValueError, match=message):
        HuggingFace.config_model(**settings)


def test_a_hub_that_cannot_be_reached_is_a_data_error(context):
    with pytest.raises(DataError, match="owner/none: cannot be loaded"):
        hugging_face(context, hub="owner/none", revision=COMMIT)


def test_every_source_describes_each_of_its_settings():
    for source in SOURCES:
        assert source.__doc__
        for name, field in source.config_model.model_fields.items():
            assert field.description, f"{source.name}.{name}"
