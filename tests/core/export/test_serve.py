"""`byeori serve` hands a gated export over to a server, which answers as the evaluation did."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from byeori import DataError
from byeori.cli.main import run as byeori
from byeori.export.make import Wish, make_export, up_to_date
from byeori.export.subject import Subject, find_subject
from byeori.models import TransformersModel, load
from byeori.serving import find_engine
from byeori.store import Workspace

SECONDS_TO_START = 180


def printed(town: Workspace, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    command = ["serve", "town", "--stage", "lora", "--print", *options]
    assert byeori([*command, "--workspace", str(town.folder)]) == 0
    return shlex.split(capsys.readouterr().out)


def test_the_command_is_printed_with_an_export_that_passed_the_gate(
    town: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = town.folder / "exports" / "town" / "lora-merged"
    command = printed(town, capsys, "--port", "8001")
    assert command[:3] == ["transformers", "serve", str(folder)]
    assert command[3:] == ["--host", "127.0.0.1", "--port", "8001"]
    made = (folder / "model.safetensors").stat().st_mtime_ns
    command = printed(town, capsys, "--engine", "vllm")
    assert (folder / "model.safetensors").stat().st_mtime_ns == made
    assert command[:5] == ["vllm", "serve", str(folder), "--served-model-name", "town-lora"]
    assert command[command.index("--chat-template") + 1] == str(folder / "chat_template.jinja")
    greedy = command[command.index("--override-generation-config") + 1]
    assert json.loads(greedy) == {"temperature": 0}


def test_vllm_is_given_the_base_and_the_adapter_where_asked(
    town: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    command = printed(town, capsys, "--engine", "vllm", "--adapter")
    folder = town.folder / "exports" / "town" / "lora-adapter"
    assert Path(command[2]).name == "tiny"
    assert command[command.index("--lora-modules") + 1] == f"town-lora={folder}"
    assert command[command.index("--max-lora-rank") + 1] == "8"
    assert byeori(["serve", "town", "--adapter", "--workspace", str(town.folder)]) == 2


def test_a_server_that_is_not_installed_is_named_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match=r"there is no program 'vllm'; pip install vllm"):
        find_engine("vllm")
    with pytest.raises(DataError, match=r"transformers\[serving\]"):
        find_engine("transformers")


def test_an_export_is_made_again_when_a_file_of_it_was_changed(
    subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    lora, folder = subject("lora"), tmp_path / "model"
    assert not up_to_date(lora, "merged", folder)
    make_export(lora, Wish("merged", folder, questions=1), lambda text: None)
    assert up_to_date(lora, "merged", folder)
    assert not up_to_date(subject("whole"), "merged", folder)
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert not up_to_date(lora, "merged", folder)


@pytest.mark.slow
def test_transformers_serve_answers_what_byeori_answers(town: Workspace, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "byeori", "serve", "town", "--stage", "lora"]
    command += ["--port", str(port), "--workspace", str(town.folder)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process, tmp_path / "log")
        lora = find_subject(town, "town", "lora")
        folder = str(town.folder / "exports" / "town" / "lora-merged")
        prompts = [p for p in lora.prompts(20) if not p.input][:4]
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        answers = [ask(url, folder, p.instruction) for p in prompts]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    model = TransformersModel(load(lora.ref), "lora", lora.ref.template)
    assert answers == model.generate(prompts, lora.decoding)
    assert any(answers)


def ask(url: str, model: str, question: str) -> str:
    message: dict[str, Any] = {"role": "user", "content": question}
    body = json.dumps({"model": model, "messages": [message], "max_tokens": 12})
    request = Request(url, body.encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as response:
        return str(json.load(response)["choices"][0]["message"]["content"]).strip()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"no answer in {SECONDS_TO_START} s: {log.read_text()}")
