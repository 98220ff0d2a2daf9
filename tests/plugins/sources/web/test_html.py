import pytest

from byeori import DataError, StoppedError
from byeori_plugins.sources import Html

MORE = "It is mined and sold in all countries, and has been for as long as there are records. "
PAGE = f"""<!doctype html>
<html lang="en"><head><title>Salt</title><meta name="author" content="Ann Miller">
<meta property="article:published_time" content="2020-01-02"></head>
<body><nav><a href="/">Home</a> <a href="/about">About this site</a></nav>
<main><article><h1>Salt</h1><p>Salt is <b>sodium</b> chloride. {MORE}</p>
<h2>Uses</h2><p>It seasons food and melts ice. {MORE}</p>
<ul><li>food</li><li>roads</li></ul>
<table><tr><th>Use</th><th>Share</th></tr><tr><td>food</td><td>6 %</td></tr></table>
<h2>Code</h2><p>A program that says so, for those who want one. {MORE}</p>
<pre><code>a = 1
  # not a heading
b = 2</code></pre></article></main>
<footer>All about us. <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY
</a></footer></body></html>""".encode()


@pytest.fixture
def page(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "salt.html").write_bytes(PAGE)
    return tmp_path / "site" / "salt.html"


def test_a_page_is_read_without_what_stands_around_it(read_site, page):
    ((document,), rejects) = read_site(Html, path=page)
    assert rejects == []
    assert (document.title, document.language, document.origin) == ("Salt", "en", "salt.html")
    assert document.text.startswith("Salt\n\nSalt is sodium chloride. It is mined")
    assert "About this site" not in document.text
    assert "All about us" not in document.text
    assert "- food\n- roads" in document.text
    assert "| Use | Share |\n| --- | --- |\n| food | 6 % |" in document.text
    assert "a = 1\n  # not a heading\nb = 2" in document.text
    assert document.metadata["tables"] == [[["Use", "Share"], ["food", "6 %"]]]
    assert document.metadata["published"] == "2020-01-02"
    assert document.licence == "CC BY 4.0"


def test_a_section_can_be_the_document(read_site, page):
    documents, _ = read_site(
        Html, path=page.parent, per="section", licence="CC0-1.0", language="de"
    )
    assert [d.title for d in documents] == ["Salt", "Salt / Uses", "Salt / Code"]
    assert {d.metadata["split_group"] for d in documents} == {"salt.html"}
    assert {(d.licence, d.language) for d in documents} == {("CC0-1.0", "de")}
    assert documents[1].metadata["section"] == "Uses"


def test_the_result_does_not_depend_on_the_day(read_site, page):
    page.write_bytes(PAGE.replace(b"2020-01-02", b"2031-05-06"))
    ((document,), _) = read_site(Html, path=page)
    assert document.metadata["published"] == "2031-05-06"


def test_another_encoding_is_understood(read_site, page):
    korean = "<html lang='ko'><head><meta charset='euc-kr'><title>소금</title></head><body>"
    text = "소금은 물의 어는점을 낮춘다. " * 20
    korean += f"<article><h1>소금</h1><p>{text}</p></article></body></html>"
    page.write_bytes(korean.encode("euc-kr"))
    ((document,), _) = read_site(Html, path=page)
    assert document.text.startswith("소금\n\n소금은 물의 어는점을 낮춘다.")
    assert document.language == "ko"


def test_pages_are_fetched_with_their_url_as_origin_and_the_date_of_access_if_it_is_given(
    read_site, site
):
    site.pages["/salt"] = PAGE
    ((document,), _) = read_site(Html, urls=[f"{site.url}/salt"], accessed="2026-11-21")
    assert document.origin == f"{site.url}/salt"
    assert document.metadata["accessed"] == "2026-11-21"
    assert site.asked == ["/robots.txt", "/salt"]
    ((document,), _) = read_site(Html, urls=[f"{site.url}/salt"])
    assert "accessed" not in document.metadata


def test_robots_txt_is_obeyed_and_its_delay_kept(read_site, site):
    site.pages = {
        "/robots.txt": b"User-agent: *\nDisallow: /private\nCrawl-delay: 0.2\n",
        "/salt": PAGE,
        "/private/salt": PAGE,
    }
    urls = [f"{site.url}/{path}" for path in ("private/salt", "salt")]
    ((document,), rejects) = read_site(Html, urls=urls, on_error="skip")
    assert document.origin == urls[1]
    assert [(r.where, r.reason) for r in rejects] == [
        (urls[0], "the site's robots.txt does not allow it")
    ]
    assert site.asked == ["/robots.txt", "/salt"]
    with pytest.raises(DataError, match=r"private/salt: the site's robots.txt does not allow it"):
        read_site(Html, urls=urls)


def test_a_site_whose_robots_txt_fails_is_taken_to_allow_nothing(read_site, site):
    site.pages = {"/robots.txt": (500, {}, b"broken"), "/salt": PAGE}
    with pytest.raises(StoppedError, match=r"robots.txt: HTTP 500, 2 times"):
        read_site(Html, urls=[f"{site.url}/salt"], max_retries=1)
    assert "/salt" not in site.asked


def test_a_page_that_is_not_there_or_has_no_text_is_a_bad_row(read_site, site):
    site.pages["/empty"] = b"<html><body></body></html>"
    for path, reason in (("gone", "HTTP 404"), ("empty", "no text was found in the page")):
        with pytest.raises(DataError, match=f"/{path}: {reason}"):
            read_site(Html, urls=[f"{site.url}/{path}"])


def test_pages_fetched_before_a_failure_are_not_fetched_again(read_site, site):
    site.pages = {"/1": PAGE, "/2": (503, {}, b"")}
    urls = [f"{site.url}/1", f"{site.url}/2"]
    with pytest.raises(StoppedError, match="the pages so far are kept"):
        read_site(Html, urls=urls, max_retries=0)
    site.pages["/2"] = PAGE.replace(b"sodium", b"potassium")
    documents, _ = read_site(Html, urls=urls)
    assert len(documents) == 2
    assert site.counts["/1"] == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give either `path` or `urls`"),
        ({"path": "a", "urls": ["http://x"]}, "give either `path` or `urls`"),
        ({"urls": ["ftp://x"]}, "does not start with http"),
    ],
)
def test_settings_that_name_no_page_are_mistakes(settings, message):
    with pytest.raises(ValueError, match=message):
        Html.config_model(**settings)
