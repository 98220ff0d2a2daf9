"""When a run logs, evaluates and saves: a function of its length alone, so that resuming agrees."""

import math
from dataclasses import dataclass

from byeori_plugins.tuning.config import TrainingConfig

LOGGED_POINTS = 50


@dataclass(frozen=True)
class Schedule:
    """The steps of a run.

    Attributes:
        steps: optimiser steps in all.
        warmup: steps in which the learning rate rises.
        log, evaluate, save: after which steps (counted from 1) that is done. Whatever is saved is
            logged first, so that no logged mean spans a checkpoint.
    """

    steps: int
    warmup: int
    log: frozenset[int]
    evaluate: frozenset[int]
    save: frozenset[int]


def plan_steps(config: TrainingConfig, examples: int, *, validate: bool) -> Schedule:
    """Lay out a run over that many training examples.

    Args:
        config: the run's settings.
        examples: how many an epoch has, at least 1.
        validate: whether there are validation examples.
    """
    steps = math.ceil(entries_in_run(config, examples) / config.batch_size)
    # The last step is not saved: what follows it is the result itself.
    save = spread(steps, config.checkpoints + 1) - {steps} if config.checkpoints else frozenset()
    return Schedule(
        steps=steps,
        warmup=config.warmup_steps or math.ceil(steps * config.warmup_ratio),
        log=spread(steps, LOGGED_POINTS) | save | {1},
        evaluate=spread(steps, config.evaluations) if validate else frozenset(),
        save=save,
    )


def entries_in_run(config: TrainingConfig, size: int) -> int:
    """How many examples a run learns from, repeats counted, where one epoch has `size`."""
    if config.max_steps is not None:
        return config.max_steps * config.batch_size
    return max(1, math.ceil(round(config.epochs * size, 6)))  # 0.1 * 30 is a little above 3


def spread(steps: int, count: int) -> frozenset[int]:
    """Up to `count` steps, evenly spread, the last among them."""
    return frozenset(math.ceil(steps * k / count) for k in range(1, count + 1))
