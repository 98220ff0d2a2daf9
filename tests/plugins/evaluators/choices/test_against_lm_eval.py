"""Plain prompts give the figures of lm-evaluation-harness, item by item, on real exams."""

import copy
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, EvaluationData
from byeori.models import TransformersModel, base_reference, builtin_bases, load
from byeori_plugins.evaluators import MultipleChoice
from byeori_plugins.evaluators.multiple_choice import MultipleChoiceConfig
from byeori_plugins.prompts import ALPACA

MMLU = """
task: own_mmlu
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/test.json, dev: {folder}/dev.json}}}}
test_split: test
fewshot_split: dev
num_fewshot: 2
fewshot_config: {{sampler: first_n}}
output_type: multiple_choice
description: "The following are multiple choice questions (with answers) about chemistry.\\n\\n"
doc_to_text: >-
  {{{{question.strip()}}}}{{% for choice in choices %}}{{{{'\\n'}}}}{{{{'ABCD'[loop.index0]}}}}.
  {{{{choice}}}}{{% endfor %}}{{{{'\\n'}}}}Answer:
doc_to_choice: ["A", "B", "C", "D"]
doc_to_target: answer
metric_list: [{{metric: acc}}]
"""
BOOLQ = """
task: own_boolq
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/boolq.json}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{paragraph}}}} 질문: {{{{question}}}} 답변: "
doc_to_target: "{{{{label}}}}"
doc_to_choice: ["아니오", "예"]
metric_list: [{{metric: acc}}]
"""
ARC = """
task: own_arc
dataset_path: json
dataset_kwargs: {{data_files: {{test: {folder}/test.json}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: answer
doc_to_choice: "{{{{choices}}}}"
metric_list: [{{metric: acc}}, {{metric: acc_norm}}, {{metric: acc_bytes}}]
"""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def tiny() -> TransformersModel:
    if "tiny" not in builtin_bases():
        pytest.skip("builtin:tiny has not been built")
    ref = base_reference("builtin:tiny", None, None, ALPACA)
    return TransformersModel(load(ref, device="cpu"), "base", ref.template)


@pytest.fixture
def lm_eval(tiny: TransformersModel, tmp_path: Path) -> Callable[[str], Any]:
    """The samples of a task, as lm-eval's own model class scores them."""
    pytest.importorskip("lm_eval", reason="lm-eval is not installed")
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    def run(text: str) -> Any:
        folder = tmp_path / "tasks"
        folder.mkdir()
        (folder / "task.yaml").write_text(text.format(folder=tmp_path), encoding="utf-8")
        name = text.split()[1]
        model = HFLM(
            pretrained=tiny.loaded.model,
            tokenizer=copy.deepcopy(tiny.loaded.tokenizer),
            batch_size=8,
        )
        manager = TaskManager(include_path=str(folder), include_defaults=False)
        found = simple_evaluate(model, tasks=[name], task_manager=manager, bootstrap_iters=0)
        return found["samples"][name]

    return run


def scored(model: Any, context: Context, **settings: Any) -> list[Any]:
    made = MultipleChoice(MultipleChoiceConfig(prompt="plain", shuffle=False, **settings))
    items = list(made.items(EvaluationData((), ()), context))
    return list(made.score(model, items, context))


def check(samples: Any, scores: list[Any], metric: str = "acc") -> None:
    assert len(samples) == len(scores) > 10
    for sample, score in zip(samples, scores, strict=True):
        expected = [float(pair[0][0]) for pair in sample["resps"]]
        assert score.metadata["log_likelihoods"] == pytest.approx(expected, abs=1e-4)
        assert score.value == sample[metric]


@pytest.fixture
def chemistry(shared_data: Callable[..., Path], tmp_path: Path) -> Path:
    """MMLU's chemistry: the shortest 40 of test, as a prompt of the tiny model must be short."""
    for split in ("test", "dev"):
        path = shared_data("mmlu", f"high_school_chemistry_{split}.csv")
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))
        rows = sorted(rows, key=lambda row: len("".join(row)))[:40]
        with (tmp_path / f"chemistry_{split}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        documents = [
            {"question": q, "choices": list(choices), "answer": "ABCD".index(letter)}
            for q, *choices, letter in rows
        ]
        (tmp_path / f"{split}.json").write_text(json.dumps(documents))
    return tmp_path


def test_few_shot_letters_of_mmlu(
    tiny: TransformersModel, lm_eval: Callable[[str], Any], chemistry: Path, context: Context
) -> None:
    scores = scored(
        tiny,
        context,
        path=chemistry / "chemistry_test.csv",
        shots=2,
        shots_path=chemistry / "chemistry_dev.csv",
        scoring="letters",
        description="The following are multiple choice questions (with answers) about "
        "{{ subject }}.\n\n",
    )
    check(lm_eval(MMLU), scores)


@pytest.mark.parametrize(
    ("normalise", "metric"),
    [("none", "acc"), ("characters", "acc_norm"), ("bytes", "acc_bytes")],
)
def test_texts_normalised_as_lm_eval_normalises_them(
    tiny: TransformersModel,
    lm_eval: Callable[[str], Any],
    chemistry: Path,
    context: Context,
    normalise: str,
    metric: str,
) -> None:
    scores = scored(
        tiny, context, path=chemistry / "chemistry_test.csv", normalise=normalise, limit=40
    )
    check(lm_eval(ARC), scores, metric)


def test_korean_classes_with_white_space_before_them(
    tiny: TransformersModel, lm_eval: Callable[[str], Any], tmp_path: Path, context: Context
) -> None:
    rows = [
        {"paragraph": f"원소 번호 {n}번은 {'금속' if n % 3 else '기체'}이다.",
         "question": f"{n}번은 금속인가?", "label": int(n % 3 > 0)}
        for n in range(1, 20)
    ]  # fmt: skip
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "boolq.json").write_text(text, encoding="utf-8")
    check(lm_eval(BOOLQ), scored(tiny, context, path=tmp_path / "boolq.json"))
