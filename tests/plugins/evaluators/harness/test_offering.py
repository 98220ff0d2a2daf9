"""A run's items as tasks: lm-eval itself gives the numbers that byeori's evaluators gave."""

import json
from pathlib import Path
from typing import Any

import pytest

from byeori import Item, PromptTemplate, Score
from byeori.bulk import Rows, with_id
from byeori.cli.main import run
from byeori.models import TransformersModel
from byeori.stages.scores import SCORES
from byeori.testing import sample_examples
from byeori_plugins.evaluators import GeneratedAnswers, MultipleChoice
from byeori_plugins.evaluators.generated_answers import GeneratedAnswersConfig
from byeori_plugins.evaluators.harness.offering import Offer, write_tasks
from byeori_plugins.evaluators.multiple_choice import MultipleChoiceConfig
from byeori_plugins.prompts import ALPACA, CHAT

EXAMPLES = sample_examples()
CHOICES = ("1204", "a mill", "소금과 목재")


@pytest.fixture
def choices(context: Any) -> Offer:
    evaluator = MultipleChoice(MultipleChoiceConfig(shuffle=False))
    items = [
        with_id(
            Item(
                instruction=one.instruction, choices=("1204", "a mill", "소금과 목재"), answer=n % 3
            )
        )
        for n, one in enumerate(EXAMPLES)
    ]
    return Offer("exam", "multiple-choice", evaluator, items)


@pytest.fixture
def answers(context: Any) -> Offer:
    evaluator = GeneratedAnswers(GeneratedAnswersConfig(max_new_tokens=8, stop=("\n",)))
    items = [
        with_id(Item(instruction=one.instruction, input=one.input, reference=one.output))
        for one in EXAMPLES
    ]
    return Offer("open answers", "generated-answers", evaluator, items)


def scores_of(offer: Offer, model: TransformersModel, context: Any) -> list[Score]:
    return list(offer.evaluator.score(model, offer.items, context))


def test_likelihoods_of_choices_are_byeoris(
    choices: Offer, tmp_path: Path, context: Any, model: TransformersModel, lm_evals: Any
) -> None:
    # The template of the sample model ends in white space, which lm-eval counts to the answer.
    template = PromptTemplate(name="q", template="Question: {{ instruction }}\nAnswer:")
    asked = TransformersModel(model.loaded, "tiny", template)
    names = write_tasks([choices], "a run", template, tmp_path / "tasks", context)
    assert names == ["a_run_exam", "a_run_exam_as_tuned"]
    found = lm_evals(names, include_path=tmp_path / "tasks")
    own = scores_of(choices, asked, context)
    samples = found["samples"]["a_run_exam_as_tuned"]
    assert len(samples) == len(own)
    for sample, score in zip(samples, own, strict=True):
        assert sample["doc"]["id"] == score.item_id
        likelihoods = [answer[0][0] for answer in sample["resps"]]
        assert likelihoods == pytest.approx(score.metadata["log_likelihoods"], abs=1e-4)
        assert sample["acc"] == score.value
    assert found["results"]["a_run_exam"]["sample_len"] == len(own)
    assert found["versions"]["a_run_exam"] == MultipleChoice.version


def test_a_line_break_that_ends_a_template_adds_the_same_to_every_choice(
    choices: Offer, tmp_path: Path, context: Any, model: TransformersModel, lm_evals: Any
) -> None:
    (_, name) = write_tasks([choices], "r", ALPACA, tmp_path / "tasks", context)
    samples = lm_evals([name], include_path=tmp_path / "tasks")["samples"][name]
    asked = TransformersModel(model.loaded, "tiny", ALPACA)
    for sample, score in zip(samples, scores_of(choices, asked, context), strict=True):
        pairs = zip(sample["resps"], score.metadata["log_likelihoods"], strict=True)
        apart = [answer[0][0] - own for answer, own in pairs]
        assert apart == pytest.approx([apart[0]] * 3, abs=1e-4)
        assert sample["acc"] == score.value


def test_answers_are_byeoris_and_so_are_their_metrics(
    answers: Offer, tmp_path: Path, context: Any, model: TransformersModel, lm_evals: Any
) -> None:
    (_, name) = write_tasks([answers], "r", model.template, tmp_path / "tasks", context)
    assert name == "r_open_answers_as_tuned"
    found = lm_evals([name], include_path=tmp_path / "tasks")
    own = scores_of(answers, model, context)
    values: dict[str, list[float]] = {}
    for score in own:
        values.setdefault(score.metric, []).append(score.value or 0.0)
    texts = {score.item_id: score.prediction for score in own}
    for sample in found["samples"][name]:
        assert sample["resps"][0][0].strip() == texts[sample["doc"]["id"]]
    assert any(texts.values())
    for metric, numbers in values.items():
        mean = sum(numbers) / len(numbers)
        assert found["results"][name][f"{metric},none"] == pytest.approx(mean, abs=1e-6)


def test_questions_alone_are_offered_for_models_with_a_template_of_their_own(
    choices: Offer, answers: Offer, tmp_path: Path, context: Any
) -> None:
    names = write_tasks([choices, answers], "r", CHAT, tmp_path, context)
    assert names == ["r_exam", "r_open_answers"]
    lines = (tmp_path / "r_open_answers.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows[0]["question"] == rows[0]["prompt"]
    assert rows[0]["question"].startswith(EXAMPLES[0].instruction)
    assert (tmp_path / "r.yaml").is_file()


def test_the_folder_can_be_moved(
    choices: Offer, tmp_path: Path, context: Any, lm_evals: Any
) -> None:
    write_tasks([choices], "r", CHAT, tmp_path / "here", context)
    (tmp_path / "here").rename(tmp_path / "there")
    found = lm_evals(["r_exam"], include_path=tmp_path / "there")
    assert len(found["samples"]["r_exam"]) == len(EXAMPLES)


def test_byeoris_own_lm_eval_runs_the_tasks_that_byeori_wrote(
    choices: Offer, answers: Offer, tmp_path: Path, context: Any, evaluator: Any, evaluated: Any
) -> None:
    write_tasks([choices, answers], "r", ALPACA, tmp_path / "tasks", context)
    items, scores = evaluated(evaluator("r", include_path=tmp_path / "tasks"))
    assert len(items) == 2 * len(EXAMPLES)
    assert {"acc", "acc_norm", "exact-match", "chrf"} <= {score.metric for score in scores}


RECIPE = """\
name: mine
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: rows.jsonl, text: body}
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who wrote {{ n }}?", output: "{{ name }}"}
tuning:
  - {use: lora, r: 2, max_steps: 2, batch_size: 2, micro_batch_size: 2}
evaluators:
  - {use: generated-answers, max_new_tokens: 4}
  - {id: public, use: lm-eval, tasks: [own], include_path: tasks, include_defaults: false, limit: 4}
"""


@pytest.mark.slow
def test_a_run_is_evaluated_by_lm_eval_and_its_items_are_offered(
    tmp_path: Path, tasks: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    rows = [{"body": f"text {n}", "n": n, "name": f"Ada {n}"} for n in range(40)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "mine.yaml").write_text(RECIPE)
    (tmp_path / "tasks").symlink_to(tasks)
    monkeypatch.chdir(tmp_path)
    assert run(["lm-eval-tasks", "mine.yaml", "--to", "offered"]) == 4
    assert "`byeori run` the recipe first" in capsys.readouterr().err
    assert run(["run", "mine.yaml", "--quiet"]) == 0
    report = json.loads(Path(".byeori/runs/mine/report.json").read_text())
    metrics = {(one["evaluator"], one["metric"]) for one in report["comparisons"]}
    assert {("public", "acc"), ("public", "own f1")} <= metrics
    capsys.readouterr()
    assert run(["lm-eval-tasks", "mine.yaml", "--to", "offered"]) == 0
    said = capsys.readouterr()
    assert said.out.split() == ["mine_generated_answers", "mine_generated_answers_as_tuned"]
    assert "public: left out" in said.err
    folders = [path for path in Path(".byeori/artifacts").iterdir() if (path / SCORES).exists()]
    scored = [row for folder in folders for row in Rows(folder / SCORES, Score)]
    assert any("raw" in row.metadata for row in scored)
