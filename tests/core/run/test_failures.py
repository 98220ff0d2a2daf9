"""A request that fails for good is listed and the rest go on; too many of them stop the run."""

import json
from pathlib import Path
from typing import Any

import pytest

from byeori import ExitCode
from byeori.cli.main import run as command
from byeori.testing.server import Fault, OpenAIServer, question_answer_reply

RECIPE = """\
name: mine
base_model: {{path: builtin:tiny}}
documents: [{{use: jsonl, path: rows.jsonl, text: body}}]
examples:
  - use: question-answer
    model: {{name: m, base_url: "{url}", concurrency: 4, backoff_seconds: 0.01{more}}}
tuning: [{{use: lora, r: 8}}]
evaluators: [{{use: generated-answers}}]
"""
BATCH = ", mode: batch, batch: {gather_seconds: 0.1, poll_seconds: 0.02}"


class Server(OpenAIServer):
    """Refuses the texts with certain numbers."""

    refused: frozenset[int] = frozenset()

    def arrive(self, body: dict[str, Any]) -> Fault | None:
        super().arrive(body)
        (number,) = (n for n in range(24) if f"text {n} of" in json.dumps(body))
        return Fault("status", status=400, message="too odd") if number in self.refused else None


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    rows = ({"body": f"This is text {n} of the file."} for n in range(24))
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.chdir(tmp_path)
    with Server(question_answer_reply) as server:
        yield server


def run(folder: Path, server: OpenAIServer, more: str = "") -> int:
    (folder / "mine.yaml").write_text(RECIPE.format(url=server.base_url, more=more))
    return command(["run", "mine.yaml", "--sample", "24"])


def rejected(folder: Path) -> list[dict[str, Any]]:
    files = (folder / ".byeori" / "artifacts").glob("*/rejects.jsonl")
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.mark.parametrize("more", ["", BATCH])
def test_a_request_that_is_refused_is_listed_with_its_reason_and_the_others_go_on(
    tmp_path: Path, server: Server, more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server.refused = frozenset({5, 17})
    assert run(tmp_path, server, more) == ExitCode.DONE
    rows = [row for row in rejected(tmp_path) if "HTTP" in row["reason"]]
    assert [(row["reason"], row["text"]) for row in rows] == [("HTTP 400", "too odd")] * 2
    assert len({row["where"] for row in rows}) == 2
    assert "dropped 2: HTTP 400" in capsys.readouterr().out
    assert server.repeats == {}


@pytest.mark.parametrize("more", ["", BATCH])
def test_too_many_of_them_stop_the_run_and_the_next_asks_only_what_is_left(
    tmp_path: Path, server: Server, more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server.refused = frozenset(range(0, 24, 2))
    assert run(tmp_path, server, more) == ExitCode.STOPPED
    said = capsys.readouterr().err
    assert "more than `max_failures: 0.2`; the last: HTTP 400 (too odd)" in said
    assert "run again: the answers so far are kept" in said
    server.refused = frozenset()
    assert run(tmp_path, server, more) == ExitCode.DONE
    assert [row for row in rejected(tmp_path) if "HTTP" in row["reason"]] == []
    assert server.repeats == {}, "no answer was paid for twice"
