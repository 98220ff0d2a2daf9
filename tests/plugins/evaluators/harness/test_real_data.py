"""On real exams: the adapter, lm-eval itself and byeori's own evaluators agree."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lm_eval
import pytest
import yaml

from byeori import EvaluationData, Item, PlainText
from byeori.bulk import with_id
from byeori.models import TransformersModel
from byeori_plugins.evaluators.multiple_choice import MultipleChoice, MultipleChoiceConfig

LETTERS = "ABCD"
NO_DATA = EvaluationData((), ())
# The wording of lm-eval's own `mmlu_*`, whose data would come from the hub.
MMLU = {
    "task": "chemistry",
    "dataset_path": "json",
    "test_split": "test",
    "fewshot_split": "dev",
    "fewshot_config": {"sampler": "first_n"},
    "output_type": "multiple_choice",
    "description": "The following are multiple choice questions (with answers) about high school "
    "chemistry.\n\n",
    "doc_to_text": "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\n"
    "D. {{choices[3]}}\nAnswer:",
    "doc_to_choice": list(LETTERS),
    "doc_to_target": "answer",
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
}


def read_mmlu(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {"question": row[0], "choices": row[1:5], "answer": LETTERS.index(row[5])}
            for row in csv.reader(file)
        ]


@pytest.fixture
def chemistry(tmp_path: Path, shared_data: Callable[..., Path]) -> Path:
    files = {}
    for split in ("test", "dev"):
        rows = read_mmlu(shared_data("mmlu", f"high_school_chemistry_{split}.csv"))
        files[split] = str(tmp_path / f"{split}.jsonl")
        Path(files[split]).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    task = {**MMLU, "dataset_kwargs": {"data_files": files}}
    (tmp_path / "chemistry.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("shots", [0, 1])
def test_mmlu_chemistry_is_lm_evals(
    shots: int, chemistry: Path, evaluator: Any, evaluated: Any, lm_evals: Any
) -> None:
    limit = 40
    made = evaluator("chemistry", include_path=chemistry, num_fewshot=shots, limit=limit)
    _, scores = evaluated(made)
    scored = [score for score in scores if score.value is not None]
    assert len(scored) > 30
    expected = lm_evals(["chemistry"], include_path=chemistry, num_fewshot=shots, limit=limit)
    samples = expected["samples"]["chemistry"]
    for score, sample in zip(scores, samples, strict=True):
        if score.value is None:  # lm-eval cuts what the model cannot read
            continue
        assert score.value == sample["acc"]
        likelihoods = [answer[0][0] for answer in sample["resps"]]
        assert score.metadata["log_likelihoods"] == pytest.approx(likelihoods, abs=1e-4)


def test_plain_prompts_to_a_model_are_those_of_the_task(
    chemistry: Path, evaluator: Any, context: Any, evaluated: Any, model: TransformersModel
) -> None:
    items, scores = evaluated(evaluator("chemistry", include_path=chemistry, limit=30))
    texts = [PlainText(MMLU["description"] + item.instruction, item.id) for item in items]
    short = [n for n, score in enumerate(scores) if score.value is not None]
    own = model.log_likelihoods(
        [texts[n] for n in short], [[f" {letter}" for letter in LETTERS]] * len(short)
    )
    for number, likelihoods in zip(short, own, strict=True):
        found = scores[number].metadata["log_likelihoods"]
        assert found == pytest.approx([one.total for one in likelihoods], abs=1e-4)


@pytest.mark.parametrize("shots", [0, 1])
def test_multiple_choice_with_plain_prompts_gives_lm_evals_numbers(
    shots: int,
    chemistry: Path,
    shared_data: Callable[..., Path],
    evaluator: Any,
    evaluated: Any,
    context: Any,
    model: TransformersModel,
) -> None:
    made = evaluator("chemistry", include_path=chemistry, num_fewshot=shots, limit=40)
    items, scores = evaluated(made)
    own = MultipleChoice(
        MultipleChoiceConfig(
            path=shared_data("mmlu", "high_school_chemistry_test.csv"),
            prompt="plain",
            scoring="letters",
            shuffle=False,
            description=MMLU["description"],
            shots=shots,
            shots_path=shared_data("mmlu", "high_school_chemistry_dev.csv") if shots else None,
        )
    )
    by_question = {item.choices: item for item in own.items(NO_DATA, context)}
    asked = [with_id(by_question[tuple(_choices(item))]) for item in items]
    found = list(own.score(model, asked, context))
    compared = 0
    for score, theirs in zip(found, scores, strict=True):
        # lm-eval reads one token less: the last one is only predicted.
        if score.value is not None and theirs.value is not None:
            likelihoods = theirs.metadata["log_likelihoods"]
            assert score.metadata["log_likelihoods"] == pytest.approx(likelihoods, abs=1e-4)
            assert score.value == theirs.value
            compared += 1
    assert compared > 25


def _choices(item: Item) -> list[str]:
    """Choices in a prompt of MMLU."""
    lines = item.instruction.rsplit("\nAnswer:", 1)[0].splitlines()
    return [line[3:] for line in lines[-4:]]


@pytest.fixture
def kobest(tmp_path: Path, shared_data: Callable[..., Path]) -> Path:
    """lm-eval's own `kobest` tasks, on files instead of the hub."""
    original = Path(lm_eval.__file__).parent / "tasks" / "kobest"
    for name, stem in (("copa", "COPA"), ("hellaswag", "HellaSwag")):
        with shared_data("kobest", f"{stem}_dev.tsv").open(encoding="utf-8", newline="") as file:
            rows = [_kobest_row(row) for row in csv.DictReader(file, delimiter="\t")]
        data = tmp_path / f"{name}.jsonl"
        data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        task = {
            "include": str(original / f"kobest_{name}.yaml"),
            "dataset_path": "json",
            "dataset_name": None,
            "dataset_kwargs": {"data_files": {"test": str(data)}},
            "training_split": None,
            "validation_split": None,
        }
        (tmp_path / f"kobest_{name}.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    group = yaml.safe_load((original / "_kobest.yaml").read_text(encoding="utf-8"))
    group["task"] = ["kobest_copa", "kobest_hellaswag"]
    (tmp_path / "_kobest.yaml").write_text(yaml.safe_dump(group), encoding="utf-8")
    return tmp_path


def _kobest_row(row: dict[str, str]) -> dict[str, Any]:
    """The columns of the hub's data set, for those of the published file."""
    if "sentence" in row:
        return {
            "premise": row["sentence"],
            "question": row["question"],
            "alternative_1": row["1"],
            "alternative_2": row["2"],
            "label": int(row["Answer"]) - 1,
        }
    endings = {f"ending_{number}": row[f"choice{number}"] for number in range(1, 5)}
    return {"context": row["context"], **endings, "label": int(row["label"])}


def test_kobest_is_lm_evals(kobest: Path, evaluator: Any, evaluated: Any, lm_evals: Any) -> None:
    made = evaluator("kobest", include_path=kobest, limit=20)
    items, scores = evaluated(made)
    assert len(items) == 40
    expected = lm_evals(["kobest"], include_path=kobest, limit=20)["results"]
    summary = made.summarise(scores)
    assert set(summary) == {"kobest_copa f1", "kobest_hellaswag f1", "kobest f1"}
    for name, value in summary.items():
        task, metric = name.split(" ")
        assert value == pytest.approx(expected[task][f"{metric},none"])
    for metric in ("acc", "acc_norm"):
        values = [score.value for score in scores if score.metric == metric]
        assert sum(values) / len(values) == pytest.approx(expected["kobest"][f"{metric},none"])


def test_a_template_gives_the_numbers_of_byeoris_own_evaluator(
    tmp_path: Path, evaluator: Any, evaluated: Any, model: TransformersModel
) -> None:
    rows = [
        {"question": f"Which of them is {n}?", "choices": [str(n), f"{n + 1} or so", "물"]}
        for n in range(6)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    task = {
        "task": "asked",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(tmp_path / "rows.jsonl")}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": "{{question}}",
        "doc_to_choice": "choices",
        "doc_to_target": 0,
        "metric_list": [{"metric": "acc"}],
    }
    (tmp_path / "asked.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    made = evaluator("asked", include_path=tmp_path, apply_chat_template=True)
    _, scores = evaluated(made)
    items = [with_id(Item(instruction=row["question"])) for row in rows]
    own = model.log_likelihoods(items, [row["choices"] for row in rows])
    for score, likelihoods in zip(scores, own, strict=True):
        totals = [one.total for one in likelihoods]
        assert score.metadata["log_likelihoods"] == pytest.approx(totals, abs=1e-4)
