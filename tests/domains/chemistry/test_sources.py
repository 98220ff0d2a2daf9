"""ChemRxiv and Crossref, in the shapes they document; every record is made up."""

import json

import pytest

from byeori import DataError, StoppedError
from byeori.testing import testing_context
from byeori_chemistry.chemrxiv import ChemRxiv
from byeori_chemistry.crossref import Crossref, plain_markup

PREPRINT = {
    "id": "60c740000000000000000001",
    "doi": "10.26434/chemrxiv-2023-abcd1",
    "title": "Membranes of <i>salt</i>",
    "abstract": "<p>We report H<sub>2</sub>O uptake of 35&nbsp;%.</p>",
    "contentType": {"id": "1", "name": "Working Paper"},
    "categories": [{"id": "2", "name": "Polymer Science", "count": 7}],
    "subject": {"id": "3", "name": "Materials Science"},
    "keywords": ["anion exchange membrane", "Salt", "salt "],
    "authors": [{"orcid": "", "firstName": "Ann", "lastName": "Miller", "institutions": []}],
    "license": {"id": "4", "name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0"},
    "publishedDate": "2023-05-04T09:10:11.123Z",
    "version": "1",
}  # fmt: skip


def hits(total, **changes):
    def page(query):
        skip, limit = int(query["skip"]), int(query["limit"])
        numbers = range(skip, min(skip + limit, total))
        rows = [
            {"item": {**PREPRINT, "id": str(n), "title": f"Salt {n}", **changes}} for n in numbers
        ]
        return json.dumps({"totalCount": total, "itemHits": rows}).encode()

    return page


def asked(site, **settings):
    return {"base_url": f"{site.url}/api", "page_size": 2, **settings}


def test_chemrxiv_is_paged_to_its_end(read_site, site) -> None:
    site.pages["/api"] = hits(5)
    documents, _ = read_site(ChemRxiv, **asked(site, term="membrane", since="2023-01-31"))
    assert [document.title for document in documents] == [f"Salt {n}" for n in range(5)]
    assert len(site.asked) == 3
    assert "term=membrane" in site.asked[0] and "searchDateFrom=2023-01-31" in site.asked[0]


def test_a_preprint_keeps_its_keywords_licence_and_plain_text(read_site, site) -> None:
    site.pages["/api"] = json.dumps({"totalCount": 1, "itemHits": [{"item": PREPRINT}]}).encode()
    ((document,), _) = read_site(ChemRxiv, **asked(site))
    assert document.title == "Membranes of salt"
    assert document.text == "We report H2O uptake of 35 %."
    assert document.licence == "CC BY 4.0"
    assert document.origin == "https://doi.org/10.26434/chemrxiv-2023-abcd1"
    assert document.metadata == {
        "id": PREPRINT["id"], "doi": PREPRINT["doi"], "version": "1",
        "keywords": ["anion exchange membrane", "Salt"], "categories": ["Polymer Science"],
        "subject": "Materials Science", "authors": ["Ann Miller"], "published": "2023-05-04",
    }  # fmt: skip


def test_a_preprint_without_an_abstract_is_listed(read_site, site) -> None:
    both = [{"item": PREPRINT}, {"item": {**PREPRINT, "id": "2", "abstract": ""}}]
    site.pages["/api"] = json.dumps({"totalCount": 2, "itemHits": both}).encode()
    documents, rejects = read_site(ChemRxiv, **asked(site))
    assert len(documents) == 1
    assert rejects[-1].reason == "the record has no abstract"


def test_what_is_no_answer_of_chemrxiv_is_an_error(read_site, site) -> None:
    site.pages["/api"] = b'{"items": []}'
    with pytest.raises(StoppedError, match="no `itemHits` and `totalCount`"):
        read_site(ChemRxiv, **asked(site, max_retries=0))


WORK = {
    "DOI": "10.1000/salt.1",
    "type": "journal-article",
    "title": ["Salt and <sub>2</sub>"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>A salt of 5 mS cm<jats:sup>−1</jats:sup>."
    "</jats:p><jats:p>It is white &amp; dry.</jats:p>",
    "subject": ["General Chemistry"],
    "author": [{"given": "Ann", "family": "Miller", "sequence": "first"}, {"name": "The Group"}],
    "container-title": ["Journal of Salt"],
    "publisher": "Salt Press",
    "license": [
        {"URL": "http://example.org/tdm", "content-version": "tdm"},
        {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"},
    ],
    "issued": {"date-parts": [[2021, 3]]},
}
BARE = {"DOI": "10.1000/salt.2", "title": [], "type": "book"}
FORMS = {
    "answer.json": {"status": "ok", "message": {"items": [WORK, BARE]}},
    "one.json": {"status": "ok", "message": WORK},
    "dump.json": {"items": [WORK]},
    "works.json": [WORK],
}  # fmt: skip


def read_crossref(path):
    context = testing_context(path.parent / "run")
    return list(Crossref(Crossref.config_model(path=path)).documents(context)), context.rejects


@pytest.mark.parametrize("name", [*FORMS, "works.jsonl"])
def test_crossrefs_json_is_read_in_every_form_it_is_saved_in(tmp_path, name) -> None:
    text = json.dumps(FORMS[name]) if name in FORMS else f"{json.dumps(WORK)}\n{json.dumps(BARE)}\n"
    (tmp_path / name).write_text(text, encoding="utf-8")
    ((document,), rejects) = read_crossref(tmp_path / name)
    assert document.text == "A salt of 5 mS cm−1.\nIt is white & dry."
    assert document.title == "Salt and 2"
    assert (document.language, document.licence) == (
        "en", "https://creativecommons.org/licenses/by/4.0/",
    )  # fmt: skip
    assert document.metadata["published"] == "2021-03"
    assert document.metadata["authors"] == ["Ann Miller", "The Group"]
    if name in ("answer.json", "works.jsonl"):
        assert rejects[-1].reason == "the work has no abstract"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a file of JSON"),
        ("[1]", "no works of Crossref"),
        ('{"items": 3}', "no works of Crossref"),
        ('[{"title": ["x"]}]', "not as Crossref describes works"),
    ],
)
def test_what_is_no_crossref_is_said(tmp_path, context, text, message) -> None:
    (tmp_path / "works.json").write_text(text, encoding="utf-8")
    source = Crossref(Crossref.config_model(path=tmp_path / "works.json"))
    with pytest.raises(DataError, match=message):
        list(source.documents(context))


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("a < b and 5 > 3", "a < b and 5 > 3"),
        ("ABSTRACT\nText", "Text"),
        ("x<br/>y", "x\ny"),
        ("10<sup>-3</sup> S/cm", "10-3 S/cm"),
        ("", ""),
    ],
)
def test_markup_leaves_what_it_marks(marked, plain) -> None:
    assert plain_markup(marked) == plain
