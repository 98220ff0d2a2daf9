import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF

from byeori import DataError, Item, Score
from byeori_plugins.evaluators.metrics import METRICS, MetricSettings, Outcome, summaries
from byeori_plugins.evaluators.metrics.squad import korquad_answer, squad_answer

PAIRS = [
    ("iron melts at 1538 degrees", "iron melts at 1538 degrees Celsius"),
    ("물은 수소와 산소로 되어 있다", "물은 산소와 수소로 이루어져 있다"),
    ("", "an answer"),
    ("the boats carry salt and timber to the town", "boats carry salt and timber to a town"),
]


def outcome(metric: str, answer: str, reference: str = "", **settings: Any) -> Outcome:
    metadata = settings.pop("metadata", {})
    language = settings.pop("language", "")
    item = Item(
        instruction=settings.pop("instruction", "?"),
        reference=reference,
        metadata=metadata,
        language=language,
    )
    return METRICS[metric](MetricSettings(**settings))(answer, item)


def value(metric: str, answer: str, reference: str = "", **settings: Any) -> float | None:
    return outcome(metric, answer, reference, **settings).value


@pytest.mark.parametrize(
    ("text", "squad", "korquad"),
    [
        ("The Town, an old one!", "town old one", "the town an old one"),
        ("A.B.C.", "abc", "abc"),
        ("‘물’의 《역사》(상)", "‘물’의 《역사》상", "물 의 역사 상"),
        ("  3,000 명 ", "3000 명", "3000 명"),
        ("theatre", "theatre", "theatre"),
    ],
)
def test_answers_are_normalised_as_the_official_scripts_do(
    text: str, squad: str, korquad: str
) -> None:
    # What the scripts of SQuAD 1.1 and KorQuAD 1.0 give.
    assert squad_answer(text) == squad
    assert korquad_answer(text) == korquad


def test_the_rules_of_korquad_keep_its_own_answers_apart(shared_data: Callable[..., Path]) -> None:
    data = json.loads(shared_data("korquad", "KorQuAD_v1.0_dev.json").read_text(encoding="utf-8"))
    questions = [q for row in data["data"] for p in row["paragraphs"] for q in p["qas"]]
    answers = [question["answers"][0]["text"] for question in questions[:500]]
    for answer in answers:
        assert value("exact-match", answer, answer, normalise="korquad") == 1
        assert value("token-f1", answer, f"{answer}이다", normalise="korquad") != 1


def test_f1_of_korquad_is_over_characters_and_that_of_squad_over_words() -> None:
    # By hand: 4 characters of 4 and of 6.
    assert value("token-f1", "공유 결합", "공유결합이다", normalise="korquad") == pytest.approx(0.8)
    assert value("token-f1", "공유 결합", "공유결합이다", normalise="squad") == 0
    squad = value("token-f1", "the old town", "an old quiet town", normalise="squad")
    assert squad == pytest.approx(0.8)


def test_the_best_of_several_right_answers_counts() -> None:
    metadata = {"references": ["iron", "Fe"]}
    for metric in ("exact-match", "token-f1", "rouge-l"):
        assert value(metric, "fe", "iron", metadata=metadata) == 1
    assert value("chrf", "Fe", "iron", metadata=metadata) == pytest.approx(100)


@pytest.mark.parametrize(
    ("language", "reference", "same_as"),
    [("ko", "x", "char"), ("ja", "x", "char"), ("", "물은 액체다", "char"), ("en", "물은", "13a")],
)
def test_bleu_cuts_korean_into_characters(language: str, reference: str, same_as: str) -> None:
    item = Item(instruction="?", reference=reference, language=language)
    found = [
        METRICS["bleu"](MetricSettings(bleu_tokens=tokens))("물이 액체다 x", item)  # type: ignore[arg-type]
        for tokens in ("auto", same_as)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("tokens", ["13a", "char"])
def test_bleu_and_chrf_are_those_of_sacrebleu(tokens: str) -> None:
    scores = []
    for metric in ("bleu", "chrf"):
        for number, (answer, right) in enumerate(PAIRS):
            found = outcome(metric, answer, right, bleu_tokens=tokens)
            scores.append(
                Score(
                    item_id=str(number), metric=metric, value=found.value, metadata=found.metadata
                )
            )
    answers, rights = [a for a, _ in PAIRS], [[r for _, r in PAIRS]]
    sentence = BLEU(effective_order=True, tokenize=tokens)
    for score, (answer, right) in zip(scores, PAIRS, strict=False):
        assert score.value == sentence.sentence_score(answer, [right]).score
    for score, (answer, right) in zip(scores[4:], PAIRS, strict=True):
        assert score.value == CHRF().sentence_score(answer, [right]).score
    found = summaries(scores, ("bleu", "chrf"), MetricSettings())
    assert found == {
        "corpus_bleu": pytest.approx(BLEU(tokenize=tokens).corpus_score(answers, rights).score),
        "corpus_chrf": pytest.approx(CHRF().corpus_score(answers, rights).score),
    }


def test_rouge_l_is_told_by_what_its_tokens_are() -> None:
    assert value("rouge-l", "물은 액체", "물이 액체") == pytest.approx(3 / 4)
    assert value("rouge-l", "물은 액체", "물이 액체", tokens="words") == pytest.approx(1 / 2)


def test_rouge_l_over_morphemes_finds_the_noun_whatever_its_particle() -> None:
    pytest.importorskip("kiwipiepy", reason="the extra byeori[korean] is not installed")
    found = value("rouge-l", "물은 액체", "물이 액체", tokens="morphemes")
    assert found == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("answer", "right", "expected"),
    [
        ("It is 50.7 atm.", "50.7 atm", 1.0),
        ("It is 51.0 atm.", "50.7 atm", 1.0),  # within 1 %
        ("It is 52 atm.", "50.7 atm", 0.0),
        ("0.05 L가 됩니다", "50 mL", 1.0),
        ("0.05", "50 mL", 0.0),
        ("25 °C", "298.15 K", 1.0),
        ("first 3 mol, so 5 g", "5 g", 1.0),
        ("5 g in 3 mol", "5 g", 1.0),
        ("25 %", "20-30 %", 1.0),
        ("20-30 %", "20-30 %", 1.0),
        ("20-40 %", "20-30 %", 0.0),
        ("35 %", "20-30 %", 0.0),
        ("7.0", "7", 1.0),
        ("3 then 8", "7", 0.0),
        ("no number", "7", 0.0),
        ("", "7", 0.0),
        ("-3", "3", 0.0),
        ("0", "0", 1.0),
        ("5", "iron", None),
    ],
)
def test_a_number_is_right_in_any_unit_of_its_dimension(
    answer: str, right: str, expected: float | None
) -> None:
    assert value("numeric", answer, right) == expected


def test_a_number_without_its_unit_may_be_right_where_that_is_asked_for() -> None:
    assert value("numeric", "50", "50 mL", needs_unit=False) == 1
    assert value("numeric", "50 kg", "50 mL", needs_unit=False) == 0
    assert value("numeric", "50.4", "50", tolerance=0) == 0


def test_json_is_told_with_what_is_wrong() -> None:
    assert value("json", '```json\n{"a": [1]}\n```') == 1
    assert value("json", "4") == 1
    for answer in ("", "{'a': 1}", '{"a": NaN}', "{} {}", "Here: {}"):
        found = outcome("json", answer)
        assert (found.value, bool(found.metadata["problem"])) == (0, True)


def test_an_answer_is_held_against_its_items_schema_or_the_files(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["name"]}
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema))
    assert value("json-schema", '{"name": 1}', json_schema=path) == 1
    found = outcome("json-schema", "{}", json_schema=path)
    assert (found.value, found.metadata["problem"]) == (0, "$: 'name' is a required property")
    own = {"json_schema": {"type": "array"}}
    assert value("json-schema", '{"name": 1}', json_schema=path, metadata=own) == 0
    assert value("json-schema", "{}") is None
    path.write_text('{"type": 3}')
    with pytest.raises(DataError, match=r"schema\.json: `json_schema` must name a JSON Schema"):
        value("json-schema", "{}", json_schema=path)


TABLE = [
    {"material": "QPPO", "WU": "35 %", "IEC": "1.5 mmol/g"},
    {"material": "PVA", "WU": "-", "IEC": "N/A"},
]


def extraction(answer: object, right: object = TABLE, **settings: Any) -> Outcome:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return outcome("extraction-f1", text, json.dumps(right), **settings)


def test_values_are_found_by_field_whatever_their_unit() -> None:
    answer = [{"WU": "35%", "IEC": "1.5 meq/g", "material": "QPPO"}, {"material": "PVA"}]
    assert extraction(answer).value == 1
    assert extraction(TABLE[::-1]).value == 1
    assert extraction([{"material": "QPPO", "WU": "35 %"}]).metadata["fields"] == {
        "IEC": [0, 0, 1],
        "WU": [1, 0, 0],
        "material": [1, 0, 1],
    }


def test_an_absent_value_is_no_value() -> None:
    absent = {"WU": "-", "IEC": "n/a", "note": None, "name": ""}
    assert extraction(absent, {"WU": "-"}).value == 1
    assert extraction({"WU": "3 %"}, {"WU": "N/A"}).metadata["fields"] == {"WU": [0, 1, 0]}
    assert extraction({"WU": "-"}, {"WU": "3 %"}).metadata["fields"] == {"WU": [0, 0, 1]}
    assert extraction({"WU": "unknown"}, {"WU": "-"}, absent=("unknown", "-")).value == 1


def test_a_value_counts_only_in_its_record_where_records_have_a_key() -> None:
    swapped = [{"material": "PVA", "WU": "35 %", "IEC": "1.5 mmol/g"}, {"material": "QPPO"}]
    fields = ("WU", "IEC")
    assert extraction(swapped, fields=fields).value == 1
    assert extraction(swapped, fields=fields, record_key="material").value == 0
    assert extraction(TABLE, fields=fields, record_key="material").value == 1


def test_lists_of_values_are_compared_one_by_one() -> None:
    # By hand: 2 right, 1 wrong, 1 missed.
    found = extraction({"A": ["x", "y", "z"]}, {"A": ["y", "x", "w"]})
    assert found.value == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert extraction({"A": ["x", "x"]}, {"A": ["x"]}).metadata["fields"] == {"A": [1, 1, 0]}


def test_an_answer_that_is_no_json_finds_nothing_and_a_reference_that_is_none_is_unscored() -> None:
    found = extraction("WU is 35 %")
    assert (found.value, found.metadata["fields"]["WU"]) == (0, [0, 0, 1])
    assert outcome("extraction-f1", "{}", "no JSON").value is None
    # Nothing was to be found, and the answer is no JSON all the same.
    assert extraction("nothing", {"WU": "-"}).value == 0


def test_extraction_of_a_dictionary_whose_keys_name_the_records() -> None:
    right = json.dumps({"MATERIAL": {"QPPO": {"WU": "35 %"}, "PPO": {"WU": "12 %"}}})
    same = "{'MATERIAL': {'ppo': {'WU': '12 %'}, 'QPPO': {'WU': ['35 %']}}}"
    swapped = "{'MATERIAL': {'PPO': {'WU': '35 %'}, 'QPPO': {'WU': '12 %'}}}"
    assert value("extraction-f1", same, right, record_level=2) == 1
    assert value("extraction-f1", swapped, right, record_level=2) == 0
    assert value("extraction-f1", swapped, right) == 1


@pytest.mark.parametrize("answer", ["12", '"-"', "null", "__import__('os')", "{'A': open}"])
def test_what_is_no_object_extracts_nothing_even_where_there_is_nothing(answer: str) -> None:
    found = outcome("extraction-f1", answer, '{"WU": "-"}')
    assert found.value == 0 and found.metadata["problem"]


def test_extraction_f1_over_all_values_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    rights = [{"A": "x", "B": "-"}, {"A": "y", "B": "u"}, {"A": "-", "B": "v"}]
    answers = [{"A": "x", "B": "w"}, {"A": "-", "B": "u"}, {"A": "z", "B": "-"}]
    scores = []
    for number, (answer, right) in enumerate(zip(answers, rights, strict=True)):
        found = extraction(answer, right, fields=("A", "B"))
        scores.append(
            Score(item_id=str(number), metric="extraction-f1", value=0.0, metadata=found.metadata)
        )
    settings = MetricSettings(fields=("A", "B"))
    found_all = summaries(scores, ("extraction-f1",), settings)
    # One label for each value that is there or claimed, by item.
    expected = {"A": ([1, 1, 0], [1, 0, 1]), "B": ([0, 1, 1], [1, 1, 0])}
    for name, (there, claimed) in expected.items():
        assert found_all[f"f1_{name}"] == pytest.approx(f1_score(there, claimed))
    there, claimed = ([x for pair in expected.values() for x in pair[side]] for side in (0, 1))
    assert found_all["micro_f1"] == pytest.approx(f1_score(there, claimed))


@pytest.mark.parametrize(
    ("answer", "settings", "expected"),
    [
        ("물은 액체입니다.", {"instruction": "물은 어떤 상태인가요?"}, 1.0),
        ("It is a liquid at room temperature.", {"instruction": "물은 어떤 상태인가요?"}, 0.0),
        ("물은 액체입니다.", {"language": "en"}, 0.0),
        ("리튬(Lithium) 이온은 Li+ 입니다.", {"language": "ko"}, 1.0),
        ("NaCl", {"language": "ko"}, None),
        ("42", {"language": "ko"}, None),
        ("iron", {"language": "en"}, 1.0),
        ("", {"language": "ko"}, 0.0),
        ("물", {"instruction": "H2O?"}, None),
    ],
)
def test_a_korean_question_wants_a_korean_answer(
    answer: str, settings: dict[str, Any], expected: float | None
) -> None:
    assert value("answer-language", answer, **settings) == expected


def test_instructions_are_counted_by_item_and_one_by_one() -> None:
    instructions = [
        {"id": "punctuation:no_comma", "arguments": {}},
        {"id": "startend:quotation", "arguments": {}},
    ]
    metadata = {"instructions": instructions}
    scores = []
    for number, answer in enumerate(['"a"', "a", "*a*, b"]):
        for metric in ("instructions", "instructions-loose"):
            found = outcome(metric, answer, metadata=metadata)
            scores.append(
                Score(
                    item_id=str(number), metric=metric, value=found.value, metadata=found.metadata
                )
            )
    assert [score.value for score in scores if score.metric == "instructions"] == [1, 0, 0]
    found_all = summaries(scores, ("instructions", "instructions-loose"), MetricSettings())
    assert found_all["instruction_level_strict"] == pytest.approx(3 / 6)
    assert outcome("instructions", "a").value is None


@given(st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_every_metric_keeps_to_its_scale(answer: str, reference: str) -> None:
    for name in METRICS:
        found = value(name, answer, reference)
        assert found is None or 0 <= found <= (100.0001 if name in ("chrf", "bleu") else 1)


def test_figures_over_no_items_are_none() -> None:
    assert summaries([], ("chrf", "bleu", "extraction-f1", "instructions"), MetricSettings()) == {}
