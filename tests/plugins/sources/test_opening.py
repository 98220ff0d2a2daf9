"""Files that are packed, in another encoding, damaged, or larger than what is held of them."""

import bz2
import gzip
import json
import lzma
import tracemalloc

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import DataError
from byeori_plugins.sources import (
    Csv,
    InstructionSet,
    Json,
    JsonLines,
    Parquet,
    Text,
    opening,
    read_json,
    recognise_form,
)
from byeori_plugins.sources.files import text_lines
from byeori_plugins.sources.json_text import JsonText

ROWS = [{"instruction": f"더하기 {n}", "output": str(n)} for n in range(2000)]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: pa.compress(data, codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_file_reads_as_the_file_in_it(read, ending):
    documents = read(InstructionSet, PACKERS[ending](LINES), f"set.jsonl.{ending}")
    plain = read(InstructionSet, LINES, f"set.jsonl.{ending}")
    assert documents == plain
    assert len(documents) == len(ROWS)


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_a_packed_file_that_was_cut_off_is_refused_however_many_rows_were_read(read, ending, name):
    whole = LINES if name.endswith("l") else json.dumps(ROWS).encode()
    packed = PACKERS[ending](whole)
    source = JsonLines if name.endswith("l") else Json
    with pytest.raises(DataError, match=rf"{name}: cannot be read as a file packed with .*whole\?"):
        read(source, packed[: len(packed) * 2 // 3], name, text="output", on_error="skip")


def test_parquet_is_not_packed_again(read):
    with pytest.raises(DataError, match=r"a.parquet.gz: a packed Parquet file; unpack it"):
        read(Parquet, gzip.compress(b"PAR1"), "a.parquet.gz")


def test_packed_files_of_a_folder_are_read_and_their_form_is_that_of_the_name_without_it(tmp_path):
    for name, form in (("a.jsonl.gz", "jsonl"), ("b.parquet.zst", "parquet"), ("c.gz", "csv")):
        path = tmp_path / name
        path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
        assert recognise_form(path) == form


def test_a_file_of_another_kind_is_refused_by_its_first_bytes(read):
    for start, kind in (
        (b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"),
        (b"%PDF-1.7", "a PDF file"),
        (b"PK\x03\x04", "a zip archive"),
        (gzip.compress(b"PAR1"), "a Parquet file"),
        (gzip.compress(gzip.compress(b"{}")), "packed twice"),
    ):
        for source in (Json, JsonLines, Csv):
            with pytest.raises(DataError, match=f"rows: this is {kind}"):
                read(source, start)


KOREAN = "대한민국의 수도는 서울이다."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (JsonLines, f'{{"text": "a"}}\n{{"text": "{KOREAN}"}}\n'),
        (Json, f'[{{"text": "a"}},\n{{"text": "{KOREAN}"}}]'),
        (Csv, f"text\n{KOREAN}\n"),
        (Text, f"\n{KOREAN}\n"),
        (InstructionSet, f"instruction,output\na,{KOREAN}\n"),
    ],
)
def test_korean_text_from_windows_is_told_to_be_so_and_can_be_read(read, source, text):
    content = text.encode("cp949")
    with pytest.raises(DataError, match=r"rows:2: not UTF-8 .* it looks like CP949; convert"):
        read(source, content)
    assert KOREAN in read(source, content, encoding="ms949")[-1].text
    with pytest.raises(DataError, match=r"rows:2: not CP949 at byte \d+ of the file"):
        read(source, text.replace("한", "한\ud7a3").encode(), encoding="cp949")


def test_what_was_saved_in_the_place_of_data_is_told(read):
    with pytest.raises(DataError, match=r"set.json: this is a web page, not data; was an error"):
        read(InstructionSet, "\n<!DOCTYPE html>\n<html>", "set.json")
    with pytest.raises(DataError, match=r"there are no rows \(a table's first line is its header"):
        read(InstructionSet, "instruction,output\n", "set.csv")


def test_the_line_ends_of_old_macs_are_told(read):
    with pytest.raises(DataError, match=r"rows:1: a carriage return inside a line: old Macs"):
        read(Csv, "text\ra\r")
    with pytest.raises(DataError, match=r"rows:1: .*on the line \(lines end in carriage returns"):
        read(JsonLines, '{"text": "a"}\r{"text": "b"}\r')


def test_other_bytes_are_not_told_to_be_korean(read):
    with pytest.raises(DataError) as refused:
        read(JsonLines, b'{"text": "caf\xe9 au lait, cr\xe8me"}\n')
    assert "CP949;" not in str(refused.value)


@pytest.mark.parametrize("name", ["cp94", "hex", "utf-16"])
def test_an_encoding_that_is_none_is_a_mistake_in_the_recipe(tmp_path, name):
    with pytest.raises(ValueError, match=r"no encoding of text is called|files in utf-16 are not"):
        JsonLines.config_model(path=tmp_path, encoding=name)


chars = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=9)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | chars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(chars, inner, max_size=3),
    max_leaves=6,
)
many = settings(max_examples=150, deadline=None)


def cut(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


@many
@given(
    rows=st.lists(values, max_size=5),
    size=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
    ascii_=st.booleans(),
)
def test_json_is_read_alike_however_small_the_pieces_it_comes_in(rows, size, indent, ascii_):
    text = json.dumps(rows, indent=indent, ensure_ascii=ascii_, allow_nan=False)
    read = list(JsonText("x", cut(text, size)).array())
    assert [value for _, value, _ in read] == rows
    starts, decoder, place = [], json.JSONDecoder(), 1
    for _ in rows:
        while text[place] in ", \n":
            place += 1
        starts.append(text.count("\n", 0, place) + 1)
        place = decoder.raw_decode(text, place)[1]
    assert [line for line, _, _ in read] == starts


@many
@given(text=st.text('[]{}",:1e-.tru\\ \nnulds😀', max_size=30), size=st.integers(1, 9))
def test_what_is_wrong_is_said_alike_however_small_the_pieces(text, size):
    def told(pieces):
        reader = JsonText("x", pieces)
        try:
            read = list(reader.array())
            reader.nothing_more()
        except DataError as error:
            return str(error)
        return read

    assert told(cut(text, size)) == told([text])
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    strict = isinstance(value, list) and "NaN" not in text
    assert strict == isinstance(told([text]), list)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text("가😀a\n", min_size=1), bad=st.none() | st.integers(0, 40), size=st.integers(1, 9)
)
def test_pieces_and_lines_give_the_same_text_or_tell_the_same_byte(
    tmp_path, monkeypatch, text, bad, size
):
    monkeypatch.setattr(opening, "PIECE", size)
    path = tmp_path / "text"
    content = text.encode()
    path.write_bytes(content if bad is None else content[:bad] + b"\xff" + content[bad:])

    def told(read):
        try:
            return "".join(read(path))
        except DataError as error:
            return error.args

    assert told(opening.text_pieces) == told(text_lines)
    if bad is None:
        assert told(text_lines) == text


@pytest.mark.parametrize("packer", [gzip.compress, PACKERS["zst"], bz2.compress, lzma.compress])
def test_files_packed_in_parts_and_put_together_are_read_whole(read, packer):
    content = b"".join(packer(f'{{"text": "{n}"}}\n'.encode()) for n in range(3))
    assert [document.text for document in read(JsonLines, content)] == ["0", "1", "2"]


@pytest.mark.parametrize("one_line", [True, False])
def test_no_more_of_a_large_array_is_held_than_a_few_pieces(tmp_path, one_line):
    path = tmp_path / "large.json"
    row = json.dumps({"instruction": "a" * 900, "output": "b" * 100})
    with path.open("w") as file:
        file.write('{"info": [1], "data": [')
        file.write(("," if one_line else ",\n").join([row] * 24_000))
        file.write("]}")
    assert path.stat().st_size > 24e6
    tracemalloc.start()
    rows = sum(1 for _ in read_json(path, "data"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 24_000
    assert most < 8e6


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=80))
def test_any_bytes_give_documents_or_a_data_error_that_names_the_file(tmp_path, context, content):
    path = tmp_path / "set.json"
    path.write_bytes(content)
    try:
        list(InstructionSet(InstructionSet.config_model(path=path)).documents(context))
    except DataError as error:
        assert str(path) in str(error)
