"""Whole runs with a judge: killed while it judges, and with one that fails."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from byeori import Item, StoppedError
from byeori.bulk import Rows
from byeori.context import Silent
from byeori.lineage import explain
from byeori.run.outlook import outlooks
from byeori.store import Workspace
from byeori.store.answers import AnswerJournal
from byeori.testing.server import OpenAIServer

from . import judged_run
from .judged_run import planned, run

RECIPE = """\
name: judged
base_model: {{path: model}}
documents:
  - {{use: jsonl, path: rows.jsonl}}
examples:
  - use: templates
    templates: [{{instruction: "What of {{{{ n }}}}?", output: "{{{{ text }}}}"}}]
split: {{train: 0.2, validation: 0.1, test: 0.7}}
tuning:
  - {{use: test/remember, id: tuned}}
evaluators:
  - use: judge
    rubric: nasa/closest-answer
    model: {{name: gpt-x, base_url: "{url}", backoff_seconds: 0.01, max_failures: 1}}
"""


def prepare(folder: Path, server: OpenAIServer, rows: int = 30) -> Path:
    (folder / "model").mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / "model" / name).write_text("never loaded here")
    lines = [json.dumps({"text": f"Number {n} is {n * n}.", "n": n}) for n in range(rows)]
    (folder / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "recipe.yaml").write_text(RECIPE.format(url=server.base_url), encoding="utf-8")
    return folder


def verdict(body: dict[str, Any]) -> str:
    text = body["messages"][0]["content"]
    score = 1 + sum(map(ord, text)) % 5
    points = {"answer_1": {"match": score}, "answer_2": {"match": 6 - score}}
    closer = ("answer_1", "answer_2", "nothing")[sum(map(ord, text)) % 3]
    return json.dumps({"reason": f"sum {score}", **points, "closer": closer})


def result(folder: Path, name: str) -> str:
    return (folder / "workspace/runs/judged" / name).read_text(encoding="utf-8")


def kill_while_it_judges(folder: Path, server: OpenAIServer, requests: int) -> None:
    before = len(server.bodies)
    process = subprocess.Popen([sys.executable, judged_run.__file__, str(folder)])
    while len(server.bodies) < before + requests and process.poll() is None:
        server.wait(0.01)
    assert process.poll() is None
    process.kill()
    process.wait()


def committed(folder: Path) -> set[str]:
    with AnswerJournal(folder / "workspace/answers.sqlite") as journal:
        kept = [a for digit in "0123456789abcdef" for a in journal.lookup(digit)]
    return {json.dumps(answer.request, sort_keys=True) for answer in kept}


def test_killed_while_judging_nothing_is_judged_twice_and_the_scores_are_the_same(
    tmp_path: Path,
) -> None:
    with OpenAIServer(verdict) as server:
        whole = prepare(tmp_path / "whole", server)
        run(whole)
        bodies = server.requests
        assert set(bodies.values()) == {1}  # base and tuned model share their judgements
        killed = prepare(tmp_path / "killed", server)
        server.delay = 0.1
        kill_while_it_judges(killed, server, len(bodies) // 2)
        kept = committed(killed)
        assert 0 < len(kept) < len(bodies)
        before = server.requests
        run(killed)
        again = {body for body, number in server.requests.items() if number > before[body]}
    assert again == set(bodies) - kept
    assert result(killed, "scores.json") == result(whole, "scores.json")
    assert result(killed, "report.json") == result(whole, "report.json")


def test_explaining_an_item_shows_answers_scores_and_what_the_judge_said(tmp_path: Path) -> None:
    with OpenAIServer(verdict) as server:
        run(prepare(tmp_path, server))
    item = json.loads(result(tmp_path, "scores.json"))[0]["item_id"]
    facts = explain(Workspace(tmp_path / "workspace"), item)
    kinds = Counter(fact["kind"] for fact in facts)
    assert kinds["prediction"] == 2
    assert kinds["score"] == 4
    assert kinds["answer"] == 2
    (first, _) = (fact["row"] for fact in facts if fact["kind"] == "answer")
    assert first["response"]["choices"][0]["message"]["content"].startswith('{"reason": "sum ')


def test_a_dry_run_tells_what_judging_will_take_once_the_models_have_answered(
    tmp_path: Path,
) -> None:
    with OpenAIServer(lambda body: "garbage") as server:
        folder = prepare(tmp_path, server)
        with pytest.raises(StoppedError):
            run(folder)
        before = len(server.bodies)
        plan, workspace = planned(folder)
        told = {outlook.stage: outlook for outlook in outlooks(plan, workspace, Silent())}
        assert len(server.bodies) == before
    figures = {e.name: e for e in told["scores.judge.tuned"].estimates}
    (item_file, *_) = workspace.artifacts.folder.glob("*/items.arrow")
    assert figures["requests"].low == 2 * len(Rows(item_file, Item)) > 20
    assert figures["requests"].text.startswith("gpt-x: ")


def test_above_5_percent_of_failures_there_is_no_headline(tmp_path: Path) -> None:
    def reply(body: dict[str, Any]) -> str:
        return "no idea" if "What of 1" in body["messages"][0]["content"] else verdict(body)

    with OpenAIServer(reply) as server:
        run(prepare(tmp_path, server))
    found = json.loads(result(tmp_path, "report.json"))
    assert found["headline"]["verdict"] == "unreliable"
    assert found["headline"]["title"].startswith("No result on judge match: ")
    diagnostics = {(d["name"], d["model"]): d for d in found["diagnostics"]["judge"]}
    assert diagnostics["not judged", "tuned"]["value"] > 0.05
    assert diagnostics["failed judgements", ""]["note"] == "Most often the answer is not JSON."


@pytest.mark.slow  # 10,000 replies take half a minute
def test_10000_replies_of_garbage_give_no_score(tmp_path: Path) -> None:
    with OpenAIServer(lambda body: "The answer is forty-two.") as server:
        folder = prepare(tmp_path, server, rows=3600)
        with pytest.raises(StoppedError, match="that is all of them; the last: the answer is not"):
            run(folder)
        assert len(server.bodies) >= 10_000
    assert not list((tmp_path / "workspace").rglob("scores.arrow"))
    assert not list((tmp_path / "workspace").rglob("report.*"))
