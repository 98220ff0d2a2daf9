"""Answers measured as Korean."""

import sys

import pytest
from pydantic import ValidationError

from byeori import Item
from byeori_korean.evaluators import KoreanAnswers
from byeori_korean.evaluators.answers import KOREAN


def value(metric, answer, item=None, **settings):
    config = KoreanAnswers.config_model(**settings)
    item = item or Item(instruction="물은 무엇입니까?", reference="물은 액체입니다.", language="ko")
    return KOREAN[metric](config)(answer, item)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("액체입니다.", 1),
        ("물은 액체입니다. 흐릅니다.", 1),
        ("액체예요.", 0),
        ("물은 액체입니다. 흘러요.", 0),
        ("물", None),
        ("", None),
    ],
)
def test_an_answer_keeps_the_level_of_the_right_answer(answer, expected):
    assert value("speech-level", answer).value == expected


def test_a_level_asked_for_by_name_counts_before_that_of_the_right_answer():
    item = Item(instruction="반말로 답해.", reference="액체입니다.", language="ko")
    assert value("speech-level", "액체야.", item).value == 1
    assert value("speech-level", "액체입니다.", item).value == 0
    assert value("speech-level", "액체입니다.", item, levels=["hapsyo"]).value == 1
    assert value("speech-level", "물", item).value == 0


def test_what_was_found_is_kept_with_the_score():
    outcome = value("speech-level", "액체예요.")
    assert outcome.metadata == {"levels": ["haeyo"], "wanted": ["hapsyo"]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("물은 액체입니다.", 1), ("물은 液體입니다.", 0), ("H2O", None), ("It is water.", None)],
)
def test_an_answer_keeps_to_korean_letters(answer, expected):
    assert value("script", answer).value == expected


@pytest.mark.parametrize("metric", KOREAN)
def test_questions_that_are_not_korean_are_not_scored(metric):
    item = Item(instruction="What is water?", reference="물입니다.", language="en")
    assert value(metric, "물입니다.", item).value is None


def test_the_metrics_of_the_text_are_measured_too():
    evaluator = KoreanAnswers(KoreanAnswers.config_model())
    assert tuple(evaluator.measures()) == tuple(evaluator.metric_names())
    assert evaluator.metric_names()[0] == "chrf"  # chrF before BLEU


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"korean": ["script", "script"]}, "named twice"),
        ({"korean": ["bleu"]}, "speech-level"),
        ({"levels": ["formal"]}, "hapsyo"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        KoreanAnswers.config_model(**settings)


def test_without_kiwi_speech_levels_are_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    with pytest.raises(ValidationError, match=r"pip install 'byeori\[korean\]'"):
        KoreanAnswers.config_model()
    KoreanAnswers.config_model(korean=["script"])
