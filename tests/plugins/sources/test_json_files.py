import gzip
import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import DataError
from byeori_plugins.sources import BadRow, Json, JsonLines, Row, read_json, read_json_lines

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
)
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
objects = st.dictionaries(names, scalars | st.lists(scalars, max_size=3), max_size=5)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(rows=st.lists(objects, min_size=1, max_size=6), bom=st.booleans(), end=st.booleans())
def test_json_lines_read_back_what_was_written(tmp_path, rows, bom, end):
    path = tmp_path / "rows.jsonl"
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n" * end
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    read = list(read_json_lines(path))
    assert [row.values for row in read] == rows
    assert [row.origin for row in read] == [f"rows.jsonl:{n}" for n in range(1, len(rows) + 1)]


@quick
@given(
    rows=st.lists(objects, max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    wrapped=st.booleans(),
)
def test_a_json_array_reads_back_with_the_line_of_each_object(tmp_path, rows, indent, wrapped):
    path = tmp_path / "rows.json"
    text = json.dumps({"version": 1, "data": rows} if wrapped else rows, indent=indent)
    path.write_text(text, encoding="utf-8")
    read = list(read_json(path))
    assert [row.values for row in read] == rows
    lines = text.split("\n")
    for row in read:
        assert "{" in lines[int(row.origin.split(":")[1]) - 1]


@quick
@given(st.binary(max_size=60))
def test_any_bytes_give_rows_or_a_data_error(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    for reader in (read_json_lines, read_json):
        try:
            assert all(isinstance(row, Row | BadRow) for row in reader(path))
        except DataError as error:
            assert str(path) in str(error)


@quick
@given(row=objects.filter(len), cut=st.integers(1, 40))
def test_a_truncated_last_line_is_never_read_as_a_row(tmp_path, row, cut):
    path = tmp_path / "rows.jsonl"
    whole = json.dumps(row)
    text = whole[: max(1, len(whole) - cut)]
    path.write_text('{"text": "a"}\n' + text, encoding="utf-8")
    first, last = read_json_lines(path)
    assert isinstance(first, Row)
    assert isinstance(last, BadRow)
    assert "cut off" in last.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", "a JSON object is needed, not an array"),
        ("null", "a JSON object is needed, not null"),
        ("3", "a JSON object is needed, not a number"),
        ('{"text": "a", "text": "b"}', "field `text` is given twice"),
        ('{"text": "a", "n": NaN}', "NaN is not JSON; write null"),
        ('{"text": "a", "n": -Infinity}', "-Infinity is not JSON; write null"),
        ('{"text": "a", "n": 1e999}', "the number 1e999 is too large"),
        ('{"text": "a", "n": ' + "9" * 5000 + "}", "a number of 5000 digits is too large"),
        ('{"text": "a"} {"text": "b"}', "more than one JSON value on the line"),
        ('{"text": "a\x00"}', "NUL bytes: the file is damaged, or not UTF-8 text"),
        ("[" * 100_000, "the object is nested too deeply"),
        ('{"text": null}', "field `text` is null"),
        ('{"text": "  "}', "field `text` is empty"),
        ('{"text": "a\\u0000"}', "its text contains a NUL character: damaged, or not text"),
        (
            '{"text": "a", "x": ["\\u0000"]}',
            "its row contains a NUL character: damaged, or not text",
        ),
        (
            '{"text": "\\ud800"}',
            "its text is not valid Unicode: it has half of a surrogate pair",
        ),
        (
            '{"text": ["a"]}',
            "field `text` is a list, not text; a template makes text of it: '{{ text }}'",
        ),
    ],
)
def test_one_bad_row_is_skipped_with_its_line_and_reason_and_the_rest_is_read(
    read, rejects, line, reason
):
    content = f'{{"text": "first"}}\n{line}\n{{"text": "last"}}\n'
    documents = read(JsonLines, content, on_error="skip")
    assert [document.text for document in documents] == ["first", "last"]
    assert [(reject.where, reject.reason) for reject in rejects] == [("rows:2", reason)]


def test_a_backslash_before_u0000_is_not_a_nul(read):
    (document,) = read(JsonLines, '{"text": "a", "x": "\\\\u0000"}\n')
    assert document.metadata["x"] == "\\u0000"


def test_a_bad_row_stops_by_default_and_says_where_and_what_to_do(read):
    with pytest.raises(DataError, match=r"rows:2: a JSON object .*; correct it, or set `on_error"):
        read(JsonLines, '{"text": "a"}\n[]\n')


def test_a_misspelt_text_field_is_answered_with_the_one_that_was_meant(read):
    with pytest.raises(
        DataError, match=r"no field `abstrct` \(did you mean 'abstract'\?\); correct"
    ):
        read(JsonLines, '{"abstract": "a", "title": "b"}\n', text="abstrct")


@pytest.mark.parametrize("setting", [{"title": "titel"}, {"fields": ["titel"]}])
def test_a_field_that_no_row_has_is_a_mistake_in_the_recipe(read, setting):
    with pytest.raises(
        DataError, match="names the field `titel`, which no row has; did you mean 'title'"
    ):
        read(JsonLines, '{"text": "a", "title": "b"}\n', **setting)


def test_text_title_and_language_can_be_templates(read):
    (document,) = read(
        JsonLines,
        '{"a": "x", "b c": 2, "lang": "ko", "gone": null}\n',
        text='{{ a }}-{{ row["b c"] }}{% if gone %}!{% endif %}',
        title="{{ a | upper }}",
        language="{{ lang }}",
        licence="MIT",
        fields=["a"],
    )
    assert (document.text, document.title, document.language) == ("x-2", "X", "ko")
    assert document.metadata == {"a": "x"}
    assert (document.licence, document.origin) == ("MIT", "rows:1")


def test_a_template_that_prints_a_null_field_makes_the_row_bad(read):
    with pytest.raises(DataError, match="rows:1: field `a` is null"):
        read(JsonLines, '{"a": null}\n', text="The {{ a }}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "no document could be read"),
        (b'{"text": "a"}\n{"text": "\xff"}\n', r":2: not UTF-8 at byte 24 of the file \(0xff\)"),
        ('{"text": "a"}\n'.encode("utf-16"), "this is UTF-16 text; save it as UTF-8"),
        ('{"text": "a"}\n'.encode("utf-16-le"), "NUL bytes"),
        (b"\x1f\x8b\x08", "packed with gzip: .* was it fetched whole"),
        (b'[{"text": "a"}]', r"this is a JSON array, not JSON lines .*`use: json` reads it"),
        (b"name,text\na,b\n", "rows:1: not JSON"),
    ],
)
def test_a_file_that_is_no_json_lines_is_refused(read, content, message):
    with pytest.raises(DataError, match=message):
        read(JsonLines, content)


def test_all_rows_bad_is_an_error_even_where_bad_rows_are_skipped(read):
    with pytest.raises(
        DataError, match=r"no document could be read; the first bad row is .*rows:1"
    ):
        read(JsonLines, "1\n2\n", on_error="skip")


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path, context):
    (tmp_path / "awards.jsonl").write_text("{}")
    source = JsonLines(JsonLines.config_model(path=tmp_path / "award.jsonl"))
    with pytest.raises(DataError, match=r"no such file or folder; did you mean 'awards.jsonl'\?"):
        list(source.documents(context))


@pytest.fixture
def folder(tmp_path, context):
    """Read a folder of three shards and a file that is none of them."""
    root = tmp_path / "shards"
    (root / "more").mkdir(parents=True)
    for name in ("part-1.jsonl", "more/part-2.jsonl", "more/extra.jsonl.gz", ".hidden.jsonl"):
        line = json.dumps({"text": name}).encode() + b"\n"
        (root / name).write_bytes(gzip.compress(line) if name.endswith("gz") else line)
    (root / "README.md").write_text("not a row")

    def read_(**settings):
        config = JsonLines.config_model(**{"path": root, **settings})
        return [document.origin for document in JsonLines(config).documents(context)]

    return read_


def test_a_folder_is_read_file_by_file_in_the_order_of_their_paths(folder):
    assert folder() == ["more/extra.jsonl.gz:1", "more/part-2.jsonl:1", "part-1.jsonl:1"]
    assert folder(files="part-*.jsonl") == ["more/part-2.jsonl:1", "part-1.jsonl:1"]
    assert folder(files="more/*") == ["more/extra.jsonl.gz:1", "more/part-2.jsonl:1"]


def test_a_pattern_that_no_file_has_is_answered_with_those_there_are(folder, tmp_path):
    with pytest.raises(
        DataError, match=r"no file is called p\*.csv; there is README.md, more/extra"
    ):
        folder(files="p*.csv")
    with pytest.raises(
        DataError, match=r"it takes no pattern: name the folder, .* `files: '\*.jso"
    ):
        folder(path=tmp_path / "shards" / "*.jsonl")
    with pytest.raises(DataError, match=r"there is no such folder"):
        folder(path=tmp_path / "shards" / "part-1.jsonl", files="*.jsonl")
    (tmp_path / "none").mkdir()
    with pytest.raises(
        DataError, match=r"no file ends in .jsonl, .ndjson; there is no file at all"
    ):
        folder(path=tmp_path / "none")


def test_a_bad_row_of_a_folder_is_told_with_its_file(folder, tmp_path):
    with (tmp_path / "shards" / "more" / "part-2.jsonl").open("a") as file:
        file.write("[]\n")
    with pytest.raises(DataError, match=r"shards/more/part-2.jsonl:2: a JSON object is needed"):
        folder()


def test_limit_reads_no_further(read):
    documents = read(JsonLines, '{"text": "a"}\n{"text": "b"}\nbroken\n', limit=2)
    assert len(documents) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "a"}, {"text": "b"', r":1:29: not JSON: .*; the file was cut off: fetch"),
        ('[{"text": "a"}\n {"text": "b"}]', r":2:2: not JSON: `,` or `\]` is needed here"),
        ('[{"text": "a"},]', r":1:16: not JSON"),
        ('[{"text": "a"}] x', r":1:17: not JSON: something follows"),
        ('{"a": [], "b": []}', "say with `records` which field .* array: a, b"),
        ('{"a": 1}', "fields with an array: none"),
        ("3", "an array, or an object that holds one, is needed"),
        ("[]", "no document could be read"),
    ],
)
def test_damaged_json_is_refused_with_line_and_column(read, content, message):
    with pytest.raises(DataError, match=message):
        read(Json, content)


def test_the_records_field_can_be_named_and_a_misspelling_is_answered(read):
    content = '{"other": [1], "data": [{"text": "a"}]}'
    assert [d.text for d in read(Json, content, records="data")] == ["a"]
    with pytest.raises(DataError, match=r"no array in a field `dat`; did you mean 'data'"):
        read(Json, content, records="dat")


def test_records_in_a_file_without_an_array_are_answered_so(read):
    with pytest.raises(DataError, match="no array in a field `data`; no field holds an array"):
        read(Json, '{"a": 1}', records="data")


def test_a_bad_element_of_an_array_is_skipped_with_its_line(read, rejects):
    documents = read(Json, '[\n{"text": "a"},\n7,\n{"text": NaN}\n]', on_error="skip")
    assert [document.text for document in documents] == ["a"]
    assert [(r.where, r.reason) for r in rejects] == [
        ("rows:3", "a JSON object is needed, not a number"),
        ("rows:4", "NaN is not JSON; write null"),
    ]


def test_numbers_keep_their_value(read):
    content = '{"text": "a", "big": 123456789012345678901234567890, "small": 1e-320}'
    (document,) = read(JsonLines, content)
    assert document.metadata["big"] == 123456789012345678901234567890
    assert math.isclose(document.metadata["small"], 1e-320)


def test_a_template_with_a_syntax_error_is_found_before_anything_is_read():
    with pytest.raises(ValueError, match="line 2 of the template"):
        JsonLines.config_model(path="x", text="{{ a }}\n{{ b ")
