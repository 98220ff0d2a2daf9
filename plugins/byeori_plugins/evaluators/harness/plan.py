"""Which figures of all items together lm-eval computes, as data that lies with the scores."""

from typing import Any

from byeori_plugins.evaluators.harness.metrics import is_mean, reference
from byeori_plugins.evaluators.harness.tasks import Loaded


def figure_plan(loaded: Loaded, name: str) -> dict[str, Any]:
    """What is computed beside means of items.

    Returns:
        `aggregations`: by metric, the function of the task's raw values (`module:name`, or
        `file:name`); `lower`: metrics of which less is better; `groups`: `[group, metric, filters
        or None, weighted by size, how many tasks have it]` of those the task is in.
    """
    task = loaded.tasks[name]
    found = {
        metric: reference(function, loaded.include_path)
        for metric, function in task.aggregation().items()
        if not is_mean(task, metric)
    }
    lower = [metric for metric, better in task.higher_is_better().items() if better is False]
    return {
        "aggregations": {metric: where for metric, where in found.items() if where},
        "lower": lower,
        "groups": [
            [group.name, one.metric, one.filter_list, bool(one.weight_by_size), members]
            for group in loaded.groups.values()
            if any(member.task_name == name for member in group.get_all_tasks())
            for one in group.aggregate_metric_list or ()
            if (members := sum(one.metric in t.aggregation() for t in group.get_all_tasks()))
        ],
    }
