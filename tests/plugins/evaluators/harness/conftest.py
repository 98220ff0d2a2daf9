"""A folder of small lm-eval tasks, one of each kind, and a small model with random weights."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from lm_eval.evaluator import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from byeori import EvaluationData, Item, Score
from byeori.bulk import with_id
from byeori.models import TransformersModel, load
from byeori.testing import tiny_model
from byeori_plugins.evaluators.harness import LmEval
from byeori_plugins.evaluators.harness.evaluator import LmEvalConfig

NO_DATA = EvaluationData((), ())
QUESTIONS = [
    {"question": f"What is {n} plus {n}?", "choices": [str(2 * n), str(n), "nothing"], "answer": 0}
    for n in range(12)
]
CHOICE = {
    "output_type": "multiple_choice",
    "doc_to_text": "Question: {{question}}\nAnswer:",
    "doc_to_choice": "choices",
    "doc_to_target": "answer",
    "metric_list": [
        {"metric": "acc", "aggregation": "mean", "higher_is_better": True},
        {"metric": "acc_norm", "aggregation": "mean", "higher_is_better": True},
        {"metric": "f1", "aggregation": "!function own.macro", "higher_is_better": True},
    ],
}
TASKS: dict[str, dict[str, Any]] = {
    "own_sums": CHOICE,
    "own_shots": {**CHOICE, "num_fewshot": 2, "fewshot_split": "train"},
    "own_words": {
        "output_type": "loglikelihood",
        "doc_to_text": "{{question}}",
        "doc_to_target": " {{choices[0]}}",
        "metric_list": [{"metric": "perplexity"}, {"metric": "acc"}],
    },
    "own_answers": {
        "output_type": "generate_until",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{choices[0]}}",
        "generation_kwargs": {"until": ["\n", "."], "max_gen_toks": 9, "do_sample": False},
        "metric_list": [{"metric": "exact_match"}, {"metric": "bleu"}],
    },
    "own_texts": {
        "output_type": "loglikelihood_rolling",
        "doc_to_text": "",
        "doc_to_target": "{{question}} It is {{choices[0]}}.",
        "metric_list": [{"metric": "word_perplexity"}, {"metric": "bits_per_byte"}],
    },
}
GROUP = {
    "group": "own",
    "task": ["own_sums", "own_shots"],
    "aggregate_metric_list": [
        {"metric": "acc", "weight_by_size": False},
        {"metric": "f1", "weight_by_size": True},
    ],
    "metadata": {"version": 3.0},
}
MACRO = """
def macro(pairs):
    from sklearn.metrics import f1_score

    golds, predictions = zip(*pairs)
    return f1_score(golds, predictions, average="macro", zero_division=0)
"""


@pytest.fixture(scope="session")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    rows = folder / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    shots = folder / "shots.jsonl"
    shots.write_text("\n".join(map(json.dumps, QUESTIONS[:4])), encoding="utf-8")
    (folder / "own.py").write_text(MACRO)
    for name, task in TASKS.items():
        whole = {
            "task": name,
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(rows), "train": str(shots)}},
            "test_split": "test",
            "metadata": {"version": 1.5},
            **task,
        }
        text = yaml.safe_dump(whole, sort_keys=False).replace("'!function own.macro'", OWN)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "own.yaml").write_text(yaml.safe_dump(GROUP), encoding="utf-8")
    return folder


OWN = "!function own.macro"


@pytest.fixture(scope="session")
def model() -> TransformersModel:
    ref = tiny_model()
    return TransformersModel(load(ref), "tiny", ref.template)


@pytest.fixture
def evaluator(tasks: Path) -> Callable[..., LmEval]:
    def make(*names: str, **settings: Any) -> LmEval:
        given = {"include_path": tasks, "include_defaults": False, **settings}
        return LmEval(LmEvalConfig(tasks=names, **given))

    return make


@pytest.fixture
def evaluated(
    model: TransformersModel, make_context: Callable[..., Any]
) -> Callable[[LmEval], tuple[list[Item], list[Score]]]:
    def run(evaluator: LmEval) -> tuple[list[Item], list[Score]]:
        context = make_context()
        items = [with_id(item) for item in evaluator.items(NO_DATA, context)]
        return items, list(evaluator.score(model, items, context))

    return run


@pytest.fixture(scope="session")
def lm_evals(tasks: Path, model: TransformersModel) -> Callable[..., Any]:
    def run(names: list[str], **settings: Any) -> Any:
        own = HFLM(
            pretrained=model.loaded.model,
            tokenizer=copy.deepcopy(model.loaded.tokenizer),
            batch_size=4,
        )
        folder = settings.pop("include_path", tasks)
        manager = TaskManager(include_path=str(folder), include_defaults=False)
        return simple_evaluate(
            own, tasks=names, task_manager=manager, bootstrap_iters=0, **settings
        )

    return run
