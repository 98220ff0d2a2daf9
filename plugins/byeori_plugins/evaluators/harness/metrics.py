"""What of lm-eval's metrics is a score of one item, and what a figure of all of them."""

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from byeori.records import LOWER_IS_BETTER

# Log-likelihoods that lm-eval keeps for perplexities, by what they are divided by.
_LIKELIHOODS = {
    "perplexity": "log_likelihood",
    "word_perplexity": "log_likelihood_per_word",
    "byte_perplexity": "log_likelihood_per_byte",
    "bits_per_byte": "log_likelihood_per_byte",
}


def is_mean(task: Any, metric: str) -> bool:
    """Whether lm-eval's figure is the mean of the items' values."""
    from lm_eval.api import metrics

    function = task.aggregation().get(metric, metrics.mean)
    return function in (metrics.mean, metrics.nanmean)


def item_values(task: Any, raw: Mapping[str, Any]) -> dict[str, float | None]:
    """Scores of one item, by lm-eval's metrics.

    What is averaged is a score as it is, and log-likelihoods are those of the item. Where nothing
    else is left, a multiple choice is right or wrong, and a figure of all items (BLEU) is taken of
    one.
    """
    means = {_named(task, name): _number(raw[name]) for name in raw if is_mean(task, name)}
    likely = {_LIKELIHOODS[name]: _ratio(raw[name]) for name in raw if name in _LIKELIHOODS}
    found = {**means, **{name: value for name, value in likely.items() if name not in means}}
    if found:
        return found
    if task.OUTPUT_TYPE == "multiple_choice":
        pairs = [raw[name] for name in ("f1", "mcc") if name in raw]
        return {"acc": float(pairs[0][0] == pairs[0][1])} if pairs else {}
    return {_named(task, name): _alone(task, name, value) for name, value in raw.items()}


def metric_names(task: Any) -> list[str]:
    """Names of the scores an item of a task gets, as far as its file tells."""
    names = list(task.aggregation())
    means = [_named(task, name) for name in names if is_mean(task, name)]
    likely = [_LIKELIHOODS[name] for name in names if name in _LIKELIHOODS]
    plain = ["acc"] if task.OUTPUT_TYPE == "multiple_choice" else names
    filters = [one.name for one in getattr(task, "_filters", ())] or ["none"]
    found = list(dict.fromkeys([*means, *likely])) or [_named(task, name) for name in plain]
    return [with_filter(name, one) for one in filters for name in found]


def with_filter(metric: str, filter_name: str) -> str:
    """A metric's name, with the filter its answers went through if there was one."""
    return metric if filter_name == "none" else f"{metric},{filter_name}"


def _named(task: Any, metric: str) -> str:
    worse = task.higher_is_better().get(metric) is False
    return metric + LOWER_IS_BETTER if worse else metric


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _ratio(value: Any) -> float | None:
    """A log-likelihood, divided by its words or bytes where lm-eval counts them."""
    if isinstance(value, tuple | list):
        total, size = value
        return float(total) / size if size else None
    return _number(value)


def _alone(task: Any, metric: str, raw: Any) -> float | None:
    return _number(task.aggregation()[metric]([raw]))


def reference(function: Callable[..., Any], near: Path | None) -> str | None:
    """Where a function can be found again: `module:name`, or `file:name`.

    Args:
        function: one that lm-eval aggregates with.
        near: folder of the user's own tasks; files in it are named from there on.

    Returns:
        None for a function without a name, such as a partial one.
    """
    name = getattr(function, "__qualname__", "")
    if not name.isidentifier():
        return None
    module = getattr(function, "__module__", "")
    if importlib.util.find_spec("lm_eval") and module.startswith("lm_eval."):
        return f"{module}:{name}"
    file = inspect.getsourcefile(function)
    if file is None:
        return None
    path = Path(file)
    if near is not None and path.is_relative_to(near.resolve()):
        path = path.relative_to(near.resolve())
    return f"{path}:{name}"


@lru_cache(maxsize=256)
def function_of(where: str, near: Path | None) -> Callable[[Sequence[Any]], Any]:
    """The function that `reference` named."""
    place, _, name = where.rpartition(":")
    if place.endswith(".py"):
        path = near / place if near is not None else Path(place)
        spec = importlib.util.spec_from_file_location(f"byeori_lm_eval_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is no module")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(place)
    function: Callable[[Sequence[Any]], Any] = getattr(module, name)
    return function
