import time

import pytest

from byeori import StoppedError
from byeori.testing import testing_context
from byeori_plugins.sources import Fetcher
from byeori_plugins.sources.web.fetching import FetchConfig, RefusedError


@pytest.fixture
def fetch(tmp_path, site):
    """One page, by a new fetcher with the workspace's cache."""

    def fetch_(path="/page", parse=bytes, params=None, secret=None, **settings):
        config = FetchConfig(**{"delay_seconds": 0, **settings})
        with Fetcher(config, testing_context(tmp_path), secret=secret) as fetcher:
            return fetcher.get(site.url + path, parse, params)

    return fetch_


def test_a_page_is_fetched_once_however_often_it_is_asked_for(site, fetch):
    site.pages["/page"] = b"text"
    assert [fetch(), fetch()] == [b"text", b"text"]
    assert fetch(params={"a": "1"}) == b"text"
    assert site.asked == ["/page", "/page?a=1"]


def test_another_date_of_access_fetches_anew(site, fetch):
    site.pages["/page"] = b"old"
    assert fetch(accessed="2026-01-01") == b"old"
    site.pages["/page"] = b"new"
    assert fetch(accessed="2026-01-01") == b"old"
    assert fetch(accessed="2026-02-01") == b"new"


def test_the_server_sees_who_asks(site, fetch):
    site.pages["/page"] = b""
    fetch(contact="ann@example.org")
    assert site.headers[0]["User-Agent"].startswith("byeori/")
    assert site.headers[0]["User-Agent"].endswith("(ann@example.org)")


@pytest.mark.parametrize(
    "fault", [(500, {}, b""), (503, {}, b"busy"), (429, {"Retry-After": "0"}, b""), (0, {}, b"")]
)
def test_what_fails_for_now_is_tried_again(site, fetch, fault):
    site.pages["/page"] = b"text"
    site.script = [fault, fault]
    assert fetch() == b"text"
    assert len(site.asked) == 3


def test_a_server_is_given_the_time_it_asks_for(site, fetch):
    site.pages["/page"] = b"text"
    site.script = [(429, {"Retry-After": "1"}, b"")]
    start = time.monotonic()
    fetch()
    assert time.monotonic() - start >= 1


def test_requests_to_one_server_are_spaced(site, tmp_path):
    site.pages = {f"/{n}": b"x" for n in range(4)}
    start = time.monotonic()
    with Fetcher(FetchConfig(delay_seconds=0.1), testing_context(tmp_path)) as fetcher:
        for n in range(4):
            fetcher.get(f"{site.url}/{n}", bytes)
    assert time.monotonic() - start >= 0.3


def test_a_server_that_asks_for_too_long_or_fails_for_good_stops_the_run(site, fetch):
    site.script = [(503, {"Retry-After": "3600"}, b"maintenance")]
    with pytest.raises(StoppedError, match=r"asks to wait 3600 s .*maintenance.* run again later"):
        fetch()
    site.script = [(500, {}, b"broken")] * 3
    with pytest.raises(StoppedError, match=r"HTTP 500, 3 times \(broken\); run again later"):
        fetch(max_retries=2)


def test_a_page_that_is_refused_is_not_tried_again(site, fetch):
    with pytest.raises(RefusedError, match=r"/page: HTTP 404 \(no such page\)") as refused:
        fetch()
    assert refused.value.status == 404
    assert len(site.asked) == 1


def test_an_answer_that_is_wrong_is_asked_for_again_and_never_kept(site, fetch):
    site.pages["/page"] = b"7"
    site.script = [(200, {}, b"seven")]
    assert fetch(parse=int) == 7
    assert len(site.asked) == 2
    site.pages["/page"] = b"eight"
    with pytest.raises(StoppedError, match=r"the answer is wrong: .*eight"):
        fetch(parse=int, params={"a": "1"}, max_retries=1)


def test_a_key_is_sent_and_shown_nowhere(site, fetch, tmp_path):
    site.pages["/page"] = b"text"
    fetch(secret={"api_key": "secret-of-ann"})
    assert site.asked == ["/page?api_key=secret-of-ann"]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not any(b"secret" in path.read_bytes() or "secret" in path.name for path in kept)
    site.pages["/page"] = (403, {}, b"the key secret-of-ann is not valid")
    with pytest.raises(RefusedError, match=r"the key \*\*\* is not valid"):
        fetch(secret={"api_key": "secret-of-ann"}, accessed="later")


def test_redirects_are_followed(site, fetch):
    site.pages = {"/page": (301, {"Location": "/other"}, b""), "/other": b"there"}
    assert fetch() == b"there"
