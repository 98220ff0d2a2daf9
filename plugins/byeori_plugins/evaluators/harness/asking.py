"""Asks a model lm-eval's tasks: lm-eval's `evaluate`, and its samples as scores."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from byeori import Context, DataError, Item, Model, Score
from byeori.models import TransformersModel
from byeori_plugins.evaluators.harness.metrics import metric_names
from byeori_plugins.evaluators.harness.samples import sample_scores
from byeori_plugins.evaluators.harness.tasks import Loaded, installed_version, load

if TYPE_CHECKING:
    from byeori_plugins.evaluators.harness.evaluator import LmEvalConfig

NO_TOKENS = "lm-eval asks for the likelihood of tokens, which this model does not tell"


def scores(
    config: "LmEvalConfig", model: Model, items: Sequence[Item], context: Context
) -> Iterator[Score]:
    """What `LmEval.score` yields."""
    _refuse_other_version(items)
    loaded = load(config, _commits(items))
    by_document = {(item.metadata["task"], item.metadata["doc_id"]): item for item in items}
    if not isinstance(model, TransformersModel):
        for item in items:
            for metric in metric_names(loaded.tasks[item.task]):
                yield Score(
                    item_id=item.id,
                    metric=metric,
                    value=None,
                    reference=item.reference,
                    metadata={"unscored": NO_TOKENS},
                )
        return
    asked = _language_model(config, model, loaded, context)
    samples = _evaluate(config, asked, loaded, context)
    for name, rows in samples.items():
        made = sample_scores(loaded, name, rows, by_document, asked.refused)
        yield from made


def _refuse_other_version(items: Sequence[Item]) -> None:
    versions = {str(item.metadata.get("lm_eval")) for item in items}
    if versions - {installed_version()}:
        raise DataError(
            f"the items are of lm-eval {', '.join(sorted(versions))}, and {installed_version()} is "
            f"installed: pip install lm_eval=={min(versions)}, or start a new workspace, so that "
            "every model is asked by the same version"
        )


def _commits(items: Sequence[Item]) -> dict[str, str]:
    """By data set, the commit the items are of."""
    found = {str(item.metadata["data_set"]): str(item.metadata["commit"]) for item in items}
    return {path: commit for path, commit in found.items() if commit}


def _language_model(
    config: "LmEvalConfig", model: TransformersModel, loaded: Loaded, context: Context
) -> Any:
    from byeori_plugins.evaluators.harness.careful import CarefulModel
    from byeori_plugins.evaluators.harness.fast import FastModel

    templated = config.apply_chat_template
    if config.engine == "hflm":
        return CarefulModel(model, context, templated=templated, batch_size=config.batch_size)
    greedy = frozenset(name for name, task in loaded.tasks.items() if _asks_for_greedy(task))
    return FastModel(model, context, templated=templated, greedy=greedy)


def _asks_for_greedy(task: Any) -> bool:
    """Whether a task may use lm-eval's `is_greedy`; only plain multiple choice is known not to."""
    plain = task.OUTPUT_TYPE == "multiple_choice" and not callable(
        task.get_config("process_results")
    )
    return not plain or "exact_match" in task.aggregation()


def _evaluate(
    config: "LmEvalConfig", asked: Any, loaded: Loaded, context: Context
) -> Mapping[str, list[Any]]:
    """lm-eval's samples by task."""
    from lm_eval.evaluator import evaluate

    for task in loaded.tasks.values():
        task.set_fewshot_seed(seed=config.fewshot_seed)
    with _seeded(context), _quiet():
        try:
            results = evaluate(
                lm=asked,
                task_dict={"tasks": dict(loaded.tasks), "groups": {}},
                limit=config.limit,
                bootstrap_iters=0,
                log_samples=True,
                system_instruction=config.system_instruction or None,
                apply_chat_template=config.apply_chat_template,
                fewshot_as_multiturn=config.fewshot_as_multiturn,
                confirm_run_unsafe_code=config.unsafe_code,
            )
        except (ValueError, AssertionError, KeyError) as error:
            hint = "; `unsafe_code: true` allows it" if "unsafe" in str(error) else ""
            raise DataError(
                f"lm-eval cannot evaluate {', '.join(loaded.tasks)}: {error}{hint}"
            ) from error
    samples: Mapping[str, list[Any]] = results["samples"]
    return samples


@contextmanager
def _seeded(context: Context) -> Iterator[None]:
    """Let whatever a task draws depend on the recipe's seed alone, and nothing else on that."""
    import numpy as np
    import torch

    before = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        random.seed(context.seed)
        np.random.seed(context.seed % 2**32)
        torch.manual_seed(context.seed)
        try:
            yield
        finally:
            random.setstate(before[0])
            np.random.set_state(before[1])


@contextmanager
def _quiet() -> Iterator[None]:
    """Without lm-eval's own bars: progress is shown by requests, as everywhere in byeori."""
    from lm_eval.api import task

    bar = task.tqdm
    task.tqdm = lambda rows, **others: rows
    try:
        yield
    finally:
        task.tqdm = bar
