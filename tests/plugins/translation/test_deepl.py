"""`translate` by a service with DeepL's API, against one on the loopback interface."""

import json
import re
import threading
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Document, StoppedError
from byeori.bulk import with_id
from byeori_plugins.generators.translate import Translate, TranslateConfig
from byeori_plugins.translation.deepl import marked, unmarked

KEY = "0123-secret-key:fx"


class Service(ThreadingHTTPServer):
    """Answers `POST /v2/translate` as DeepL documents it; turns letters outside `ignore_tags`
    into Korean ones."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.bodies, self.headers = [], [], []
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}/v2"

    def reply(self, body):
        return {
            "translations": [
                {"detected_source_language": "EN", "text": said(text, body["ignore_tags"])}
                for text in body["text"]
            ]
        }


def said(text, ignored):
    root = ElementTree.fromstring(f"<all>{text}</all>")
    root.text = korean(root.text)
    for child in root:
        assert child.tag in ignored
        child.tail = korean(child.tail)
    return ElementTree.tostring(root, encoding="unicode")[len("<all>") : -len("</all>")]


def korean(text):
    return re.sub(r"[A-Za-z]{2,}", "말", text or "")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.server.headers.append(dict(self.headers))
        status, answer = 200, b""
        if self.server.script and (scripted := self.server.script.pop(0)) is not None:
            status, answer = scripted
        elif self.path != "/v2/translate":
            status = 404
        elif self.headers["Authorization"] != f"DeepL-Auth-Key {KEY}":
            status, answer = 403, b'{"message": "Wrong key."}'
        if status == 200 and not answer:
            answer = json.dumps(self.server.reply(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    with Service() as service:
        threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
        yield service
        service.shutdown()


SALT = {"instruction": "Name <b>one</b> salt & say {why}.", "output": "It is `NaCl`, 58 g."}
TEA = {"instruction": "Name one tea.", "output": "Green tea."}


def translated(service, context, *rows, **settings):
    documents = [
        with_id(Document(text=str(row), language="en-US", metadata={"instructions": [row]}))
        for row in rows
    ]
    deepl = {"base_url": service.base_url, "backoff_seconds": 0.005}
    config = {"to": "ko", "deepl": deepl | settings.pop("deepl", {}), **settings}
    return list(Translate(TranslateConfig.model_validate(config)).examples(documents, context))


def test_the_request_is_the_documented_one_and_what_must_survive_is_marked(service, context):
    (made,) = translated(service, context, SALT, deepl={"extra": {"formality": "prefer_more"}})
    assert made.instruction == "말 <b>말</b> 말 & 말 {why}."
    assert made.output == "말 말 `NaCl`, 58 g."
    (body,) = service.bodies
    assert body["target_lang"] == "KO" and body["source_lang"] == "EN"
    assert body["text"][0] == (
        "Name <keep>&lt;b&gt;</keep>one<keep>&lt;/b&gt;</keep> salt &amp; say <keep>{why}</keep>."
    )
    assert (body["tag_handling"], body["ignore_tags"]) == ("xml", ["keep"])
    assert body["formality"] == "prefer_more"
    assert service.headers[0]["Authorization"] == f"DeepL-Auth-Key {KEY}"


def test_no_text_is_paid_for_twice_and_the_key_is_in_no_journal(service, context, journal):
    first = translated(service, context, SALT, TEA)
    count = len(service.bodies)
    assert translated(service, context, SALT, TEA) == first
    assert len(service.bodies) == count == 2
    kept = journal.get(first[0].metadata["answer"])
    assert kept is not None and kept.response["deepl"]["translations"]
    assert KEY.encode() not in b"".join(
        p.read_bytes() for p in journal.path.parent.glob("*sqlite*")
    )


def test_passing_failures_are_tried_again_and_change_nothing(service, context):
    service.script = [
        (429, b""),
        (500, b""),
        (529, b""),
        (200, b"garbage"),
        (200, b'{"translations": 1}'),
    ]
    (made,) = translated(service, context, TEA)
    assert made.output == "말 말."
    assert len(service.bodies) == 6


def test_a_quota_that_is_used_up_stops_the_run_and_what_came_is_kept(service, context):
    service.script = [None, (456, b'{"message": "Quota exceeded"}')]
    with pytest.raises(StoppedError, match="nothing left"):
        translated(service, context, SALT, TEA, deepl={"concurrency": 1})
    assert len(translated(service, context, SALT, TEA)) == 2
    assert len(service.bodies) == 3


def test_a_wrong_key_stops_the_run_and_is_not_shown(service, context, monkeypatch):
    monkeypatch.setenv("DEEPL_AUTH_KEY", "another-secret")
    with pytest.raises(StoppedError, match="refused the key") as stopped:
        translated(service, context, TEA)
    assert "another-secret" not in str(stopped.value)


def test_a_request_that_is_too_large_costs_that_document_alone(service, context, heard):
    service.script = [(413, b'{"message": "Request size exceeds the limit"}')]
    (made,) = translated(service, context, SALT, TEA, deepl={"concurrency": 1})
    assert made.output == "말 말."
    assert [reject.reason for reject in heard.rejects] == ["HTTP 413"]


def test_fewer_translations_than_texts_are_refused(service, context, heard):
    one = json.dumps({"translations": [{"text": "말"}]}).encode()
    service.script = [(200, one)]
    (made,) = translated(service, context, SALT, TEA, deepl={"concurrency": 1})
    assert made.output == "말 말."
    assert [reject.reason for reject in heard.rejects] == ["1 translations of 2 texts"]


def test_a_document_of_many_texts_goes_out_fifty_at_a_time(service, context):
    messages = [
        {"role": ("user", "assistant")[n % 2], "content": f"Say tea {'x' * (n + 1)}."}
        for n in range(120)
    ]
    talk = with_id(Document(text="talk", language="en", metadata={"messages": messages}))
    config = {"to": "ko", "deepl": {"base_url": service.base_url}, "turns": "last"}
    (made,) = Translate(TranslateConfig.model_validate(config)).examples([talk], context)
    assert len(made.history) == 118
    assert sorted(len(body["text"]) for body in service.bodies) == [20, 50, 50]


@given(st.text(max_size=100), st.lists(st.text(min_size=1, max_size=5), max_size=3))
def test_what_is_marked_comes_back_as_it_was(text, names):
    assert unmarked(marked(text, tuple(names))) == text


@pytest.mark.parametrize(
    "deepl", [{"extra": {"text": ["x"]}}, {"base_url": "deepl"}, {"api_key_env": KEY}]
)
def test_settings_that_cannot_be_are_refused_and_no_key_is_repeated(deepl):
    with pytest.raises(ValidationError) as error:
        TranslateConfig.model_validate({"to": "ko", "deepl": deepl})
    assert "must" in str(error.value) or "set by byeori" in str(error.value)
