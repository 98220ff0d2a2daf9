import csv
import io
import json
from collections import Counter
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Document
from byeori.bulk import with_id
from byeori_nasa.awards import Awards
from byeori_nasa.cross_check import CrossCheck
from byeori_nasa.listing import research_action
from byeori_plugins.sources import read_rows

OURS = {
    "title": "Salt Heater",
    "firm": "Acme, Inc.",
    "program": "SBIR",
    "phase": "Phase II",
    "year": 2012,
    "contract": "NNX12-CA 01C",
    "tracking_number": "115-042",
}
SPENDING = {
    "award_id_piid": "NNX12CA01C",
    "recipient_name": "ACME INCORPORATED",
    "research_code": "SR2",
    "award_base_action_date_fiscal_year": "2011",
    "note": "",
}


def document(**changes):
    metadata = {k: v for k, v in (OURS | changes).items() if v is not None}
    return with_id(Document(text="t", title="Salt Heater", metadata=metadata))


@pytest.fixture
def counted(context):
    return Counter()


@pytest.fixture
def check(tmp_path, context, counted):
    """`check(documents, *rows of the listing, **settings)`: what comes through."""

    def check_(documents, *rows, **settings):
        path = tmp_path / "listing.csv"
        out = io.StringIO()
        writer = csv.DictWriter(out, list(dict.fromkeys(k for row in rows for k in row)))
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(out.getvalue(), encoding="utf-8")
        config = CrossCheck.config_model.model_validate({"path": path, **settings})
        within = replace(context, on_count=lambda what, n: counted.update({what: n}))
        return list(CrossCheck(config).keep(iter(documents), within))

    return check_


def test_an_award_that_agrees_is_kept_and_says_with_which_row(check, counted, rejects):
    (kept,) = check([document()], SPENDING)
    assert kept.metadata["cross_check"] == {
        "by": "contract",
        "with": "listing.csv:2",
        "differs": [],
    }
    assert counted == {"found by contract": 1, "agree": 1}
    assert not rejects


@pytest.mark.parametrize(
    ("changes", "name", "text"),
    [
        ({"recipient_name": "Other Firm LLC"}, "firm", "Acme, Inc. / Other Firm LLC"),
        ({"research_code": "ST2"}, "program", "SBIR / STTR"),
        ({"research_code": "SR1"}, "phase", "Phase II / Phase I"),
        ({"award_base_action_date_fiscal_year": "2009"}, "year", "2012 / 2009"),
    ],
)
def test_a_field_that_differs_refuses_the_award_and_shows_both(
    check, counted, rejects, changes, name, text
):
    assert check([document()], SPENDING | changes) == []
    (reject,) = rejects
    assert reject.reason == f"second listing: {name} differs"
    assert reject.text == f"{text} (listing.csv:2)"
    assert counted[f"{name} differs"] == 1


def test_an_award_that_differs_can_be_kept_and_marked(check, rejects):
    row = SPENDING | {"recipient_name": "Other Firm", "research_code": "SR1"}
    (kept,) = check([document()], row, differing="mark")
    assert kept.metadata["cross_check"]["differs"] == ["firm", "phase"]
    assert not rejects


def test_of_several_rows_of_one_contract_the_one_that_agrees_best_counts(check, rejects):
    rows = [SPENDING | {"recipient_name": "Before The Merger LLC"}, SPENDING]
    (kept,) = check([document()], *rows)
    assert kept.metadata["cross_check"]["with"] == "listing.csv:3"
    assert not rejects


def test_what_the_listing_does_not_have_is_kept_and_counted_or_refused(check, counted, rejects):
    other = document(contract="X", tracking_number=None)
    assert check([other], SPENDING) == [other]
    assert counted == {"not in the second listing": 1}
    assert check([other], SPENDING, missing="reject") == []
    assert [r.reason for r in rejects] == ["not in the second listing"]


def test_rows_of_the_listing_without_an_award_are_said(check, messages):
    check([document()], SPENDING, SPENDING | {"award_id_piid": "Z9"})
    assert messages[-1].endswith(
        "of 2 rows of listing.csv with a contract number, 1 are of no award that was read"
    )


def test_a_file_of_sbir_gov_without_abstracts_is_a_second_listing(check, rejects):
    row = {
        "Company": "ACME INC",
        "Award Title": "SALT HEATER",
        "Agency Tracking Number": "115-042",
        "Phase": "Phase II",
        "Program": "SBIR",
        "Award Year": "2012.0",
    }
    (kept,) = check([document(contract=None)], row)
    assert kept.metadata["cross_check"]["by"] == "tracking number"
    (kept,) = check([document(contract=None, tracking_number=None)], row)
    assert kept.metadata["cross_check"]["by"] == "title and firm"
    assert check([document(contract=None)], row | {"Award Title": "Sugar Cooler"}) == []
    assert [r.reason for r in rejects] == ["second listing: title differs"]


def test_a_project_file_of_federal_reporter_is_a_second_listing(check):
    row = {
        "PROJECT_NUMBER": "NNX12CA01C",
        "PROJECT_TITLE": "Salt heater",
        "ORGANIZATION_NAME": "ACME, INC",
        "FY": "2012",
    }
    (kept,) = check([document()], row)
    assert kept.metadata["cross_check"]["differs"] == []


def test_columns_of_any_other_listing_are_named_in_the_recipe(check):
    row = {"Award #": "NNX12CA01C", "Vendor": "Acme", "Started": "2012-03-01"}
    columns = {"contract": "Award #", "firm": "Vendor", "year": "Started"}
    (kept,) = check([document()], row, columns=columns)
    assert kept.metadata["cross_check"]["by"] == "contract"


def test_a_listing_in_which_nothing_can_be_found_is_refused_with_what_to_write(check):
    with pytest.raises(DataError, match="name its columns: `columns:"):
        check([document()], {"Vendor": "Acme"})


def test_a_row_that_cannot_be_read_stops_the_run_or_is_left_out(tmp_path, context, messages):
    path = tmp_path / "listing.jsonl"
    path.write_text(json.dumps(SPENDING) + "\n{broken\n", encoding="utf-8")
    config = {"path": path}
    with pytest.raises(DataError, match=r"listing\.jsonl:2"):
        list(CrossCheck(CrossCheck.config_model(**config)).keep([document()], context))
    skipping = CrossCheck.config_model(**config, on_error="skip")
    assert len(list(CrossCheck(skipping).keep([document()], context))) == 1
    assert messages[0].startswith("listing.jsonl:2: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SR1", ("SBIR", "Phase I")),
        ("ST3", ("STTR", "Phase III")),
        ("SBIR Program Phase II Action", ("SBIR", "Phase II")),
        ("STTR Phase I", ("STTR", "Phase I")),
        ("SR2: SMALL BUSINESS INNOVATION RESEARCH PROGRAM PHASE II ACTION", ("SBIR", "Phase II")),
        ("Small Business Technology Transfer Phase 2", ("STTR", "Phase II")),
        ("", ("", "")),
        ("A", ("", "")),
    ],
)
def test_the_research_element_of_fpds_is_read_as_code_and_in_words(text, said):
    assert research_action(text) == said


@given(st.text(max_size=60))
def test_any_text_is_a_research_action_or_none(text):
    program, phase = research_action(text)
    assert program in ("SBIR", "STTR", "")
    assert bool(program) == bool(phase)


def test_of_the_invented_awards_those_that_differ_by_plan_are_refused(context, rejects):
    data = files("byeori_nasa") / "recipes" / "data"
    ours = list(Awards(Awards.config_model(path=data / "fictional_awards.csv")).documents(context))
    counted = Counter()
    within = replace(context, on_count=lambda what, n: counted.update({what: n}))
    config = CrossCheck.config_model(path=data / "fictional_listing.csv")
    kept = list(CrossCheck(config).keep([with_id(one) for one in ours], within))
    rows = len(list(read_rows(data / "fictional_listing.csv", "csv")))
    assert counted["found by contract"] == rows
    assert counted["not in the second listing"] == len(ours) - rows
    assert len(kept) == len(ours) - len(rejects)
    differing = [counted[f"{name} differs"] for name in ("firm", "phase", "year")]
    assert sum(differing) == len(rejects) > 6
