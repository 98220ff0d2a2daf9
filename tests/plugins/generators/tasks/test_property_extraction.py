"""`property-extraction`: values with units, checked against the text."""

import csv
import json
import re

import pytest
from pydantic import ValidationError

from byeori import Document
from byeori.bulk import with_id
from byeori_plugins.generators.tasks import PropertyExtraction
from byeori_plugins.generators.tasks.properties import Property

TEXT = (
    "The water absorption of the QPPO membrane was 35.2% at a relative humidity of 90 %, and its "
    "WU rose to 41 – 45 % later. The ion conductivity of QPPO reached 45 mS cm−1."
)
ONE = [with_id(Document(text=TEXT, language="en"))]
WU = {"key": "WU", "name": "water uptake", "synonyms": ["WU", "water absorption"], "unit": "%"}
SETTINGS = {
    "properties": [WU],
    "stop": ["relative humidity", "RH"],
    "key": "AEM_MAT",
    "system": "You are an expert in {{ property.name }}.",
}
RIGHT = {
    "material": "QPPO membrane",
    "called": "water absorption",
    "value": "35.2 %",
    "quote": "The water absorption of the QPPO membrane was 35.2% at",
}


def found(*rows: dict) -> str:
    return json.dumps({"found": [{**RIGHT, **row} for row in rows]})


def test_values_and_materials_are_learnt_in_the_papers_form(generate):
    later = {"value": "41-45%", "called": "WU", "quote": "WU rose to 41 - 45 % later"}
    settings = {**SETTINGS, "system_in_examples": True}
    (example,) = generate(PropertyExtraction, found({}, later, later), ONE, **settings)
    assert json.loads(example.output) == {
        "AEM_MAT": {"QPPO membrane": {"WU": ["35.2%", "41 – 45 %"]}}
    }
    assert example.system == "You are an expert in water uptake."
    assert "also written 'WU', 'water absorption'" in example.instruction
    assert "Do not extract relative humidity, RH." in example.instruction
    assert '{"AEM_MAT": {"ANSWER1": {"WU": "ANSWER2"}}}' in example.instruction
    assert TEXT[slice(*example.metadata["spans"][0])] == RIGHT["quote"]


@pytest.mark.parametrize(
    "reply", ['{"found": []}', found({"material": "-", "value": "-", "quote": "-", "called": ""})]
)
def test_a_text_without_a_value_gives_dashes_or_is_counted(generate, heard, reply):
    (example,) = generate(PropertyExtraction, reply, ONE, **SETTINGS)
    assert example.output == '{"AEM_MAT": {"-": {"WU": "-"}}}'
    assert generate(PropertyExtraction, reply, ONE, **SETTINGS, keep_absent=False) == []
    assert heard.rejects[-1].reason == "WU: the text gives no value"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"quote": "water absorption was 35.2%"}, "the quotation is not in the text"),
        ({"value": "35 %"}, "the value is not in the quotation"),
        ({"value": "5.2%"}, "the value is not in the quotation"),
        ({"material": "Nafion"}, "what it belongs to is not in the text"),
        (
            {
                "called": "relative humidity",
                "value": "90 %",
                "quote": "a relative humidity of 90 %",
            },
            "it is on the stop list",
        ),
        ({"called": "absorption"}, "the quotation calls it by none of its names"),
        ({"called": "WU"}, "the quotation calls it by none of its names"),
        (
            {
                "called": "WU",
                "value": "45 mS cm-1",
                "quote": f"WU{TEXT.partition(' WU')[2]}",
            },
            "the unit is not one of its dimension",
        ),
        ({"value": "35.2"}, "the value has no unit"),
        ({"value": "was"}, "the value is no number with a unit"),
    ],
)
def test_a_wrong_value_rejects_the_example(generate, heard, wrong, reason):
    assert generate(PropertyExtraction, found({}, wrong), ONE, **SETTINGS) == []
    assert [(r.where, r.reason) for r in heard.rejects] == [(ONE[0].id, f"WU: {reason}")]


def test_partial_leaves_wrong_values_out_and_needs_a_right_one(generate, heard):
    wrong = {"material": "Nafion"}
    (example,) = generate(PropertyExtraction, found(wrong, {}), ONE, **SETTINGS, partial=True)
    assert json.loads(example.output) == {"AEM_MAT": {"QPPO membrane": {"WU": "35.2%"}}}
    assert generate(PropertyExtraction, found(wrong), ONE, **SETTINGS, partial=True) == []
    assert len(heard.rejects) == 2


def test_bounds_are_in_the_propertys_own_unit(generate, heard):
    conductivity = {
        "key": "IC", "name": "ion conductivity", "unit": "S/cm", "minimum": 0, "maximum": 0.04
    }  # fmt: skip
    row = {
        "material": "QPPO", "called": "ion conductivity", "value": "45 mS cm-1",
        "quote": "The ion conductivity of QPPO reached 45 mS cm-1",
    }  # fmt: skip
    assert generate(PropertyExtraction, found(row), ONE, properties=[conductivity]) == []
    assert heard.rejects[0].reason == "IC: the value is out of bounds"
    wider = {**conductivity, "maximum": 0.05}
    (example,) = generate(PropertyExtraction, found(row), ONE, properties=[wider])
    assert json.loads(example.output) == {"MATERIAL": {"QPPO": {"IC": "45 mS cm−1"}}}


def test_each_property_is_asked_about_on_its_own_and_only_where_it_is_named_if_wanted(
    generate, heard
):
    other = {"key": "IEC", "name": "ion-exchange capacity", "unit": "meq/g"}
    settings = {"properties": [WU, other]}
    examples = generate(PropertyExtraction, '{"found": []}', ONE, **settings)
    assert [e.metadata["property"] for e in examples] == ["WU", "IEC"]
    examples = generate(PropertyExtraction, '{"found": []}', ONE, **settings, skip_unnamed=True)
    assert [e.metadata["property"] for e in examples] == ["WU"]
    assert heard.rejects[0].reason == "IEC: not asked, the text has none of its names"


def test_a_unit_that_is_none_is_refused_when_the_recipe_is_read():
    with pytest.raises(ValidationError, match=r"'mSS/cm' is no unit that pint knows"):
        Property(key="IC", name="ion conductivity", unit="mSS/cm")


def test_annotated_values_of_real_papers_pass_and_changed_ones_do_not(generate, shared_data, heard):
    """The annotators of SOFC-Exp marked values of the working temperature in fuel-cell papers."""
    degrees = []
    for path in sorted(shared_data("sofc_exp", "annotations", "frames").glob("*.csv")):
        text = shared_data("sofc_exp", "texts", f"{path.stem}.txt").read_text(encoding="utf-8")
        with path.open(encoding="utf-8") as file:
            rows = [r for r in csv.reader(file, delimiter="\t") if r[:1] == ["SPAN"]]
        for _, _, kind, number, start, end, *_ in rows:
            line = text.split("\n")[int(number) - 1]
            value = line[int(start) : int(end)]
            if kind == "VALUE" and re.fullmatch(r"\d+ ?°C", value) and " temperature " in line:
                degrees.append((line, value))
    degrees = list(dict(degrees).items())
    assert len(degrees) > 10
    documents = [with_id(Document(text=line, language="en")) for line, _ in degrees]
    said = {d.id: value for d, (_, value) in zip(documents, degrees, strict=True)}
    temperature = {"key": "T", "name": "temperature", "unit": "K", "maximum": 2000}

    def answer(body, change=lambda value: value):
        line, value = next(d for d in degrees if d[0].strip() in body["messages"][-1]["content"])
        row = {"material": "-", "called": "temperature", "value": change(value), "quote": line}
        return found(row)

    examples = generate(PropertyExtraction, answer, documents, properties=[temperature])
    assert {e.document_id for e in examples} == set(said)

    def wrong(body):
        return answer(
            body, lambda value: re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), value)
        )

    assert generate(PropertyExtraction, wrong, documents, properties=[temperature]) == []
    assert {r.reason for r in heard.rejects} == {"T: the value is not in the quotation"}


def test_answers_can_be_dictionaries_as_the_chemistry_paper_has_them(generate):
    settings = {**SETTINGS, "answer_format": "dictionary"}
    (example,) = generate(PropertyExtraction, found({}), ONE, **settings)
    assert example.output == "{'AEM_MAT': {'QPPO membrane': {'WU': '35.2%'}}}"
    assert "{'AEM_MAT': {ANSWER1: {'WU': ANSWER2}}}" in example.instruction


def test_a_condition_is_asked_for_and_written_behind_its_value(generate, heard):
    text = "At 80 °C the WU of QPPO was 35 %. At 20 °C it was 12 %."
    wanted = {**WU, "condition": "temperature", "condition_unit": "°C"}
    row = {"material": "QPPO", "called": "WU", "value": "35 %", "quote": "WU of QPPO was 35 %"}
    asked = []

    def reply(body):
        asked.append(str(body["messages"]))
        return json.dumps({"found": [{**row, "condition": "80 °C"}]})

    document = [with_id(Document(text=text, language="en"))]
    (example,) = generate(PropertyExtraction, reply, document, properties=[wanted])
    assert '"35 % at 80 °C"' in example.output
    assert "`condition` is the temperature" in asked[0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"condition_unit": "°C"}, "needs `condition`"),
        ({"condition": "temperature", "condition_unit": "foo"}, "condition_unit: 'foo' is no unit"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        Property.model_validate({**WU, **settings})
