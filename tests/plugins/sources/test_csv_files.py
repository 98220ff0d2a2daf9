import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import DataError
from byeori_plugins.sources import BadRow, Csv, Row, csv_records, read_csv
from byeori_plugins.sources.csv_files import recognise_delimiter

cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=6)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(
    rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6),
    delimiter=st.sampled_from(",\t;|"),
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
)
def test_what_the_standard_library_writes_is_read_back(tmp_path, rows, delimiter, end, bom):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    path = tmp_path / "rows.csv"
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + buffer.getvalue().encode())
    assert [tuple(row.values.values()) for row in read_csv(path)] == rows


@quick
@given(st.binary(max_size=60))
def test_any_bytes_give_rows_or_a_data_error(tmp_path, content):
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    try:
        assert all(isinstance(row, Row | BadRow) for row in read_csv(path))
    except DataError as error:
        assert str(path) in str(error)


def test_the_line_of_a_row_is_where_it_starts_also_after_quoted_line_ends(read):
    documents = read(Csv, 'text,n\n"one\ntwo",1\nthree,2\n\nfour,3\n')
    assert [(d.text, d.origin) for d in documents] == [
        ("one\ntwo", "rows:2"),
        ("three", "rows:4"),
        ("four", "rows:6"),
    ]
    assert documents[0].metadata == {"text": "one\ntwo", "n": "1"}


def test_ragged_and_misquoted_rows_are_skipped_with_their_lines(read, rejects):
    documents = read(Csv, 'text,n\na,1\nb\nc,1,2\n"d"x,1\ne,2\n', on_error="skip")
    assert [document.text for document in documents] == ["a", "e"]
    assert [(r.where, r.reason) for r in rejects] == [
        ("rows:3", "1 fields where 2 are named"),
        ("rows:4", "3 fields where 2 are named"),
        ("rows:5", "not CSV: ',' expected after '\"'"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('text\n"a\nb\nc\n', r"rows:2: a quotation mark opened in this row is never closed"),
        ("text,text\na,b\n", "the header names `text` twice"),
        (",\na,b\n", "the header names no column"),
        ("text,n\n", "no document could be read"),
        ("name,n\na,1\n", r"rows:2: there is no field `text` \(there is n, name\); correct"),
        (b"text\n\xb0\xa1\n", r":2: not UTF-8 at byte 5 .*iconv -f CP949"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(read, content, message):
    with pytest.raises(DataError, match=message):
        read(Csv, content)


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("a,b,c", ","), ("a\tb,c\td", "\t"), ("a;b", ";"), ('"x,y,z"|b', "|"), ("alone", ",")],
)
def test_the_delimiter_is_the_one_that_makes_most_fields(line, delimiter):
    assert recognise_delimiter(line) == delimiter


def test_columns_name_the_fields_of_a_file_without_a_header(read):
    (document,) = read(Csv, "a;1\n", columns=["text", "n"])
    assert document.metadata == {"text": "a", "n": "1"}
    assert document.origin == "rows:1"


def test_a_column_without_a_name_is_called_by_its_number(read):
    (document,) = read(Csv, ",text\n0,a\n")
    assert document.metadata == {"column_1": "0", "text": "a"}


def test_a_cell_longer_than_the_standard_limit_is_read(read):
    (document,) = read(Csv, "text\n" + "a" * 200_000 + "\n")
    assert len(document.text) == 200_000


def test_the_limit_of_other_csv_readers_in_the_process_is_left_alone(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("text\n" + "a" * 200_000 + "\nb\n", encoding="utf-8")
    csv.field_size_limit(before := 131_072)  # Python's own
    rows = read_csv(path)
    assert len(next(rows).values["text"]) == 200_000
    assert csv.field_size_limit() == before
    assert len(list(rows)) == 1
    assert csv.field_size_limit() == before
    recognise_delimiter("a" * 200_000)
    assert csv.field_size_limit() == before


def test_a_line_of_white_space_is_a_blank_line(read):
    documents = read(Csv, "text,n\na,1\n  \nb,2\n")
    assert [document.origin for document in documents] == ["rows:2", "rows:4"]


def test_records_are_read_without_naming_their_fields(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('"a\nb",1\n\n"c"x,2\nd\n', encoding="utf-8")
    assert list(csv_records(path, ",")) == [
        (1, ["a\nb", "1"]),
        (4, "not CSV: ',' expected after '\"'"),
        (5, ["d"]),
    ]


@pytest.mark.parametrize(
    ("parts", "settings", "rows"),
    [
        (("korean_chatbot", "ChatbotData.csv"), {"text": "A", "title": "Q"}, 11_823),
        (("kobest", "COPA_dev.tsv"), {"text": "{{ row.values() | first }}"}, 500),
        (
            ("mmlu", "astronomy_test.csv"),
            {"text": "q", "columns": ["q", "a", "b", "c", "d", "answer"]},
            152,
        ),
    ],
)
def test_real_files_are_read_whole(shared_data, context, parts, settings, rows):
    source = Csv(Csv.config_model(path=shared_data(*parts), **settings))
    assert len(list(source.documents(context))) == rows
