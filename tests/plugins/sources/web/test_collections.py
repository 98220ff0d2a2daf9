"""arXiv and OpenAlex, in the shapes their manuals document; every record is made up."""

import json

import pytest

from byeori import DataError, StoppedError
from byeori.testing import testing_context
from byeori_plugins.sources import Arxiv, OpenAlex
from byeori_plugins.sources.web.openalex import plain_abstract

ENTRY = """  <entry>
    <id>http://arxiv.org/abs/2101.0000{n}v2</id>
    <updated>2021-02-03T00:00:00Z</updated><published>2021-01-02T00:00:00Z</published>
    <title>Salt,
      volume {n}</title>
    <summary>  We study salt &amp; water.
  Number {n}. </summary>
    <author><name>Ann Miller</name></author><author><name>Ben Holt</name></author>
    <arxiv:comment>5 pages</arxiv:comment>
    <arxiv:doi>10.1000/{n}</arxiv:doi>
    <link href="http://arxiv.org/pdf/2101.0000{n}v2" title="pdf" type="application/pdf"/>
    <arxiv:primary_category term="physics.chem-ph"/>
    <category term="physics.chem-ph"/><category term="cs.CL"/>
  </entry>
"""


def feed(total, *numbers):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
  xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <title>ArXiv Query</title>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{"".join(ENTRY.format(n=n) for n in numbers)}</feed>""".encode()


def pages_of(total, size):
    def page(query):
        start = int(query["start"])
        return feed(total, *range(start, min(start + size, total)))

    return page


def arxiv(site, **settings):
    return {"base_url": f"{site.url}/api", "query": "all:salt", "page_size": 2, **settings}


def test_arxiv_is_paged_to_its_end(read_site, site):
    site.pages["/api"] = pages_of(5, 2)
    documents, _ = read_site(Arxiv, **arxiv(site), accessed="2026-11-21")
    assert [document.title for document in documents] == [f"Salt, volume {n}" for n in range(5)]
    first = documents[0]
    assert first.text == "We study salt & water. Number 0."
    assert first.origin == "https://arxiv.org/abs/2101.00000v2"
    assert (first.licence, first.language) == ("CC0-1.0", "en")
    assert first.metadata == {
        "id": "2101.00000", "version": "v2", "authors": ["Ann Miller", "Ben Holt"],
        "categories": ["physics.chem-ph", "cs.CL"], "published": "2021-01-02T00:00:00Z",
        "updated": "2021-02-03T00:00:00Z", "doi": "10.1000/0", "comment": "5 pages",
        "accessed": "2026-11-21",
    }  # fmt: skip
    assert site.asked[0] == (
        "/api?search_query=all%3Asalt&start=0&max_results=2&sortBy=submittedDate"
        "&sortOrder=ascending"
    )
    assert len(site.asked) == 3


def test_no_more_pages_are_asked_for_than_the_limit_needs(read_site, site):
    site.pages["/api"] = pages_of(9, 2)
    documents, _ = read_site(Arxiv, **arxiv(site, limit=3))
    assert len(documents) == 3
    assert len(site.asked) == 2


def test_an_empty_page_in_the_middle_is_asked_for_again(read_site, site):
    site.pages["/api"] = pages_of(4, 2)
    site.script = [None, (200, {}, feed(4)), (200, {}, feed(4))]
    documents, _ = read_site(Arxiv, **arxiv(site))
    assert len(documents) == 4
    assert len(site.asked) == 4


def test_arxiv_goes_on_where_it_was_stopped(read_site, site):
    site.pages["/api"] = pages_of(6, 2)
    site.script = [None, None, (503, {}, b"")]
    with pytest.raises(StoppedError, match="HTTP 503, 1 times"):
        read_site(Arxiv, **arxiv(site, max_retries=0))
    documents, _ = read_site(Arxiv, **arxiv(site))
    assert len(documents) == 6
    assert all(count == 1 for path, count in site.counts.items() if "start=4" not in path)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ((400, {}, b"malformed"), DataError, "does not understand the query: .*malformed"),
        (
            feed(1, 1).replace(b"arxiv.org/abs/2101.00001v2", b"arxiv.org/api/errors#bad"),
            DataError,
            "does not understand the query: We study salt",
        ),
        (b"<html>busy</html>", StoppedError, "no Atom feed"),
        (b"<feed", StoppedError, "not XML"),
        (feed(0), DataError, "no document could be read"),
    ],
)
def test_what_arxiv_answers_instead_of_entries_is_said(read_site, site, answer, error, message):
    site.pages["/api"] = answer
    with pytest.raises(error, match=message):
        read_site(Arxiv, **arxiv(site, max_retries=1))


def test_a_feed_that_defines_entities_is_refused(read_site, site, tmp_path):
    (tmp_path / "secret").write_text("secret")
    evil = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'.encode()
    body = feed(1, 1).replace(b"?>", b"?>" + evil, 1).replace(b"We study", b"&x; We study")
    site.pages["/api"] = body
    with pytest.raises(StoppedError, match="a feed with a document type"):
        read_site(Arxiv, **arxiv(site, max_retries=0))


WORK = {
    "id": "https://openalex.org/W1", "doi": "https://doi.org/10.1000/1", "title": "Salt",
    "display_name": "Salt", "language": "en", "publication_date": "2021-01-02",
    "type": "article", "cited_by_count": 3,
    "authorships": [{"author": {"id": "A1", "display_name": "Ann Miller"}}],
    "primary_location": {"license": None, "source": {"display_name": "Journal of Salt"}},
    "best_oa_location": {"license": "cc-by"},
    "primary_topic": {"display_name": "Salts"},
    "abstract_inverted_index": {"We": [0, 4], "study": [1], "salt.": [2], "Then": [3], "eat.": [5]},
}  # fmt: skip


def openalex(site, **settings):
    settings = {"api_key_env": None, "filter": "type:article", "page_size": 2, **settings}
    return {"base_url": f"{site.url}/works", **settings}


def works(*pages):
    """By cursor, the pages in a row."""

    def page(query):
        number = 0 if query["cursor"] == "*" else int(query["cursor"])
        following = str(number + 1) if number + 1 < len(pages) else None
        meta = {"count": 9, "per_page": 2, "next_cursor": following}
        return json.dumps({"meta": meta, "results": pages[number], "group_by": []}).encode()

    return page


def test_openalex_is_paged_by_cursor_with_the_key_from_the_environment(
    read_site, site, monkeypatch
):
    monkeypatch.setenv("SALT_KEY", "key-of-ann")
    more = [{**WORK, "id": f"https://openalex.org/W{n}", "title": f"Salt {n}"} for n in (2, 3)]
    site.pages["/works"] = works([WORK, more[0]], [more[1]])
    documents, _ = read_site(OpenAlex, **openalex(site, api_key_env="SALT_KEY"))
    assert [document.title for document in documents] == ["Salt", "Salt 2", "Salt 3"]
    assert documents[0].text == "We study salt. Then We eat."
    assert (documents[0].origin, documents[0].licence) == ("https://openalex.org/W1", "cc-by")
    assert documents[0].metadata == {
        "id": "W1", "doi": "https://doi.org/10.1000/1", "authors": ["Ann Miller"],
        "published": "2021-01-02", "type": "article", "journal": "Journal of Salt",
        "topic": "Salts", "citations": 3,
    }  # fmt: skip
    assert all("api_key=key-of-ann" in path for path in site.asked)
    assert "cursor=%2A" in site.asked[0]
    assert "cursor=1" in site.asked[1]


def test_a_cursor_that_leads_back_ends_the_run_and_a_record_on_two_pages_is_read_once(
    read_site, site
):
    other = {**WORK, "id": "https://openalex.org/W2"}
    site.pages["/works"] = works([WORK, other], [other])
    documents, rejects = read_site(OpenAlex, **openalex(site))
    assert [document.metadata["id"] for document in documents] == ["W1", "W2"]
    assert [(r.where, r.reason) for r in rejects] == [
        (f"{site.url}/works:3", "the same record came before")
    ]
    site.pages["/works"] = lambda query: works([WORK], [other], [WORK])({**query, "cursor": "*"})
    with pytest.raises(DataError, match="works: a cursor that came before; it gives the same"):
        read_site(OpenAlex, **openalex(site, accessed="2026-11-22"))
    assert read_site(OpenAlex, **openalex(site, limit=1))[0]


def test_works_without_an_abstract_are_listed(read_site, site):
    bare = {**WORK, "id": "https://openalex.org/W2", "abstract_inverted_index": None}
    site.pages["/works"] = works([bare, WORK])
    documents, rejects = read_site(OpenAlex, **openalex(site))
    assert len(documents) == 1
    assert [(r.where, r.reason) for r in rejects] == [
        ("https://openalex.org/W2", "the record has no abstract")
    ]


def test_a_record_that_is_not_as_documented_is_a_bad_row(read_site, site):
    odd = {**WORK, "abstract_inverted_index": ["We"]}
    site.pages["/works"] = works([odd, WORK])
    with pytest.raises(DataError, match=r"works:1: the record is not as documented \(Attribute"):
        read_site(OpenAlex, **openalex(site))
    documents, rejects = read_site(OpenAlex, **openalex(site, on_error="skip"))
    assert (len(documents), len(rejects)) == (1, 1)


def test_a_missing_or_refused_key_is_said_with_what_to_do(read_site, site, monkeypatch):
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    with pytest.raises(StoppedError, match="OPENALEX_API_KEY is not set; it must hold the key"):
        read_site(OpenAlex, **openalex(site, api_key_env="OPENALEX_API_KEY"))
    site.pages["/works"] = (401, {}, b"a key is needed")
    with pytest.raises(StoppedError, match=r"HTTP 401 \(a key is needed\); OpenAlex wants a key"):
        read_site(OpenAlex, **openalex(site))


def test_a_query_that_openalex_does_not_understand_is_the_recipes_mistake(read_site, site):
    site.pages["/works"] = (400, {}, b'{"error": "Invalid filter"}')
    with pytest.raises(DataError, match=r"does not understand the query: .*Invalid filter"):
        read_site(OpenAlex, **openalex(site))


def test_an_abstract_is_put_together_from_its_words_in_order():
    text = "the salt of the earth and the sea"
    index: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        index.setdefault(word, []).append(place)
    assert plain_abstract(dict(sorted(index.items()))) == text


@pytest.mark.parametrize("source", [Arxiv, OpenAlex])
def test_a_query_must_ask_for_something(source):
    with pytest.raises(ValueError, match="or both"):
        source.config_model()


def test_nothing_is_fetched_before_documents_are_read(site, tmp_path):
    source = Arxiv(Arxiv.config_model(**arxiv(site)))
    iterator = source.documents(testing_context(tmp_path))
    assert site.asked == []
    iterator.close()
