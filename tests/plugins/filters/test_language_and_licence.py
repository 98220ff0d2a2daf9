import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Document, Example
from byeori.bulk import with_id
from byeori_plugins.filters.language import Language
from byeori_plugins.filters.licence import Licence
from byeori_plugins.text.language import language_of

DATA = Path(__file__).parents[4] / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not in ../shared/data")


def answers(*outputs: str) -> list[Example]:
    return [with_id(Example(instruction="?", output=output)) for output in outputs]


def test_korean_with_english_words_is_korean_and_english_with_a_korean_name_is_english() -> None:
    mixed = "이 연구는 anion exchange membrane의 ion conductivity를 mS/cm 단위로 측정하였다."
    assert language_of(mixed) == "ko"
    assert language_of("The city of 서울 has about ten million inhabitants.") == "en"
    assert language_of("Der Wald ist im Winter still und die Wege sind leer.") == "de"
    assert language_of(mixed, hangul=0.9) == "en"


def test_numbers_formulas_addresses_and_short_names_are_in_no_language() -> None:
    for text in (
        "42",
        "LiPF6",
        "-",
        "https://example.org/a/long/path/of/english/words",
        "$\\alpha$",
    ):
        assert language_of(text) == ""
    assert language_of("네") == "ko"
    assert language_of("short enough", letters=5) != ""


@given(st.text(max_size=200))
def test_any_text_is_told_or_not_and_nothing_is_raised(text: str) -> None:
    assert isinstance(language_of(text), str)


def test_rows_in_other_languages_are_dropped_with_the_part_and_the_language(sift: Any) -> None:
    rows = answers("이것은 한국어 답변입니다.", "This answer stayed English, all of it.", "3.5")
    kept, context = sift(Language, rows, keep=["ko"])
    assert kept == [rows[0], rows[2]]
    assert context.rejects[0].reason == "output in another language: en"
    document = with_id(Document(text="All of this document is written in English."))
    assert sift(Language, [document], keep=["ko"])[1].rejects[0].reason == (
        "text in another language: en"
    )
    asked = with_id(Example(instruction="Translate it into Korean, please.", output="안녕"))
    assert sift(Language, [asked], keep=["ko"])[0] == []
    assert sift(Language, [asked], keep=["ko"], of=["output"])[0] == [asked]


def test_a_code_that_no_text_is_in_is_refused(sift: Any) -> None:
    with pytest.raises(DataError, match="told to be in 'kr'"):
        sift(Language, answers("a"), keep=["en", "kr"])
    with pytest.raises(ValueError, match="'en-US' is no language code"):
        Language.config_model(keep=["en-US"])


@real
def test_real_korean_and_english_rows_are_told_apart() -> None:
    with (DATA / "korean_chatbot" / "ChatbotData.csv").open(encoding="utf-8") as file:
        korean = [row["A"] for row in csv.DictReader(file)][:1000]
    told = [language_of(text) for text in korean]
    assert told.count("ko") >= 999
    lines = (DATA / "scitldr" / "SciTLDR-A_dev.jsonl").read_text(encoding="utf-8").splitlines()
    english = [" ".join(json.loads(line)["source"]) for line in lines]
    told = [language_of(text) for text in english]
    assert told.count("en") >= 0.995 * len(told)


def licensed(*licences: str) -> list[Document]:
    return [with_id(Document(text=licence or "none", licence=licence)) for licence in licences]


def test_only_documents_under_an_allowed_licence_stay(sift: Any) -> None:
    rows = licensed("MIT", "mit", "CC-BY-NC-4.0", "", "KOGL Type 1", "GPL-2.0")
    kept, context = sift(Licence, rows, allow=["MIT", "GPL-2.0-only"], names=["KOGL Type 1"])
    assert [row.licence for row in kept] == ["MIT", "mit", "KOGL Type 1", "GPL-2.0"]
    assert [reject.reason for reject in context.rejects] == [
        "licence not allowed: CC-BY-NC-4.0",
        "no licence given",
    ]
    assert len(sift(Licence, rows, allow=["MIT"], unknown=True)[0]) == 3


@pytest.mark.parametrize(
    ("licence", "stays"),
    [
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MIT AND CC0-1.0) OR GPL-3.0-only", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MIT and more (", False),
        ("some rights reserved", False),
    ],
)
def test_expressions_hold_if_the_allowed_licences_suffice(
    sift: Any, licence: str, stays: bool
) -> None:
    kept, _ = sift(Licence, licensed(licence), allow=["MIT", "CC0-1.0"])
    assert bool(kept) == stays


def test_a_name_that_is_no_spdx_identifier_is_refused() -> None:
    for name in ("CC BY", "MIT OR Apache-2.0"):
        with pytest.raises(ValueError, match="is no SPDX identifier"):
            Licence.config_model(allow=[name])
