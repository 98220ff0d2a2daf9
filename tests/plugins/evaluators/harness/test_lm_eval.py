"""What the evaluator promises beside lm-eval's own numbers."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml
from pydantic import ValidationError

from byeori import DataError, EvaluationData, Item, Score
from byeori.bulk import with_id
from byeori.comparison import CompareSettings, compare
from byeori.models import TransformersModel
from byeori_plugins.evaluators.harness.asking import NO_TOKENS
from byeori_plugins.evaluators.harness.tasks import RECORD, installed_version

NO_DATA = EvaluationData((), ())


def items_of(evaluator: Any, context: Any) -> list[Item]:
    return [with_id(item) for item in evaluator.items(NO_DATA, context)]


def test_a_group_becomes_the_documents_of_its_tasks(evaluator: Any, context: Any) -> None:
    items = items_of(evaluator("own"), context)
    assert [item.task for item in items] == ["own_sums"] * 12 + ["own_shots"] * 12
    first = items[0]
    assert first.instruction == "Question: What is 0 plus 0?\nAnswer:"
    assert (first.choices, first.answer, first.reference) == (("0", "0", "nothing"), 0, "0")
    assert items[3].metadata["doc_id"] == 3
    assert len({item.id for item in items}) == 24


def test_a_pattern_names_several_tasks(evaluator: Any, context: Any) -> None:
    items = items_of(evaluator("own_s*", limit=2), context)
    assert [(item.task, item.metadata["doc_id"]) for item in items] == [
        (task, number) for task in ("own_shots", "own_sums") for number in (0, 1)
    ]


def test_texts_of_a_rolling_task_are_what_decontamination_sees(
    evaluator: Any, context: Any
) -> None:
    items = items_of(evaluator("own_texts", limit=1), context)
    assert items[0].instruction == items[0].reference == "What is 0 plus 0? It is 0."


def test_versions_are_recorded(evaluator: Any, context: Any) -> None:
    items = items_of(evaluator("own", num_fewshot=3), context)
    record = json.loads((context.output / RECORD).read_text())
    assert record["lm_eval"] == installed_version() == items[0].metadata["lm_eval"]
    assert record["tasks"]["own_sums"]["version"] == 1.5
    assert record["tasks"]["own_sums"]["num_fewshot"] == 3
    assert record["groups"]["own"] == {"version": "3.0", "members": ["own_sums", "own_shots"]}


def test_the_hubs_commit_is_recorded_and_loaded_again(
    evaluator: Any, context: Any, model: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef" * 2 + "01234567"
    asked: list[Any] = []
    original = datasets.load_dataset

    def hub(path: str, name: str | None = None, revision: str | None = None, **kw: Any) -> Any:
        asked.append(revision)
        found = original(path=path, name=name, **kw)
        address = f"hf://datasets/some/exam@{revision or commit}/test.jsonl"
        for part in found.values():
            part.info.download_checksums = {address: {"num_bytes": 1, "checksum": None}}
        return found

    monkeypatch.setattr(datasets, "load_dataset", hub)
    made = evaluator("own_sums", limit=2)
    items = items_of(made, context)
    assert {item.metadata["commit"] for item in items} == {commit}
    assert json.loads((context.output / RECORD).read_text())["data_sets"][0]["commit"] == commit
    list(made.score(model, items, context))
    assert asked == [None, commit]


def test_an_unknown_task_is_refused_with_a_suggestion(evaluator: Any, context: Any) -> None:
    with pytest.raises(DataError, match=r"no task 'own_sum'; did you mean 'own_sums'"):
        items_of(evaluator("own_sum"), context)


def test_a_missing_data_set_is_named_with_how_to_fetch_it(
    tmp_path: Path, evaluator: Any, context: Any
) -> None:
    task = {
        "task": "far",
        "dataset_path": "nobody/far-away",
        "test_split": "test",
        "output_type": "multiple_choice",
    }
    (tmp_path / "far.yaml").write_text(yaml.safe_dump(task))
    with pytest.raises(DataError, match=r"needs the data set 'nobody/far-away'.*hf download"):
        items_of(evaluator("far", include_path=tmp_path), context)


def test_a_broken_task_file_is_told(tmp_path: Path, evaluator: Any, context: Any) -> None:
    (tmp_path / "odd.yaml").write_text("task: odd\noutput_type: guessing\n")
    with pytest.raises(DataError, match=r"cannot load odd: .*guessing"):
        items_of(evaluator("odd", include_path=tmp_path), context)


def test_code_that_a_model_writes_is_not_run_unasked(
    tmp_path: Path, tasks: Path, evaluator: Any, context: Any, model: TransformersModel
) -> None:
    task = yaml.safe_load((tasks / "own_answers.yaml").read_text())
    task |= {"task": "code", "unsafe_code": True}
    (tmp_path / "code.yaml").write_text(yaml.safe_dump(task))
    made = evaluator("code", include_path=tmp_path, limit=1)
    items = items_of(made, context)
    with pytest.raises(DataError, match=r"marked as unsafe.*`unsafe_code: true` allows it"):
        list(made.score(model, items, context))
    allowed = evaluator("code", include_path=tmp_path, limit=1, unsafe_code=True)
    assert list(allowed.score(model, items, context))


def test_settings_of_generation_that_the_engine_lacks_are_refused(
    tmp_path: Path, tasks: Path, evaluator: Any, context: Any, model: TransformersModel
) -> None:
    task = yaml.safe_load((tasks / "own_answers.yaml").read_text())
    task |= {"task": "odd", "generation_kwargs": {"until": [], "penalty_alpha": 0.6}}
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(task))
    made = evaluator("odd", include_path=tmp_path, limit=1)
    items = items_of(made, context)
    with pytest.raises(DataError, match=r"odd generates .*penalty_alpha.*set `engine: hflm`"):
        list(made.score(model, items, context))


def test_likelihoods_without_the_question_choose_nothing(
    tmp_path: Path, tasks: Path, evaluator: Any, evaluated: Any
) -> None:
    text = (tasks / "own_words.yaml").read_text()
    task = {**yaml.safe_load(text), "task": "mutual", "output_type": "multiple_choice"}
    task |= {"doc_to_choice": "choices", "doc_to_target": "answer"}
    task["metric_list"] = [
        {"metric": name, "aggregation": "mean", "higher_is_better": True}
        for name in ("acc", "acc_mutual_info")
    ]
    (tmp_path / "mutual.yaml").write_text(yaml.safe_dump(task))
    items, scores = evaluated(evaluator("mutual", include_path=tmp_path))
    assert {score.metric for score in scores} == {"acc", "acc_mutual_info"}
    for item, score in zip(items, scores[::2], strict=True):
        likelihoods = score.metadata["log_likelihoods"]
        assert len(likelihoods) == 3
        assert score.prediction == item.choices[likelihoods.index(max(likelihoods))]


def test_no_tasks_at_all_is_a_mistake_of_the_recipe(evaluator: Any) -> None:
    with pytest.raises(ValidationError, match="there are no tasks"):
        evaluator("own", include_path=None)


def test_items_of_another_lm_eval_are_refused(
    evaluator: Any, context: Any, model: TransformersModel
) -> None:
    made = evaluator("own_sums", limit=1)
    (item,) = items_of(made, context)
    old = replace(item, metadata={**item.metadata, "lm_eval": "0.3.0"})
    with pytest.raises(DataError, match=r"items are of lm-eval 0\.3\.0"):
        list(made.score(model, [old], context))


def test_a_document_that_changed_is_refused(
    evaluator: Any, context: Any, model: TransformersModel
) -> None:
    made = evaluator("own_sums", limit=1)
    (item,) = items_of(made, context)
    other = replace(item, metadata={**item.metadata, "doc_hash": "other"})
    with pytest.raises(DataError, match=r"document 0 .* is not the one its item was made of"):
        list(made.score(model, [other], context))


def test_what_is_too_long_is_not_cut_and_not_scored(
    tmp_path: Path, evaluator: Any, evaluated: Any, model: TransformersModel
) -> None:
    limit = model.loaded.context_length or 0
    rows = [
        {"q": "short", "a": "yes"},
        {"q": "word " * limit, "a": "yes"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    common = {
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(tmp_path / "rows.jsonl")}},
        "test_split": "test",
        "doc_to_text": "{{q}}",
    }
    choice = {
        "task": "long_choice",
        "output_type": "multiple_choice",
        "doc_to_choice": ["yes", "no"],
        "doc_to_target": 0,
        "metric_list": [{"metric": "acc"}, {"metric": "f1"}],
    }
    answer = {
        "task": "long_answer",
        "output_type": "generate_until",
        "doc_to_target": "{{a}}",
        "generation_kwargs": {"until": ["\n"], "max_gen_toks": 4},
        "metric_list": [{"metric": "exact_match"}],
    }
    for task in (choice, answer):
        (tmp_path / f"{task['task']}.yaml").write_text(yaml.safe_dump({**common, **task}))
    for engine in ("byeori", "hflm"):
        made = evaluator("long_*", include_path=tmp_path, engine=engine)
        _, scores = evaluated(made)
        assert len(scores) == 4
        for score in scores[1::2]:
            assert score.value is None
            assert "more than the" in score.metadata["unscored"]
        assert all(score.value is not None for score in scores[::2])
        assert set(made.summarise(scores)) == {"long_choice f1"}


def test_a_model_that_tells_no_likelihoods_leaves_every_item_unscored(
    evaluator: Any, context: Any, known_model: Any
) -> None:
    made = evaluator("own_sums", "own_texts", limit=2)
    items = items_of(made, context)
    scores = list(made.score(known_model(lambda prompt, text: 0.0), items, context))
    assert {score.metric for score in scores} == {
        "acc", "acc_norm", "log_likelihood_per_word", "log_likelihood_per_byte",
    }  # fmt: skip
    assert {score.value for score in scores} == {None}
    assert {score.metadata["unscored"] for score in scores} == {NO_TOKENS}


def test_items_have_the_metrics_of_their_own_task(evaluator: Any, evaluated: Any) -> None:
    items, scores = evaluated(evaluator("own_sums", "own_words", limit=2))
    tasks = {item.id: item.task for item in items}
    found = {(tasks[score.item_id], score.metric) for score in scores}
    assert found == {
        ("own_sums", "acc"), ("own_sums", "acc_norm"),
        ("own_words", "log_likelihood"), ("own_words", "acc"),
    }  # fmt: skip


def test_perplexities_are_figures_and_likelihoods_are_scores(
    evaluator: Any, evaluated: Any
) -> None:
    made = evaluator("own_texts")
    _, scores = evaluated(made)
    assert {score.metric for score in scores} == {
        "log_likelihood_per_word",
        "log_likelihood_per_byte",
    }
    assert all(score.value is not None and score.value < 0 for score in scores)
    assert set(made.summarise(scores)) == {
        "own_texts word_perplexity (lower is better)",
        "own_texts bits_per_byte (lower is better)",
    }


def test_figures_of_a_group_are_those_of_lm_eval(
    evaluator: Any, evaluated: Any, lm_evals: Callable[..., Any]
) -> None:
    made = evaluator("own")
    _, scores = evaluated(made)
    expected = lm_evals(["own"])
    summary = made.summarise(scores)
    assert set(summary) == {"own_sums f1", "own_shots f1", "own f1", "own acc"}
    for name in summary:
        task, metric = name.split(" ")
        value = expected["results"][task][f"{metric},none"]
        assert summary[name] == pytest.approx(value, abs=1e-9)


def test_figures_are_compared_with_intervals(evaluator: Any, evaluated: Any) -> None:
    made = evaluator("own")
    scores = evaluated(made)[1]
    two = [replace(score, model=name, evaluator="x") for name in ("base", "t") for score in scores]
    found = compare(two, CompareSettings(), summarise={"x": made.summarise})
    names = {comparison.metric: comparison for comparison in found}
    assert set(names) == {
        "acc", "acc_norm", "own_sums f1", "own_shots f1", "own f1", "own acc",
    }  # fmt: skip
    assert names["own f1"].difference is not None
    assert names["own f1"].difference.value == 0


def test_the_same_model_gets_the_same_scores(evaluator: Any, evaluated: Any) -> None:
    made = evaluator("own_shots", "own_answers")
    first: tuple[list[Item], list[Score]] = evaluated(made)
    assert evaluated(made) == first


def test_samples_are_drawn_by_the_seed_and_each_repeat_anew(
    tmp_path: Path, tasks: Path, evaluator: Any, make_context: Any, model: TransformersModel
) -> None:
    task = yaml.safe_load((tasks / "own_answers.yaml").read_text())
    drawn = {"until": ["\n"], "max_gen_toks": 9, "do_sample": True, "temperature": 2.0}
    kept = [{"name": "all", "filter": [{"function": "take_first_k", "k": 2}]}]
    task |= {"task": "drawn", "generation_kwargs": drawn, "repeats": 2, "filter_list": kept}
    task |= {"process_results": "!function own.both", "metric_list": [{"metric": "same"}]}
    task["metric_list"][0] |= {"aggregation": "mean", "higher_is_better": True}
    text = yaml.safe_dump(task).replace("'!function own.both'", "!function own.both")
    (tmp_path / "drawn.yaml").write_text(text)
    (tmp_path / "own.py").write_text(
        "def both(doc, results):\n    return {'same': float(results[0][0] == results[0][1])}\n"
    )
    made = evaluator("drawn", include_path=tmp_path)

    def answers(seed: int) -> list[str]:
        context = make_context(seed)
        items = items_of(made, context)
        scores = list(made.score(model, items, context))
        assert {score.metric for score in scores} == {"same,all"}
        assert sum(score.value or 0 for score in scores) < len(scores)
        return [score.prediction for score in scores]

    assert answers(1) == answers(1) != answers(2)
