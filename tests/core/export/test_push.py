"""Exports go to the hub privately, with their card; the hub is one on the loopback interface."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from byeori.cli.main import run as byeori
from byeori.export.errors import ExportError
from byeori.export.push import check_push, push
from byeori.export.subject import find_subject
from byeori.store import Workspace


class Hub:
    """Answers what huggingface_hub asks for an upload."""

    def __init__(self) -> None:
        self.private: bool | None = None
        self.files: dict[str, bytes] = {}
        self.tokens: set[str] = set()
        self.refuse = False
        self.url = ""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if self.refuse:
            return 403, {"error": "You don't have the rights"}
        if path == "/api/repos/create":
            asked = json.loads(body)
            if self.private is not None:
                return 409, {"error": "exists", "url": f"{self.url}/me/town"}
            self.private = asked.get("private", asked.get("visibility") == "private")
            return 200, {"url": f"{self.url}/me/town", "name": "me/town"}
        if path == "/api/validate-yaml":
            return 200, {"warnings": [], "errors": []}
        if path.startswith("/api/models/me/town/preupload/"):
            files = json.loads(body)["files"]
            entry = {"uploadMode": "regular", "shouldIgnore": False}
            return 200, {"files": [{"path": f["path"], **entry} for f in files]}
        if path.startswith("/api/models/me/town/commit/"):
            for line in body.splitlines():
                row = json.loads(line)
                if row["key"] == "file":
                    self.files[row["value"]["path"]] = base64.b64decode(row["value"]["content"])
            url = f"{self.url}/me/town/commit/abc"
            return 200, {"commitUrl": url, "commitOid": "abc", "success": True}
        if path.startswith("/api/models/me/town"):
            return 200, {"id": "me/town", "private": self.private, "sha": "abc", "siblings": []}
        return 404, {"error": f"no {method} {path}"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # and, below, the others
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.tokens.add(str(self.headers.get("Authorization")))
            status, value = made.answer(self.command, self.path.partition("?")[0], body)
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    for other in ("do_GET", "do_HEAD"):
        setattr(Handler, other, Handler.do_POST)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def ours(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """huggingface_hub speaks to the hub of the test, with a token of the test."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "README.md").write_text("---\nlicense: mit\n---\n")
    return tmp_path / "model"


def test_an_export_is_pushed_privately_with_its_card(
    town: Workspace, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "model"
    command = ["export", "town", "--stage", "lora", "--to", str(to), "--questions", "1"]
    assert byeori([*command, "--push", "town", "--workspace", str(town.folder)]) == 0
    told = capsys.readouterr()
    assert f"pushed to {hub.url}/me/town/commit/abc" in told.out
    assert hub.private is True
    assert "Bearer hf_secret" in hub.tokens
    assert "hf_secret" not in told.out + told.err
    assert hub.files == {path.name: path.read_bytes() for path in to.iterdir()}
    card = hub.files["README.md"].decode()
    assert card.startswith("---\n") and "library_name: transformers" in card


def test_a_public_repository_is_refused_unless_it_was_meant(hub: Hub, folder: Path) -> None:
    hub.private = False
    with pytest.raises(ExportError, match="me/town is public on the hub; nothing was uploaded"):
        push(folder, "town", public=False, tell=lambda text: None)
    assert not hub.files
    push(folder, "town", public=True, tell=lambda text: None)
    assert "README.md" in hub.files


def test_what_the_hub_refuses_is_told_and_the_export_stays(hub: Hub, folder: Path) -> None:
    hub.refuse = True
    with pytest.raises(
        ExportError, match=r"(?s)the hub did not take town.*hf auth login"
    ) as caught:
        push(folder, "town", public=False, tell=lambda text: None)
    assert "hf_secret" not in str(caught.value)
    assert (folder / "README.md").is_file()


def test_an_adapter_whose_base_nobody_has_is_not_pushed(town: Workspace) -> None:
    lora = find_subject(town, "town", "lora")
    with pytest.raises(ExportError, match="is not on the hub"):
        check_push(lora, "adapter")
    check_push(lora, "merged")
    on_hub = replace(lora, ref=replace(lora.ref, base="some/model", revision="a" * 40))
    check_push(on_hub, "adapter")


def test_a_folder_without_a_card_is_not_pushed(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no model card"):
        push(tmp_path, "me/town", public=False, tell=lambda text: None)
