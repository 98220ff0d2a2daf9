"""Speech levels against sentences labelled by hand, and against endings in real texts."""

from collections import Counter
from pathlib import Path

import pytest

from byeori import Document, Example
from byeori_korean.filters import SpeechLevel
from byeori_korean.text.speech import asked_levels, speech_levels

LABELLED = [
    line.split("\t")
    for line in (Path(__file__).parent / "speech_levels.tsv").read_text("utf-8").splitlines()
]


def found_in(text):
    levels = speech_levels(text)
    return levels[-1] if levels else "-"


def test_precision_and_recall_on_sentences_labelled_by_hand():
    pairs = Counter((label, found_in(text)) for label, text in LABELLED)
    assert pairs.total() >= 150
    for level in ("hapsyo", "haeyo", "haera", "hae", "hao"):
        right = pairs[level, level]
        assert right / sum(n for (label, _), n in pairs.items() if label == level) >= 0.95
        assert right / sum(n for (_, found), n in pairs.items() if found == level) >= 0.95
    assert pairs["-", "-"] == sum(n for (label, _), n in pairs.items() if label == "-")


def test_each_sentence_counts_and_quotations_do_not():
    assert speech_levels("물은 액체입니다. 그렇죠? 그는 “가자.”라고 했어.") == [
        "hapsyo",
        "haeyo",
        "hae",
    ]


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        ("다음 물음에 합니다체로 답하세요.", ("hapsyo",)),
        ("반말로 말해 줘", ("hae", "haera")),
        ("존댓말을 써서 다시 쓰세요", ("hapsyo", "haeyo")),
        ("반말로 쓴 글을 해요체로 바꿔라", ("haeyo",)),
        ("건물 해체 공사를 설명하라", ()),
        ("높임말이란 무엇인가?", ()),
    ],
)
def test_a_question_asks_for_a_level_by_name(question, levels):
    assert asked_levels(question) == levels


def example(number, output):
    return Example(id=str(number), instruction="?", output=output)


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({}, "01235"),
        ({"keep": ["hapsyo"]}, "05"),
        ({"keep": ["hapsyo", "haeyo"]}, "0135"),
        ({"consistent": "level"}, "0125"),
        ({"consistent": "no", "keep": ["haera", "hapsyo", "haeyo", "hae"]}, "012345"),
        ({"without": "drop"}, "01234"[:4]),
    ],
)
def test_the_filter_keeps_what_is_wanted(settings, kept, sift):
    rows = [
        example(0, "물은 액체입니다. 얼음은 고체입니다."),
        example(1, "물은 액체예요."),
        example(2, "물은 액체다."),
        example(3, "물은 액체예요. 얼음은 고체입니다."),
        example(4, "물은 액체예요. 얼음은 고체다."),
        example(5, "물"),
    ]
    out, context = sift(SpeechLevel, rows, **settings)
    assert "".join(row.id for row in out) == kept
    assert len(context.rejects) == len(rows) - len(kept)


def test_documents_are_looked_at_by_their_text(sift):
    rows = [Document(id="d", text="물은 액체다. 그렇습니다.")]
    kept, context = sift(SpeechLevel, rows)
    assert not kept
    assert context.rejects[0].reason == "text is polite in one sentence and plain in another"


def test_settings_that_drop_nothing_are_refused():
    with pytest.raises(ValueError, match="drop nothing"):
        SpeechLevel.config_model(consistent="no")
