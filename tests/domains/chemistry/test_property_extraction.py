"""`chemistry/property-extraction`: presets, the paper's words and dictionary, conditions."""

import ast
import json

import pytest
from pydantic import ValidationError

from byeori import Document
from byeori.testing import testing_context
from byeori_chemistry.presets import read_preset
from byeori_chemistry.property_extraction import ChemicalExtraction

TEXT = (
    "The QPPO membrane had an IEC of 2.1 meq g−1. Its hydroxide conductivity reached 62 mS cm−1 at "
    "80 °C, its WU 35.2% in water. The peak power density was 310 mW cm−2."
)
MODEL = {"name": "m", "base_url": "http://127.0.0.1:1/v1"}
ONE = [Document(text=TEXT, language="en", id="d")]
ION = {
    "material": "QPPO membrane",
    "called": "hydroxide conductivity",
    "value": "62 mS cm−1",
    "condition": "80 °C",
    "quote": "hydroxide conductivity reached 62 mS cm−1 at 80 °C",
}
TABLE_4_PROMPT = (
    "The water uptake is expressed with various expressions such as 'WU', 'water absorption', "
    "'water affinity'. Do not extract the properties of the following stop list exception rate, "
    "relatively humidity (RH), acid recovery, power density, desalination rate, coulombic "
    "efficiencies, energy efficiencies, mechanical strength. Extract all the water uptake value "
    "including its unit and replace the ANSWER2 with them. If the document has no water uptake, "
    "write '-' without attaching any other explanation for the value. Extract all the material "
    "name matched with the water uptake above and replace the ANSWER1 with it. If the document has "
    "no material name, write '-'."
)
TABLE_4_SYSTEM = (
    "You are my engineering assistant, an expert in anion exchange membrane research. Answer the "
    "questions about the above document accurately by strictly matching the dictionary FORMAT "
    "below. {'AEM_MAT': {ANSWER1: {'WU': ANSWER2}}}"
)


@pytest.fixture
def membranes(presets):
    return {"preset": presets / "anion-exchange-membranes.toml"}


def test_the_papers_prompt_system_message_and_answer_come_out_word_for_word(generate, membranes):
    (example,) = generate(ChemicalExtraction, '{"found": []}', ONE, **membranes, only=["WU"])
    assert example.instruction == TABLE_4_PROMPT
    assert example.system == TABLE_4_SYSTEM
    assert example.output == "{'AEM_MAT': {'-': {'WU': '-'}}}"


def test_a_conductivity_comes_with_its_temperature(generate, membranes):
    reply = json.dumps({"found": [ION]})
    (example,) = generate(ChemicalExtraction, reply, ONE, **membranes, only=["IC"])
    found = ast.literal_eval(example.output)
    assert found == {"AEM_MAT": {"QPPO membrane": {"IC": "62 mS cm−1 at 80 °C"}}}
    assert "and the temperature it was measured at" in example.instruction


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("60 °C", "IC: its condition is not in the text"),
        ("2.1 meq g−1", "IC: the unit of its condition is not one of its dimension"),
        ("water", "IC: its condition is no number with a unit"),
    ],
)
def test_a_condition_must_stand_in_the_text_with_its_unit(
    generate, membranes, heard, condition, reason
):
    reply = json.dumps({"found": [{**ION, "condition": condition}]})
    assert not generate(ChemicalExtraction, reply, ONE, **membranes, only=["IC"])
    assert heard.rejects[-1].reason == reason


def test_a_value_without_a_condition_stays_bare(generate, membranes):
    reply = json.dumps({"found": [{**ION, "condition": "-"}]})
    (example,) = generate(ChemicalExtraction, reply, ONE, **membranes, only=["IC"])
    assert "'62 mS cm−1'" in example.output


def test_units_of_chemistry_are_read_in_values(generate, presets):
    text = "The Pt3Ni catalyst had a mass activity of 0.44 A mgPt−1 at 0.9 V."
    found = {
        "material": "Pt3Ni catalyst", "called": "mass activity", "value": "0.44 A mgPt−1",
        "condition": "0.9 V", "quote": "mass activity of 0.44 A mgPt−1 at 0.9 V",
    }  # fmt: skip
    (example,) = generate(
        ChemicalExtraction,
        json.dumps({"found": [found]}),
        [Document(text=text, language="en", id="d")],
        preset=presets / "electrocatalysts.toml",
        only=["MA"],
    )
    assert "'MA': '0.44 A mgPt−1 at 0.9 V'" in example.output


def test_what_the_recipe_says_wins_over_the_preset(membranes):
    config = ChemicalExtraction.config_model.model_validate(
        {"model": MODEL, **membranes, "key": "MEMBRANE", "stop": []}
    )
    assert (config.key, config.stop) == ("MEMBRANE", ())
    assert [one.key for one in config.properties] == ["WU", "SR", "IEC", "IC"]


@pytest.mark.parametrize("settings", [{}, {"only": ["WU"], "properties": []}])
def test_something_must_be_looked_for(settings):
    with pytest.raises(ValidationError, match="preset"):
        ChemicalExtraction.config_model.model_validate({"model": MODEL, **settings})


def test_a_property_that_the_preset_lacks_is_named_with_those_it_has(membranes):
    with pytest.raises(ValidationError, match=r"no property 'TEC'; it has WU, SR, IEC, IC"):
        ChemicalExtraction.config_model.model_validate(
            {"model": MODEL, **membranes, "only": ["TEC"]}
        )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("key = ", "not a preset in TOML"),
        ('key = "A"\nproperty = []', "property"),
        ('key = "A"\n[[property]]\nkey = "B"\nname = "b"\nunit = "foo"', "unit: 'foo' is no unit"),
        ('key = "A"\ncolour = 1\n[[property]]\nkey = "B"\nname = "b"\nunit = "m"', "colour"),
    ],
)
def test_what_is_wrong_with_a_preset_is_said_with_its_file(tmp_path, toml, message):
    (tmp_path / "mine.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(ValueError, match=f"(?s)mine.toml.*{message}"):
        read_preset(tmp_path / "mine.toml")


def test_every_preset_that_ships_is_one(presets):
    files = sorted(presets.glob("*.toml"))
    assert len(files) == 3
    for file in files:
        preset = read_preset(file)
        keys = [one.key for one in preset.property]
        assert len(keys) == len(set(keys))
        for one in preset.property:
            assert one.minimum is not None and one.maximum is not None, (file.name, one.key)


def test_the_ranges_of_fuel_cells_hold_what_annotators_marked_in_real_papers(presets, shared_data):
    """SOFC-Exp; a range that refuses real values is wrong."""
    import csv

    from byeori_chemistry.measurements import parse_measurement
    from byeori_plugins.text import UnitError, same_kind

    known = {one.key: one for one in read_preset(presets / "solid-oxide-fuel-cells.toml").property}
    inside, outside = 0, []
    for file in sorted(shared_data("sofc_exp", "annotations", "frames").glob("*.csv")):
        text = shared_data("sofc_exp", "texts", f"{file.stem}.txt").read_text(encoding="utf-8")
        lines = text.split("\n")
        with file.open(encoding="utf-8") as rows:
            spans = [r for r in csv.reader(rows, delimiter="\t") if r[:1] == ["SPAN"]]
        for _, _, kind, line, start, end, *_ in spans:
            value = lines[int(line) - 1][int(start) : int(end)]
            if kind != "VALUE" or not value[:1].isdigit():
                continue
            try:
                quantity = parse_measurement(value).value
            except UnitError:
                continue
            for key in ("PD", "OCV", "ASR"):
                wanted = known[key]
                if same_kind(quantity.unit, wanted.parsed_unit):
                    if quantity.within(wanted.parsed_unit, wanted.minimum, wanted.maximum):
                        inside += 1
                    else:
                        outside.append((key, value))
    assert inside > 100
    assert len(outside) < 0.03 * inside, outside


def test_it_promises_nothing_at_rest(membranes, tmp_path):
    """Its constructor reads nothing, and it estimates without a model."""
    config = ChemicalExtraction.config_model.model_validate({"model": MODEL, **membranes})
    estimates = list(ChemicalExtraction(config).estimate(ONE, testing_context(tmp_path)))
    assert estimates
