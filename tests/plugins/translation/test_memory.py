"""`translate` from a translation memory: TMX and rows of pairs."""

import gzip
import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import DataError, Document
from byeori.bulk import with_id
from byeori.testing.server import OpenAIServer
from byeori_plugins.generators.translate import Translate, TranslateConfig
from byeori_plugins.translation.memory import Memory, same_tag
from byeori_plugins.translation.tmx import read_tmx

HEADER = (
    '<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
    '<tmx version="1.4"><header creationtool="t" creationtoolversion="1" segtype="sentence" '
    'o-tmf="t" adminlang="en" srclang="en" datatype="plaintext"/><body>\n'
)
PAIRS = {
    "Name the salt.": "소금의 이름을 말하라.",
    "It is NaCl.": "그것은 NaCl이다.",
    "It has a mass of 58 g.": "질량은 58 g이다.",
}


def unit(pairs, **attributes):
    tu = ElementTree.Element("tu", attributes)
    for language, text in pairs.items():
        tuv = ElementTree.SubElement(tu, "tuv", {"xml:lang": language})
        ElementTree.SubElement(tuv, "seg").text = text
    return ElementTree.tostring(tu, encoding="unicode")


def tmx(path, units, encoding="utf-8"):
    text = HEADER.format(encoding=encoding) + "\n".join(units) + "\n</body></tmx>\n"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def memory(tmp_path):
    units = [unit({"en-US": text, "ko": said}) for text, said in PAIRS.items()]
    return tmx(tmp_path / "memory.tmx", units)


def documents(*rows):
    return [
        with_id(Document(text=str(row), language="en", metadata={"instructions": [row]}))
        for row in rows
    ]


def translated(context, rows, **settings):
    config = TranslateConfig.model_validate({"to": "ko", **settings})
    return list(Translate(config).examples(iter(documents(*rows)), context))


def test_texts_of_the_memory_are_translated_without_any_service(context, memory):
    rows = [{"instruction": "Name the salt.", "output": "It is NaCl. It has a mass of 58 g."}]
    (made,) = translated(context, rows, memory=memory)
    assert (made.instruction, made.output) == (
        "소금의 이름을 말하라.",
        "그것은 NaCl이다. 질량은 58 g이다.",
    )
    assert made.metadata["instruction_memory"] == "memory.tmx:4"
    assert made.metadata["output_memory"] == "memory.tmx:5, memory.tmx:6"


def test_a_text_that_is_not_in_it_is_refused_and_counted_and_never_left_as_it_was(
    context, memory, heard
):
    rows = [
        {"instruction": "Name the salt.", "output": "It is NaCl. Nobody wrote this."},
        {"instruction": "Name the salt.", "output": "It is NaCl."},
    ]
    (made,) = translated(context, rows, memory=memory)
    assert made.output == "그것은 NaCl이다."
    (reject,) = heard.rejects
    assert reject.reason.startswith("the memory has no translation of a text")
    assert reject.text == "output: It is NaCl. Nobody wrote this."


def test_what_the_memory_lacks_goes_to_the_service_and_nothing_else_does(context, memory):
    def reply(body):
        assert "NaCl" not in body["messages"][-1]["content"]
        return json.dumps({"instruction": "너는 소금을 아는가?"}, ensure_ascii=False)

    rows = [
        {"instruction": "Do you know salt?", "output": "It is NaCl."},
        {"instruction": "Name the salt.", "output": "It is NaCl."},
    ]
    with OpenAIServer(reply) as server:
        model = {"name": "m", "base_url": server.base_url}
        first, second = translated(context, rows, memory=memory, model=model)
    assert len(server.bodies) == 1
    assert (first.instruction, first.output) == ("너는 소금을 아는가?", "그것은 NaCl이다.")
    assert "instruction_answer" in first.metadata and "output_memory" in first.metadata
    assert second.instruction == "소금의 이름을 말하라."


def test_the_memory_is_checked_as_any_translator_is(context, tmp_path, heard):
    wrong = {"en": "It has a mass of 58 g.", "ko": "질량은 85 g이다."}
    path = tmx(tmp_path / "wrong.tmx", [unit(wrong), unit({"en": "Name it.", "ko": "말하라."})])
    rows = [{"instruction": "Name it.", "output": wrong["en"]}]
    assert translated(context, rows, memory=path) == []
    assert [reject.reason for reject in heard.rejects] == ["a number was lost in translation"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pairs.tsv", "en\tko\tnote\nIt is NaCl.\t그것은 NaCl이다.\t\n"),
        ("pairs.csv", 'en,ko\n"It is NaCl.",그것은 NaCl이다.\n'),
        ("pairs.jsonl", '{"en": "It is NaCl.", "ko": "그것은 NaCl이다.", "id": 7}\n'),
        ("hub.jsonl", '{"translation": {"en": "It is NaCl.", "ko": "그것은 NaCl이다."}}\n'),
    ],
)
def test_rows_with_a_text_for_each_language_are_a_memory(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = Memory(tmp_path / name, "ko").find("It is NaCl.", "en")
    assert found is not None and found.text == "그것은 NaCl이다."
    assert found.origin == f"{name}:{1 if name.endswith('jsonl') else 2}"


def test_a_folder_is_read_whole_and_a_packed_file_as_it_is(tmp_path, memory):
    packed = tmp_path / "more.tmx.gz"
    text = HEADER.format(encoding="utf-8") + unit({"en": "Hello.", "ko": "안녕."}) + "</body></tmx>"
    packed.write_bytes(gzip.compress(text.encode()))
    both = Memory(tmp_path, "ko")
    assert len(both) == 4
    assert both.find("Hello.", "en").origin == "more.tmx.gz:4"


def test_tmx_in_utf_16_with_inline_codes_and_old_language_names_is_read(tmp_path):
    body = (
        '<tu><tuv lang="EN"><seg>A <bpt i="1">&lt;b&gt;</bpt>bold<ept i="1">&lt;/b&gt;</ept> '
        'word<ph/>.</seg></tuv><tuv xml:lang="ko-KR"><seg>굵은 &lt;b&gt;낱말&lt;/b&gt;.</seg>'
        "</tuv></tu>"
    )
    path = tmx(tmp_path / "old.tmx", [body], encoding="utf-16")
    (found,) = read_tmx(path, "old.tmx")
    assert found.texts == {"EN": "A <b>bold</b> word.", "ko-KR": "굵은 <b>낱말</b>."}
    assert Memory(path, "ko").find("A <b>bold</b> word.", "en-GB").text == "굵은 <b>낱말</b>."
    assert Memory(path, "ko").find("A <b>bold</b> word.", "de") is None


def test_the_newest_of_several_translations_counts(tmp_path):
    units = [
        unit({"en": "Hello.", "ko": "새로운 인사."}, changedate="20240101T000000Z"),
        unit({"en": "Hello.", "ko": "오래된 인사."}, creationdate="20200101T000000Z"),
    ]
    memory = Memory(tmx(tmp_path / "dated.tmx", units), "ko")
    assert memory.several == 1
    assert memory.find("Hello.", "en").text == "새로운 인사."
    (tmp_path / "undated.tsv").write_text("en\tko\nHi.\t하나\nHi.\t둘\n", encoding="utf-8")
    assert Memory(tmp_path / "undated.tsv", "ko").find("Hi.", "en").text == "둘"


def test_a_document_type_opens_no_other_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read me", encoding="utf-8")
    text = (
        f'<!DOCTYPE tmx [<!ENTITY x SYSTEM "{secret.as_uri()}">]><tmx version="1.4"><body><tu>'
        '<tuv xml:lang="en"><seg>Hello &x;</seg></tuv><tuv xml:lang="ko"><seg>안녕</seg></tuv>'
        "</tu></body></tmx>"
    )
    path = tmp_path / "entity.tmx"
    path.write_text(text, encoding="utf-8")
    (found,) = read_tmx(path, path.name)
    assert "do not read me" not in found.texts["en"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "cut.tmx",
            HEADER.format(encoding="utf-8") + unit({"en": "a", "ko": "b"}),
            "not whole XML",
        ),
        ("no.tmx", "<tmx version='1.4'><body/></tmx>", "no translation unit"),
        (
            "tag.tmx",
            "<tmx><body><tu><tuv><seg>a</seg></tuv></tu></body></tmx>",
            "name its language",
        ),
        ("one.jsonl", '{"en": "alone"}', "one.jsonl:1: no pair of translations"),
        ("moses.tsv", "A sentence here.\t문장\nAnother one.\t또\n", "no pair of translations"),
        ("other.tsv", "en\tfr\nHello.\tBonjour.\n", "nothing in `ko`; there is `en`, `fr`"),
    ],
)
def test_a_damaged_or_foreign_memory_is_told(tmp_path, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        Memory(tmp_path / name, "ko")
    assert said in str(error.value)


def test_a_memory_needs_no_service_but_cannot_translate_back():
    TranslateConfig.model_validate({"to": "ko", "memory": "m.tmx"})
    with pytest.raises(ValidationError, match="only give the original again"):
        TranslateConfig.model_validate({"to": "ko", "memory": "m.tmx", "min_back_chrf": 40})
    with pytest.raises(ValidationError, match="or a `memory`"):
        TranslateConfig.model_validate({"to": "ko"})


@pytest.mark.parametrize(
    ("tag", "other", "same"),
    [("ko", "ko-KR", True), ("zh-TW", "zh-CN", False), ("en-US", "EN", True), ("en", "enm", False)],
)
def test_tags_are_compared_by_their_parts(tag, other, same):
    assert same_tag(tag, other) is same


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(str.strip)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=5))
def test_whatever_stands_in_a_tmx_file_is_found_again(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("tmx") / "any.tmx"
    tmx(path, [unit({"en": text, "ko": said}) for text, said in pairs.items()])
    memory = Memory(path, "ko")
    assert len({text.strip() for text in pairs}) >= len(memory) > 0
    for text in pairs:
        assert memory.find(text, "en") is not None
