"""lm-eval's samples as scores: one for each item and metric, with what the figures are made of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from byeori import DataError, Item, Score
from byeori_plugins.evaluators.harness.items import document_hash
from byeori_plugins.evaluators.harness.metrics import item_values, with_filter
from byeori_plugins.evaluators.harness.plan import figure_plan
from byeori_plugins.evaluators.harness.tasks import Loaded

Sample = Mapping[str, Any]


def sample_scores(
    loaded: Loaded,
    name: str,
    samples: Sequence[Sample],
    items: Mapping[tuple[str, int], Item],
    refused: Mapping[tuple[str, int], str],
) -> Iterator[Score]:
    """Scores of one task's samples.

    Args:
        loaded: the tasks.
        name: of the task.
        samples: lm-eval's, one for each document and filter.
        items: by task and document number.
        refused: by task and document number, why there is no answer.

    Raises:
        DataError: a document is not the one its item was made of.
    """
    task = loaded.tasks[name]
    plan = figure_plan(loaded, name)
    for filter_name in dict.fromkeys(str(sample["filter"]) for sample in samples):
        rows = [sample for sample in samples if sample["filter"] == filter_name]
        values = [item_values(task, _raw(sample)) for sample in rows]
        metrics = list(dict.fromkeys(metric for found in values for metric in found))
        for sample, found in zip(rows, values, strict=True):
            item = _item(items, name, sample)
            reason = refused.get((name, sample["doc_id"]), "")
            details = _details(task, sample, plan, reason)
            for number, metric in enumerate(metrics):
                value = None if reason else found.get(metric)
                told = {"task": name, "filter": filter_name}
                why = reason or ("" if metric in found else f"{name} gives it no {metric}")
                yield Score(
                    item_id=item.id,
                    metric=with_filter(metric, filter_name),
                    value=value,
                    prediction="" if reason else _prediction(task, sample),
                    reference=item.reference,
                    metadata={
                        **told,
                        **({"unscored": why} if why else {}),
                        **(details if number == 0 else {}),
                    },
                )


def _item(items: Mapping[tuple[str, int], Item], name: str, sample: Sample) -> Item:
    item = items.get((name, sample["doc_id"]))
    if item is None or item.metadata["doc_hash"] != document_hash(sample["doc"]):
        commit = "" if item is None else str(item.metadata.get("commit", ""))
        of = f" (commit {commit} of its data set)" if commit else ""
        raise DataError(
            f"document {sample['doc_id']} of lm-eval's task {name} is not the one its item was "
            f"made of{of}: its data has changed meanwhile. Put the data back, or change the "
            "recipe's entry (its `id`, say) so that all models are asked the same anew"
        )
    return item


def _raw(sample: Sample) -> dict[str, Any]:
    return {name: sample[name] for name in sample["metrics"]}


def _details(task: Any, sample: Sample, plan: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """What goes with the first score of an item: raw values, and how figures are made of them."""
    if reason:
        return {}
    details: dict[str, Any] = {"raw": plain(_raw(sample)), **plan}
    if task.OUTPUT_TYPE == "multiple_choice":
        details["log_likelihoods"] = _likelihoods(sample, len(task.doc_to_choice(sample["doc"])))
    return details


def _prediction(task: Any, sample: Sample) -> str:
    answers = sample["filtered_resps"]
    if task.OUTPUT_TYPE == "multiple_choice":
        choices = task.doc_to_choice(sample["doc"])
        likelihoods = _likelihoods(sample, len(choices))
        return str(choices[max(range(len(choices)), key=likelihoods.__getitem__)])
    if task.OUTPUT_TYPE == "generate_until":
        answer = answers[0]
        return str(answer[0] if isinstance(answer, list | tuple) and answer else answer)
    return ""


def _likelihoods(sample: Sample, choices: int) -> list[float]:
    """Those of the choices; behind them may stand those of the choices without the question."""
    return [float(answer[0]) for answer in sample["filtered_resps"][:choices]]


def plain(value: Any) -> Any:
    """A value as JSON has it: numpy's numbers and arrays, and tuples, as numbers and lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(part) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return value if isinstance(value, bool | int | float | str | type(None)) else str(value)
