"""Documents of lm-eval's tasks as items."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from byeori import Item
from byeori_plugins.evaluators.harness.tasks import Loaded, installed_version

if TYPE_CHECKING:
    from byeori_plugins.evaluators.harness.evaluator import LmEvalConfig


def task_items(loaded: Loaded, config: "LmEvalConfig") -> Iterator[Item]:
    """One item for each document, in the tasks' and the documents' order.

    `metadata` says which document it is: `task`, `doc_id`, `doc_hash` (lm-eval's own), the task's
    `version`, `lm_eval`, and `commit` where the data is of the hub.
    """
    for name, task in loaded.tasks.items():
        for number, document in task.doc_iterator(rank=0, limit=config.limit, world_size=1):
            identity = {
                "task": name,
                "doc_id": number,
                "doc_hash": document_hash(document),
                "version": str(task.VERSION),
                "lm_eval": installed_version(),
                "data_set": str(task.DATASET_PATH or ""),
                "commit": loaded.commit(task),
            }
            yield Item(
                **_question(task, document),
                task=name,
                language=config.language,
                metadata=identity,
            )


def document_hash(document: Any) -> str:
    """lm-eval's `doc_hash`."""
    from lm_eval.utils import handle_non_serializable, hash_string

    text = json.dumps(document, indent=2, default=handle_non_serializable, ensure_ascii=False)
    return str(hash_string(text))


def _question(task: Any, document: Any) -> dict[str, Any]:
    """What an item says of a document: as it is asked without examples, and its answer."""
    text, target = task.doc_to_text(document), task.doc_to_target(document)
    choices = _choices(task, document)
    answer = _place(text if isinstance(text, int) else target, choices)
    if isinstance(text, int):  # the choices are put before one continuation (WinoGrande)
        text = f"{choices[text] if 0 <= text < len(choices) else choices[0]} {target}"
    reference = choices[answer] if answer is not None else _text(target)
    question = _text(text).strip() or reference or json.dumps(document, default=str)
    return {
        "instruction": question,
        "choices": choices,
        "answer": answer,
        "reference": reference,
    }


def _choices(task: Any, document: Any) -> tuple[str, ...]:
    if task.OUTPUT_TYPE != "multiple_choice":
        return ()
    return tuple(str(choice) for choice in task.doc_to_choice(document))


def _place(target: Any, choices: tuple[str, ...]) -> int | None:
    """Place of the right choice; None where there are several, or none."""
    if not choices or isinstance(target, list | tuple):
        return None
    if isinstance(target, str):
        return choices.index(target) if target in choices else None
    return int(target) if 0 <= int(target) < len(choices) else None


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(part) for part in value)
    return str(value)
