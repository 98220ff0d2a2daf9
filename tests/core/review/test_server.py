import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from byeori.review.desk import Desk
from byeori.review.queue import Queue
from byeori.review.server import HOST, ReviewServer
from byeori.review.store import ReviewStore


@pytest.fixture
def server(study: Any, store: ReviewStore) -> Iterator[ReviewServer]:
    with ReviewServer(Desk(study.subject, Queue(store, "kim")), "secret") as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def call(
    server: ReviewServer, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=10)
    sent = {"Authorization": "Bearer secret"} | headers
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
    connection.request(method, path, content, sent)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    kind = response.headers["Content-Type"]
    return response.status, json.loads(answer) if "json" in kind else answer.decode()


def test_an_example_comes_with_its_document_and_the_place_of_its_answer(
    server: ReviewServer,
) -> None:
    status, answer = call(server, "GET", "/api/next")
    assert status == 200
    item = answer["item"]
    assert item["texts"] == {"instruction": "Who wrote 10?", "input": "", "output": "Author10"}
    assert item["document"]["passages"] == [
        {"name": "text", "parts": ["Report 10 is by ", "Author10", "."]}
    ]
    assert answer["progress"]["left"] == 24


def test_a_decision_is_committed_before_the_next_example_is_sent(server: ReviewServer) -> None:
    _, first = call(server, "GET", "/api/next")
    sent = {"example": first["item"]["id"], "verdict": "accept", "nonce": "n",
            "texts": {"output": "저자 10"}, "note": " 한글로 "}  # fmt: skip
    status, second = call(server, "POST", "/api/decide", sent)
    assert (status, second["item"]["position"]) == (200, 1)
    (one,) = server.desk.queue.store.current()
    assert (one.verdict, one.edits, one.note) == ("edit", {"output": "저자 10"}, "한글로")
    assert (second["progress"]["edit"], second["progress"]["left"]) == (1, 23)
    assert call(server, "POST", "/api/decide", sent)[0] == 200
    assert len(list(server.desk.queue.store.current())) == 1
    _, undone = call(server, "POST", "/api/undo", {})
    assert undone["item"]["id"] == sent["example"]
    assert undone["item"]["mine"] is None
    assert (undone["undone"]["edits"], undone["undone"]["note"]) == (
        {"output": "저자 10"},
        "한글로",
    )
    assert call(server, "POST", "/api/undo", {})[1]["item"] is None


def test_filters_hold_for_the_next_and_for_steps(server: ReviewServer) -> None:
    _, korean = call(server, "GET", "/api/next?language=ko")
    assert korean["item"]["language"] == "ko"
    assert korean["progress"]["total"] == 12
    _, step = call(server, "GET", "/api/step?language=ko&from=1&by=1")
    assert step["item"]["position"] == 3
    assert call(server, "GET", "/api/next?at=5")[1]["item"]["position"] == 5
    assert call(server, "GET", "/api/session")[1]["task"] == {"name": 12, "number": 12}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/next", {"Authorization": "Bearer wrong"}, 403),
        ("GET", "/api/next", {"Authorization": ""}, 403),
        ("GET", "/api/next", {"Host": "evil.example"}, 403),
        ("GET", "/index.html", {"Host": "evil.example:80"}, 403),
        ("GET", "/../server.py", {}, 404),
        ("GET", "/static/app.js", {}, 404),
        ("GET", "/server.py", {}, 404),
        ("POST", "/api/next", {}, 404),
        ("GET", "/api/decide", {}, 404),
        ("GET", "/api/next?at=x", {}, 400),
        ("GET", "/api/next?at=999", {}, 404),
        ("GET", "/api/next?state=odd", {}, 400),
        ("POST", "/api/decide", {"Content-Length": "99999999"}, 413),
    ],
)
def test_what_is_not_allowed_is_refused(
    server: ReviewServer, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert call(server, method, path, **headers)[0] == status


def test_what_is_no_decision_is_refused_with_a_reason(server: ReviewServer) -> None:
    id_ = call(server, "GET", "/api/next")[1]["item"]["id"]
    for sent, status, said in (
        ({"example": "x", "verdict": "accept"}, 404, "no example x"),
        ({"example": id_, "verdict": "ok"}, 400, "the verdict is one of"),
        ({"example": id_, "verdict": "edit", "texts": {"output": " "}}, 400, "may not be empty"),
        ({"example": id_, "verdict": "edit", "texts": [1]}, 400, "texts by field"),
        (b"[]", 400, "JSON object"),
        (b"{", 400, "Expecting"),
    ):
        found = call(server, "POST", "/api/decide", sent)
        assert (found[0], said in found[1]["error"]) == (status, True)
    assert list(server.desk.queue.store.current()) == []


def test_every_file_the_page_names_is_served_and_nothing_comes_from_elsewhere(
    server: ReviewServer,
) -> None:
    status, page = call(server, "GET", "/", Authorization="")
    assert status == 200
    assert "://" not in page
    for name in ("app.js", "api.js", "drafts.js", "keys.js", "view.js", "words.js", "style.css"):
        status, text = call(server, "GET", f"/{name}")
        assert status == 200
        assert "http:" not in text
        assert "https:" not in text
