"""What models took is told by stage, also of runs that stopped, and nothing is paid for twice."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from byeori import StoppedError
from byeori.cli.main import run as command
from byeori.run.accounts import INTERRUPTED, accounts
from byeori.run.record import EventLog
from byeori.testing.server import OpenAIServer

MODEL = '{{name: m, base_url: "{url}", prices: {{input: 1, output: 10}}{more}}}'


def reply(body: dict[str, Any]) -> str:
    (number,) = re.findall(r"the number (\d+)", body["messages"][1]["content"])
    return json.dumps({"pairs": [{"question": f"Which {number}?", "answer": number}]})


def recipe(runner: Any, server: OpenAIServer, more: str = "") -> str:
    model = MODEL.format(url=server.base_url, more=more)
    text: str = runner.text.replace(
        "{use: test/questions}", f"{{use: question-answer, model: {model}}}"
    )
    return text.replace("filters:\n  - {use: test/odd}\n", "")


def test_a_run_that_stops_at_its_budget_goes_on_when_it_is_raised_and_accounts_for_both(
    runner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with OpenAIServer(reply) as server:
        with pytest.raises(StoppedError, match=r"`budget.requests: 7` is used up"):
            runner.run(text=recipe(runner, server, ", budget: {requests: 7}"))
        folder = runner.workspace.run_folder("numbers")
        (stopped,) = accounts(EventLog(folder / "events.jsonl"))
        assert (stopped["state"], stopped["answers"]) == ("stopped", 7)
        run = runner.run(text=recipe(runner, server, ", budget: {requests: 18}"))
        assert len(server.bodies) == 18
        assert server.repeats == {}
    (done,) = accounts(EventLog(run.folder / "events.jsonl"))
    assert (done["stage"], done["state"]) == ("examples.0", "done")
    assert (done["answers"], done["answers_from_journal"], done["requests_sent"]) == (18, 7, 18)
    cost = (done["prompt_tokens"] + 10 * done["completion_tokens"]) / 1e6
    assert done["cost"] == pytest.approx(cost)
    assert command(["show", "numbers", "--workspace", str(runner.workspace.folder)]) == 0
    table = capsys.readouterr().out
    assert re.search(r"models asked +state +answers +from journal", table)
    assert re.search(r"examples\.0 +done +18 +7 ", table)
    html = (run.folder / "report.html").read_text(encoding="utf-8")
    section = html.partition('<section id="costs"')[2].partition("</section>")[0]
    cells = re.findall(r"<td[^>]*><span>([^<]*)</span>", section)
    tokens = [f"{done[name]:,.0f}" for name in ("prompt_tokens", "completion_tokens")]
    assert cells == ["18", "7", *tokens, f"{cost:,.4g}", "18", "0", "0", "0"]
    assert ">examples.0</th>" in section
    assert "requests sent:" not in html, "it is not told a second time below the times"


RECIPE = """\
name: mine
base_model: {{path: builtin:tiny}}
documents: [{{use: jsonl, path: rows.jsonl, text: body}}]
examples: [{{use: question-answer, model: {{name: m, base_url: "{url}", concurrency: 4}}}}]
tuning: [{{use: lora, r: 8}}]
evaluators: [{{use: generated-answers}}]
"""


def test_what_was_on_the_way_at_a_kill_is_listed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ({"body": f"This is text {n} of the file."} for n in range(12))
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.chdir(tmp_path)
    with OpenAIServer(delay=0.0) as server:
        (tmp_path / "mine.yaml").write_text(RECIPE.format(url=server.base_url))
        server.delay = 60.0  # nothing is answered before the kill
        main = "from byeori.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", main, "run", "mine.yaml", "--sample", "12", "-q"],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        while len(server.bodies) < 4:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        server.delay = 0.0
        assert command(["run", "mine.yaml", "--sample", "12"]) == 0
        said = capsys.readouterr().err
        assert len(server.bodies) == 16
    assert "4 requests were on the way when the last run ended (examples.0: " in said
    folder = tmp_path / ".byeori" / "runs" / "mine" / "sample"
    listed = [json.loads(line) for line in (folder / INTERRUPTED).read_text().splitlines()]
    assert len({row["where"] for row in listed}) == 4
    (account,) = accounts(EventLog(folder / "events.jsonl"))
    assert account["requests_repeated_after_a_kill"] == 4
    assert (account["answers"], account["requests_sent"]) == (12, 12)
