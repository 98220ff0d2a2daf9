"""NTRS, TechPort and SBIR.gov, in the shapes they document; every record is made up."""

import json

import pytest

from byeori import DataError, StoppedError
from byeori_nasa.collections import Ntrs, TechPort
from byeori_nasa.sbir_api import AwardsApi

REPORT = {
    "id": 20200000001,
    "title": "Salt in Orbit",
    "abstract": "We study salt &amp; water\n in orbit.",
    "stiType": "CONFERENCE_PAPER",
    "center": {"code": "GRC", "name": "Glenn Research Center"},
    "authorAffiliations": [
        {"sequence": 0, "meta": {"author": {"name": "Ann Miller"}, "organization": {"name": "X"}}}
    ],
    "copyright": {"determinationType": "GOV_PUBLIC_USE_PERMITTED"},
    "publications": [{"publicationDate": "2020-03-01T00:00:00.0000000+00:00"}],
    "keywords": ["salt"],
    "subjectCategories": ["Inorganic Chemistry"],
}


def citations(total, size):
    def page(query):
        start = int(query["page.from"])
        ids = range(start, min(start + size, total))
        rows = [{**REPORT, "id": REPORT["id"] + n, "title": f"Salt {n}"} for n in ids]
        return json.dumps({"stats": {"took": 1, "total": total}, "results": rows}).encode()

    return page


def ntrs(site, **settings):
    return {"base_url": f"{site.url}/api", "query": "salt", "page_size": 2, **settings}


def test_ntrs_is_paged_to_its_end_and_says_what_may_be_done_with_a_report(read_site, site):
    site.pages["/api"] = citations(5, 2)
    documents, _ = read_site(Ntrs, **ntrs(site, center="GRC"))
    assert [document.title for document in documents] == [f"Salt {n}" for n in range(5)]
    first = documents[0]
    assert first.text == "We study salt & water in orbit."
    assert first.licence == "GOV_PUBLIC_USE_PERMITTED"
    assert first.origin == "https://ntrs.nasa.gov/citations/20200000001"
    assert first.metadata == {
        "id": 20200000001, "authors": ["Ann Miller"], "center": "GRC", "type": "CONFERENCE_PAPER",
        "published": "2020-03-01", "keywords": ["salt"], "subjects": ["Inorganic Chemistry"],
    }  # fmt: skip
    assert "center=GRC" in site.asked[0]
    assert len(site.asked) == 3


def test_more_reports_than_ntrs_gives_for_a_query_are_not_passed_over_in_silence(
    read_site, site, monkeypatch
):
    monkeypatch.setattr("byeori_nasa.collections._NTRS_WINDOW", 4)
    site.pages["/api"] = citations(5, 2)
    with pytest.raises(DataError, match="NTRS has 5 reports for the query and gives 4 of them"):
        read_site(Ntrs, **ntrs(site))
    assert len(read_site(Ntrs, **ntrs(site, limit=3))[0]) == 3


def test_an_answer_of_ntrs_that_is_none_is_asked_for_again(read_site, site):
    site.pages["/api"] = citations(1, 2)
    site.script = [(200, {}, b"<html>busy</html>"), (200, {}, b'{"results": []}')]
    assert len(read_site(Ntrs, **ntrs(site))[0]) == 1
    assert len(site.asked) == 3


def project(number, **change):
    record = {
        "projectId": number, "title": f"Salt {number}", "description": "<p>We build a tank.</p>",
        "benefits": "Less mass.", "statusDescription": "Completed", "startTrl": 2, "currentTrl": 4,
        "endTrl": 4, "program": {"acronym": "SBIR", "title": "Small Business Innovation Research"},
        "leadOrganization": {"organizationName": "Arlen Tanks"}, "lastUpdated": "2023-07-10",
        **change,
    }  # fmt: skip
    return json.dumps({"project": record}).encode()


def test_techport_is_asked_for_its_projects_one_by_one_in_the_order_of_their_numbers(
    read_site, site
):
    listed = {"projects": [{"projectId": 9}, {"projectId": 7}, {"projectId": 8}], "totalCount": 3}
    site.pages = {"/api": json.dumps(listed).encode(), "/api/7": project(7), "/api/9": project(9)}
    settings = {"base_url": f"{site.url}/api", "updated_since": "2020-01-31"}
    documents, rejects = read_site(TechPort, **settings)
    assert [document.title for document in documents] == ["Salt 7", "Salt 9"]
    assert [reject.where for reject in rejects] == ["https://techport.nasa.gov/projects/8"]
    first = documents[0]
    assert first.text == "We build a tank.\n\nLess mass."
    assert first.origin == "https://techport.nasa.gov/projects/7"
    assert first.metadata == {
        "id": 7, "status": "Completed", "trl": [2, 4, 4], "organization": "Arlen Tanks",
        "program": "Small Business Innovation Research", "updated": "2023-07-10",
    }  # fmt: skip
    assert site.asked == ["/api?updatedSince=2020-01-31", "/api/7", "/api/8", "/api/9"]


def test_a_run_that_was_stopped_asks_techport_for_the_projects_it_lacks_alone(read_site, site):
    listed = {"projects": [{"projectId": n} for n in (1, 2, 3)]}
    site.pages = {"/api": json.dumps(listed).encode(), "/api/1": project(1), "/api/3": project(3)}
    site.pages["/api/2"] = (503, {}, b"")
    settings = {"base_url": f"{site.url}/api", "updated_since": "2020-01-31", "max_retries": 0}
    with pytest.raises(StoppedError, match="/api/2: HTTP 503"):
        read_site(TechPort, **settings)
    site.pages["/api/2"] = project(2)
    assert len(read_site(TechPort, **settings)[0]) == 3
    assert site.counts["/api/1"] == 1


AWARD = {
    "firm": "Arlen Optics", "award_title": "A smaller star tracker", "agency": "NASA",
    "branch": "", "phase": "Phase I", "program": "SBIR", "contract": "NNX00AA01C",
    "award_year": "2008", "award_amount": "99000", "agency_tracking_number": "T1",
    "abstract": "We build a star tracker of a new kind. " * 4, "pi_name": "Ann Miller",
}  # fmt: skip


def awards(total):
    def page(query):
        start, rows = int(query["start"]), int(query["rows"])
        numbers = range(start, min(start + rows, total))
        return json.dumps(
            [
                {**AWARD, "award_title": f"Tracker {n}", "abstract": f"{n} " + AWARD["abstract"],
                 "contract": f"C{n}"}
                for n in numbers
            ]
        ).encode()  # fmt: skip

    return page


def test_awards_are_asked_for_page_by_page_and_checked_as_those_of_a_file(read_site, site):
    site.pages["/api"] = awards(250)
    documents, rejects = read_site(AwardsApi, base_url=f"{site.url}/api", year=2008)
    assert (len(documents), rejects) == (250, [])
    assert documents[0].metadata["firm"] == "Arlen Optics"
    assert "pi_name" not in documents[0].metadata
    assert documents[249].origin == f"{site.url}/api:250"
    assert site.asked[-1] == "/api?agency=NASA&rows=100&year=2008&start=200"


def test_an_interface_that_gives_the_same_awards_for_ever_is_told_to_and_ends(read_site, site):
    site.pages["/api"] = lambda query: awards(100)({**query, "start": "0"})
    with pytest.raises(DataError, match=r"100 records in a row came before; it gives the same"):
        read_site(AwardsApi, base_url=f"{site.url}/api")
    assert len(site.asked) == 2


def test_a_refusal_of_sbir_gov_leads_to_the_bulk_file(read_site, site):
    site.pages["/api"] = (403, {}, b"Forbidden")
    with pytest.raises(StoppedError, match=r"HTTP 403 .*bulk file .*`use: nasa/sbir`"):
        read_site(AwardsApi, base_url=f"{site.url}/api")


def test_maintenance_of_sbir_gov_is_no_award(read_site, site):
    site.pages["/api"] = b'{"message": "under maintenance"}'
    with pytest.raises(StoppedError, match="a list of awards is needed"):
        read_site(AwardsApi, base_url=f"{site.url}/api", max_retries=1)
    site.pages["/api"] = b"[]"
    with pytest.raises(DataError, match="there is no award record"):
        read_site(AwardsApi, base_url=f"{site.url}/api")
