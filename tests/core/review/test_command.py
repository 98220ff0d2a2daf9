import json
import socket
from pathlib import Path
from typing import Any

import pytest

from byeori.cli import reviewing
from byeori.cli.main import run as command
from byeori.cli.reviewing import _server
from byeori.review.records import Decision


def review(study: Any, *options: str) -> int:
    workspace = str(study.workspace.folder)
    return command(["review", "mine/sample", "--workspace", workspace, *options])


def test_decisions_leave_and_come_back_by_the_command(
    study: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [row.id for row in study.subject.examples]
    with study.review() as store:
        for reviewer, verdicts in {"kim": "accept reject", "lee": "accept accept"}.items():
            for example, verdict in zip(names, verdicts.split(), strict=False):
                store.decide(Decision(example=example, reviewer=reviewer, verdict=verdict))
    file = str(tmp_path / "out.jsonl")
    assert review(study, "--export", file) == 0
    assert capsys.readouterr().out == f"4 lines written to {file}\n"
    assert review(study, "--agreement") == 0
    assert capsys.readouterr().out == (
        "kim and lee: 2 examples in common, 1 with the same verdict; "
        "Cohen's kappa 0.000 [0.000, 0.000]; 1 to adjudicate\n"
    )
    assert review(study, "--import", file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["known"] == 4
    assert review(study, "--export", file, "--all", "--json") == 0
    assert json.loads(capsys.readouterr().out)["lines"] == 2 + 24


def test_a_run_without_examples_cannot_be_reviewed(
    study: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in study.workspace.artifacts.folder.glob("[0-9a-f]*"):
        (folder / "manifest.json").unlink()
    assert review(study) == 4
    assert "run the recipe first" in capsys.readouterr().err


def test_the_page_has_the_address_it_had_and_another_where_that_is_taken(study: Any) -> None:
    with study.review() as store:

        def url(port: int | None = None) -> tuple[str, int]:
            with _server(store, study.subject, "kim", "reviewer", port) as server:
                return server.token, server.server_port

        token, port = url()
        assert url() == (token, port)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", port))
            taken.listen()
            assert url()[0] == token
            assert url()[1] != port
            with pytest.raises(reviewing.StoppedError, match="choose another"):
                url(port)


def test_the_overlap_is_kept_with_the_review(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def serve(server: Any, **options: bool) -> None:
        seen.append(server.desk.queue.overlap)
        server.server_close()

    monkeypatch.setattr(reviewing, "_serve", serve)
    assert review(study) == 0
    assert review(study, "--overlap", "0.25", "--reviewer", "kim") == 0
    assert review(study, "--reviewer", "lee") == 0
    assert seen == [0.0, 0.25, 0.25]
    assert review(study, "--overlap", "2") == 2
