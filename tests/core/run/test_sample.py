import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.browsing import open_run
from byeori.bulk import Rows
from byeori.cli.main import run as command
from byeori.context import Silent
from byeori.plan import make_plan
from byeori.records import Document, Example
from byeori.run import Run, execute
from byeori.run.sample import trial
from byeori.stages.sampling import spread
from byeori.testing.server import OpenAIServer


@given(st.integers(0, 300), st.integers(1, 40), st.integers(0, 99))
def test_a_sample_takes_one_document_of_each_equal_stretch(
    total: int, number: int, seed: int
) -> None:
    ids = [str(n) for n in range(total)]
    chosen = sorted(int(id_) for id_ in spread(ids, number, random.Random(seed)))
    assert len(chosen) == min(total, number)
    if number < total:
        stretches = [n * number // total for n in chosen]
        assert all(abs(s - i) <= 1 for i, s in enumerate(stretches))
    assert spread(ids, number, random.Random(seed)) == {str(n) for n in chosen}


def sample(runner: Any, number: int, *options: str, text: str | None = None) -> Run:
    plan = runner.plan(*options, text=text or runner.text)
    plan = make_plan(plan.source, plan.registry, number)
    return execute(plan, runner.workspace, Silent())


def test_a_sample_ends_with_the_examples_and_leaves_the_run_alone(runner: Any) -> None:
    whole = runner.run()
    before = (whole.folder / "plan.json").read_bytes()
    run = sample(runner, 5)
    assert [stage.id for stage in run.plan.stages] == [
        "documents.0",
        "documents",
        "examples.0",
        "examples",
    ]
    assert run.made == ["documents", "examples.0", "examples"]  # the source had been read
    assert (whole.folder / "plan.json").read_bytes() == before
    assert len(Rows(run.artifacts["documents"].path("documents.arrow"), Document)) == 5


def test_its_documents_and_examples_are_those_of_the_whole_run(runner: Any) -> None:
    part, whole = sample(runner, 6), runner.run()
    for stage, file, kind in (
        ("documents", "documents.arrow", Document),
        ("examples", "examples.arrow", Example),
    ):
        few, all_ = (Rows(r.artifacts[stage].path(file), kind).column("id") for r in (part, whole))
        assert few == [id_ for id_ in all_ if id_ in set(few)]
        assert 0 < len(few) < len(all_)


def test_another_seed_is_another_sample_and_the_same_seed_the_same(runner: Any) -> None:
    def ids(*options: str) -> list[str]:
        run = sample(runner, 6, *options)
        return list(Rows(run.artifacts["documents"].path("documents.arrow"), Document).column("id"))

    assert ids() == ids()
    assert ids() != ids("seed=7")


def test_answers_of_a_sample_are_paid_for_once_and_told_with_their_cost(runner: Any) -> None:
    def reply(body: dict[str, Any]) -> str:
        (number,) = re.findall(r"the number (\d+)", body["messages"][1]["content"])
        return json.dumps({"pairs": [{"question": f"Which {number}?", "answer": number}]})

    with OpenAIServer(reply) as server:
        prices = "prices: {input: 1000000, output: 2000000}"
        model = f'{{name: m, base_url: "{server.base_url}", {prices}}}'
        text = runner.text.replace(
            "{use: test/questions}", f"{{use: question-answer, model: {model}}}"
        ).replace("filters:\n  - {use: test/odd}\n", "")
        run = sample(runner, 5, text=text)
        assert len(server.bodies) == 5
        told = trial(open_run(runner.workspace, "numbers/sample"))
        assert (told.documents, told.of) == (5, 18)
        assert told.total["answers"] == 5
        assert told.total["prompt_tokens"] > 0
        assert told.for_all["answers"] == 18
        tokens = told.total["prompt_tokens"], told.total["completion_tokens"]
        assert told.total["cost"] == pytest.approx(tokens[0] + 2 * tokens[1])
        assert told.for_all["cost"] == pytest.approx(told.total["cost"] * 18 / 5)
        assert told.for_all["prompt_tokens"] == round(told.total["prompt_tokens"] * 18 / 5)
        whole = runner.run(text=text)
        assert len(server.bodies) == 18
        assert server.repeats == {}
    few = Rows(run.artifacts["examples"].path("examples.arrow"), Example)
    every = {row.id for row in Rows(whole.artifacts["examples"].path("examples.arrow"), Example)}
    assert {row.id for row in few} <= every


RECIPE = """\
name: mine
base_model: {path: builtin:tiny}
documents: [{use: jsonl, path: rows.jsonl, text: body}]
examples:
  - use: templates
    templates: [{task: name, language: en, instruction: "Who is {{ name }}?", output: "{{ name }}"}]
filters: [{use: length, min_output: 2}]
tuning: [{use: lora, r: 8}]
evaluators: [{use: generated-answers}]
"""


def test_the_command_shows_examples_drops_and_cost_and_trains_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ({"body": f"text {n}", "name": "x" if n % 2 else f"name {n}"} for n in range(40))
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "mine.yaml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    assert command(["run", "mine.yaml", "--sample", "10", "-q"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("10 of 40 documents\n")
    assert "filters.0 length v2 dropped" in text
    assert "1. " in text
    assert "cost: no model was asked" in text
    assert command(["run", "mine.yaml", "--sample", "10", "-q", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["documents"], told["of"], told["run"]) == (10, 40, "mine/sample")
    assert [stage["stage"] for stage in told["stages"]][-1] == "examples"
    assert command(["data", "mine/sample", "--stage", "examples"]) == 0
    assert command(["show"]) == 0
    assert "no runs" in capsys.readouterr().out.splitlines()[-1]
    assert command(["show", "mine/sample"]) == 4
    assert "`byeori data mine/sample` shows it" in capsys.readouterr().err


def test_a_sample_of_a_sweep_asks_for_a_variant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.jsonl").write_text('{"body": "text", "name": "Ada"}\n')
    (tmp_path / "mine.yaml").write_text(RECIPE + "sweep: {tuning.0.r: [4, 8]}\n")
    monkeypatch.chdir(tmp_path)
    assert command(["run", "mine.yaml", "--sample", "10"]) == 2
    assert "give --variant r=4" in capsys.readouterr().err
    assert command(["run", "mine.yaml", "--sample", "10", "--variant", "r=4", "-q"]) == 0
    assert "`byeori data mine/r=4/sample` shows" in capsys.readouterr().out
