"""Writes a folder for `lm_eval --include_path`: tasks, their rows, and how they are scored."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

from byeori import Context, DataError, Evaluator, Item, PromptTemplate
from byeori.store.files import write_atomically
from byeori_plugins.evaluators.harness.offering.recorder import Asked, record
from byeori_plugins.evaluators.harness.offering.rows import generation, row_of

OFFERED = ("multiple-choice", "generated-answers")
"""Evaluators whose items lm-eval can ask; others need more than one model, or a judge."""
MODULE = "byeori_items.py"
_MEAN = {"aggregation": "mean", "higher_is_better": True}


@dataclass(frozen=True, slots=True)
class Offer:
    """One evaluation of a run.

    Attributes:
        step: its id in the recipe.
        use: its component's name.
        evaluator: the component.
        items: its items.
    """

    step: str
    use: str
    evaluator: Evaluator[Any]
    items: Sequence[Item]


def write_tasks(
    offers: Sequence[Offer], run: str, template: PromptTemplate, folder: Path, context: Context
) -> list[str]:
    """Write the tasks of a run; files of the same names are replaced.

    Args:
        offers: what is to be written.
        run: the run's name, with which names of tasks begin.
        template: what the run's models are tuned with.
        folder: made where it is not there.
        context: for what evaluators say.

    Returns:
        Names of the tasks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    for offer in offers:
        names += _write_task(offer, task_name(run, offer.step), template, folder, context)
    if len(offers) > 1:
        group = {"group": task_name(run), "task": [task_name(run, one.step) for one in offers]}
        _write_yaml(folder / f"{group['group']}.yaml", group)
    source = files("byeori_plugins.evaluators.harness.offering") / "folder.py"
    write_atomically(folder / MODULE, source.read_text(encoding="utf-8"))
    return names


def task_name(*parts: str) -> str:
    """A name that lm-eval takes: letters, digits and underscores."""
    return re.sub(r"\W+", "_", "_".join(parts))


def _write_task(
    offer: Offer, name: str, template: PromptTemplate, folder: Path, context: Context
) -> list[str]:
    asked, scores = record(offer.evaluator, offer.items, context)
    if missing := [item.id for item in offer.items if item.id not in asked]:
        raise DataError(f"{offer.step}: item {missing[0]} is never asked; nothing is written")
    rows = [row_of(item, asked[item.id], name, template) for item in offer.items]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_atomically(folder / f"{name}.jsonl", text)
    first = asked[offer.items[0].id]
    metrics = list(dict.fromkeys(score.metric for score in scores))
    if not first.continuations:
        how = {"use": offer.use, "config": offer.evaluator.config.model_dump(mode="json")}
        write_atomically(folder / f"{name}.json", json.dumps(how, ensure_ascii=False, indent=1))
    task = _task(name, offer, first, metrics)
    _write_yaml(folder / f"{name}.yaml", {**task, "doc_to_text": "question", **_beside(rows, task)})
    if all(row["prompt"] == row["question"] for row in rows):
        return [name]
    tuned = {**task, "task": f"{name}_as_tuned", "doc_to_text": "prompt", "target_delimiter": ""}
    _write_yaml(folder / f"{tuned['task']}.yaml", tuned)
    return [name, str(tuned["task"])]


def _task(name: str, offer: Offer, asked: Asked, metrics: Sequence[str]) -> dict[str, Any]:
    common: dict[str, Any] = {
        "task": name,
        "custom_dataset": _function("byeori_items.documents"),
        "dataset_kwargs": {"file": f"{name}.jsonl"},
        "test_split": "test",
        "num_fewshot": 0,
        "metadata": {"version": offer.evaluator.version},
    }
    if asked.continuations:
        kinds = [{"metric": metric, **_MEAN} for metric in ("acc", "acc_norm")]
        return {
            **common,
            "output_type": "multiple_choice",
            "doc_to_choice": "choices",
            "doc_to_target": "answer",
            "metric_list": kinds,
        }
    return {
        **common,
        "output_type": "generate_until",
        "doc_to_target": "reference",
        "generation_kwargs": dict(generation(asked)),
        "process_results": _function("byeori_items.score"),
        "metric_list": [{"metric": metric, **_MEAN} for metric in metrics],
    }


def _beside(rows: Sequence[Mapping[str, Any]], task: Mapping[str, Any]) -> dict[str, Any]:
    """What stands before a question without a template, and between it and a choice."""
    system = {"description": "{{system}}"} if any(row["system"] for row in rows) else {}
    spaced = all(choice[:1].isspace() for row in rows for choice in row["choices"])
    plain = spaced and task["output_type"] == "multiple_choice"
    return {**system, "target_delimiter": "" if plain else " "}


def _function(name: str) -> Any:
    """A function beside the file, as YAML for lm-eval names it."""
    from ruamel.yaml.comments import TaggedScalar

    return TaggedScalar(value=name, style=None, tag="!function")


def _write_yaml(path: Path, value: Mapping[str, Any]) -> None:
    from ruamel.yaml import YAML

    text = StringIO()
    yaml = YAML()
    yaml.width = 4096  # a line break in a text would be one more thing to read
    yaml.dump(dict(value), text)
    write_atomically(path, text.getvalue())
