import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import DataError
from byeori_nasa.columns import award as award_of
from byeori_nasa.columns import clean, normal_phase, year_number
from byeori_plugins.sources import recognise_form

quick = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# The header of SBIR.gov's bulk file, with the columns that matter here.
BULK = {
    "Company": "firm",
    "Award Title": "award_title",
    "Agency": "agency",
    "Branch": "branch",
    "Phase": "phase",
    "Program": "program",
    "Agency Tracking Number": "agency_tracking_number",
    "Contract": "contract",
    "Award Year": "award_year",
    "Award Amount": "award_amount",
    "Number Employees": "number_employees",
    "Abstract": "abstract",
    "Contact Name": "contact_name",
    "PI Email": "pi_email",
    "RI Name": "ri_name",
    "RI POC Phone": "ri_poc_phone",
}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def bulk(*records):
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(BULK)
    writer.writerows([[record.get(key, "") for key in BULK.values()] for record in records])
    return buffer.getvalue()


def test_the_same_award_is_read_from_all_three_public_forms(read, award):
    record = award(ri_name="MIT", program="STTR", research_area_keywords="heat; salt, Moon")
    older = {
        "title": record["award_title"],
        "abstract": record["abstract"],
        "firm": "Acme, Inc. ",
        "agency": ["National Aeronautics and Space Administration"],
        "program": "STTR",
        "phase": "Phase I",
        "year": 2012,
        "reseach institution": "MIT",
        "keywords": ["heat", "salt", "Moon"],
        "link": record["award_link"],
    }
    documents = [
        *read(json.dumps([record], indent=1), "api.json"),
        *read(lines(older), "older.jsonl"),
        *read(bulk({**record, "phase": "Phase I"}), "bulk.csv"),
    ]
    for document in documents:
        metadata = document.metadata
        assert document.title == metadata["title"] == record["award_title"]
        assert metadata["firm"] == "Acme, Inc."
        assert (metadata["program"], metadata["phase"]) == ("STTR", "Phase I")
        assert (metadata["year"], metadata["research_institution"]) == (2012, "MIT")
    assert documents[0].metadata["keywords"] == documents[1].metadata["keywords"]
    assert [d.origin for d in documents] == ["api.json:2", "older.jsonl:1", "bulk.csv:2"]


def test_the_bulk_file_without_abstracts_is_recognised_and_the_other_one_named(read, award):
    text = bulk(award()).replace("Abstract", "Topic Code")
    with pytest.raises(DataError, match=r"There are no abstracts: of SBIR\.gov's two"):
        read(text, "award_data_no_abstract.csv")


def test_the_text_is_a_readable_rendering(read, award):
    (document,) = read(lines(award(abstract="A heater &amp; a\n\n lamp. " + "x" * 100)), "a.jsonl")
    assert document.text == (
        "Title: Salt Heater 0\nFirm: Acme, Inc.\nProgram: SBIR\nPhase: Phase I\nYear: 2012\n\n"
        "A heater & a lamp. " + "x" * 100
    )
    assert document.licence == "US-Government-Work"
    assert document.language == "en"


def test_unknown_columns_are_kept_and_personal_ones_only_on_demand(read, award):
    record = award(award_amount="99999", contact_name="Ada", pi_email="ada@example.org")
    (document,) = read(lines(record), "a.jsonl")
    assert document.metadata["award_amount"] == "99999"
    assert not {"contact_name", "pi_email"} & document.metadata.keys()
    (document,) = read(lines(record), "a.jsonl", personal_data=True)
    assert document.metadata["pi_email"] == "ada@example.org"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agency": "Department of Defense"}, "not an award of NASA"),
        ({"agency": None}, "no agency is given"),
        ({"agency": []}, "no agency is given"),
        ({"award_title": " "}, "title is empty"),
        ({"abstract": None}, "abstract is empty"),
        ({"abstract": "N/A"}, "abstract is empty"),
        ({"abstract": "Stub"}, "abstract is empty"),
        ({"abstract": "Too short."}, "abstract shorter than 100 characters"),
        ({"firm": ""}, "firm is empty"),
        ({"phase": None}, "phase is empty"),
        ({"phase": "Phase IV"}, "phase is not I, II or III"),
        ({"phase": "22"}, "phase is not I, II or III"),
        ({"program": "BAA"}, "program is neither SBIR nor STTR"),
        ({"phase": "STTR Phase I"}, "phase says STTR, program says SBIR"),
        ({"program": "STTR"}, "STTR award without a research institution"),
        ({"program": "STTR", "ri_name": "Stub"}, "STTR award without a research institution"),
        ({"award_year": "20l2"}, "year is not a number of four digits"),
        ({"award_year": 1979}, "year is outside 1983-2100"),
        ({"award_year": None}, "year is empty"),
        ({"award_title": "\ud800"}, "the record is not valid Unicode: it has half of a "),
        ({"note": "\x00"}, "the record contains a NUL character"),
    ],
)
def test_a_record_that_fails_a_check_is_listed_with_its_line_and_reason(
    read, rejects, award, changes, reason
):
    documents = read(lines(award(), award(**changes), award()), "a.jsonl")
    assert [document.origin for document in documents] == ["a.jsonl:1", "a.jsonl:3"]
    (reject,) = rejects
    assert reject.where == "a.jsonl:2"
    assert reject.reason.startswith(reason)


def test_duplicates_are_refused_and_name_the_record_they_repeat(read, rejects, award):
    first = award()
    copies = [
        {**first, "award_title": "SALT  heater 0"},
        award(award_link=first["award_link"]),
        award(abstract=first["abstract"]),
        {**first, "phase": "2", "award_link": "https://example.org/phase-2"},
        award(),
    ]
    documents = read(lines(first, *copies), "a.jsonl")
    assert [document.origin for document in documents] == ["a.jsonl:1", "a.jsonl:6"]
    assert [(r.where, r.reason, r.text) for r in rejects] == [
        ("a.jsonl:2", "same title, abstract and phase twice", "a.jsonl:1"),
        ("a.jsonl:3", "same link as an earlier award", "a.jsonl:1"),
        (
            "a.jsonl:4",
            "same abstract as an earlier award of another title or phase",
            "a.jsonl:1",
        ),
        (
            "a.jsonl:5",
            "same abstract as an earlier award of another title or phase",
            "a.jsonl:1",
        ),
    ]


def test_a_shared_abstract_can_be_kept_and_is_marked(read, rejects, award):
    first = award()
    _, second = read(
        lines(first, award(abstract=first["abstract"])), "a.jsonl", shared_abstract="keep"
    )
    assert second.metadata["same_abstract_as"] == "a.jsonl:1"
    assert not rejects


def test_awards_of_one_project_have_one_split_group_and_others_have_another(read, award):
    first = award(phase="1")
    second = award(
        phase="2", award_title=first["award_title"].upper(), firm="ACME Inc", abstract="y" * 200
    )
    other_firm = award(award_title=first["award_title"], firm="Bolt LLC")
    documents = read(lines(first, second, other_firm, award()), "a.jsonl")
    groups = [document.metadata["split_group"] for document in documents]
    assert groups[0] == groups[1]
    assert len(set(groups)) == 3
    again = read(lines(second), "b.jsonl")
    assert again[0].metadata["split_group"] == groups[1]


def test_a_column_of_the_name_of_the_group_does_not_decide_the_split(read, award):
    documents = read(lines(award(split_group="a"), award(split_group="a")), "a.jsonl")
    assert len({document.metadata["split_group"] for document in documents}) == 2


def test_a_refused_record_does_not_make_a_good_one_a_duplicate(read, award):
    good = award()
    documents = read(lines({**good, "phase": "IV"}, good), "a.jsonl")
    assert [document.origin for document in documents] == ["a.jsonl:2"]


def test_every_agency_is_kept_where_none_is_named(read, award):
    documents = read(lines(award(agency="DOD"), award(agency=None)), "a.jsonl", agencies=[])
    assert len(documents) == 2


def test_a_row_that_cannot_be_read_stops_or_is_listed(read, rejects, award):
    content = lines(award()) + '{"award_title": "cut'
    with pytest.raises(DataError, match=r"a.jsonl:2: the file ends in the middle of this line"):
        read(content, "a.jsonl")
    assert len(read(content, "a.jsonl", on_error="skip")) == 1
    assert rejects[0].where == "a.jsonl:2"


def test_a_file_without_one_good_record_says_why_and_which_columns_there_are(read):
    with pytest.raises(DataError, match=r"refused because: a.csv:2: no agency.*are: name, note"):
        read("name,note\na,b\n", "a.csv")


def test_of_two_columns_for_one_field_the_first_with_a_value_counts():
    record = award_of({"Company": "-", "Firm": "Acme", "Firm Name": "Other"})
    assert record.firm == "Acme"
    assert record.other == {"Firm Name": "Other"}


@pytest.mark.parametrize("text", ["1", "I", "Phase I", "PHASE 1", "phase i", "Phase1"])
def test_phases_are_written_one_way(text):
    assert normal_phase(text) == ("Phase I", "")


def test_a_phase_may_name_its_program():
    assert normal_phase("STTR Phase II") == ("Phase II", "STTR")
    assert normal_phase("Phase IIE") == ("Phase IIE", "")


@given(st.text())
def test_cleaning_leaves_single_spaces_and_no_windows_controls(text):
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert not any("\x80" <= character <= "\x9f" for character in cleaned)


def test_cleaning_restores_entities_and_windows_characters():
    assert clean("A\x97B &amp;\tC\x95 D\x81 ") == "A—B & C• D"


@given(st.integers(0, 9999))
def test_years_are_read_as_spreadsheets_write_them(year):
    assert year_number(f"{year:04d}") == year_number(f"{year:04d}.0") == year
    assert year_number(f"{year:04d}.5") is None


@pytest.mark.parametrize(
    ("content", "name", "form"),
    [
        ('{"a": 1}\n{"a": 2}\n', "x.json", "jsonl"),
        ('{"a": 1}\n', "x.txt", "jsonl"),
        ('{"data": [{}]}\n', "x.json", "json"),
        ("{\n", "x", "json"),
        ("\n [\n", "x", "json"),
        ("broken", "x.jsonl", "jsonl"),
        ("Company,Award Title\n", "x", "csv"),
    ],
)
def test_the_form_of_a_file_is_recognised(tmp_path, content, name, form):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert recognise_form(path) == form


texts = st.none() | st.text(st.characters(codec="utf-8"), max_size=12) | st.integers(0, 3000)
names = st.sampled_from([*BULK, *BULK.values(), "reseach institution", "Stub", "title", "year"])


@quick
@given(st.lists(st.dictionaries(names, texts | st.lists(texts, max_size=2)), min_size=1))
def test_every_row_is_a_document_or_a_reject_or_the_file_is_refused(read, rejects, award, records):
    rejects.clear()
    documents = read(lines(award(), *({**award(), **r} for r in records)), "a.jsonl")
    assert len(documents) + len(rejects) == len(records) + 1
    assert all(reject.reason and reject.where.startswith("a.jsonl:") for reject in rejects)
