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
        examples: how many there are to learn from, at least 1.
        validate: whether there are validation examples.
    """
    steps = config.max_steps or math.ceil(config.epochs * steps_per_epoch(config, examples))
    # The last step is not saved: what follows it is the result itself.
    save = spread(steps, config.checkpoints + 1) - {steps} if config.checkpoints else frozenset()
    return Schedule(
        steps=steps,
        warmup=config.warmup_steps or math.ceil(steps * config.warmup_ratio),
        log=spread(steps, LOGGED_POINTS) | save | {1},
        evaluate=spread(steps, config.evaluations) if validate else frozenset(),
        save=save,
    )


def steps_per_epoch(config: TrainingConfig, examples: int) -> int:
    """Optimiser steps of one pass; the last one may have fewer examples."""
    return math.ceil(examples / config.batch_size)


def spread(steps: int, count: int) -> frozenset[int]:
    """Up to `count` steps, evenly spread, the last among them."""
    return frozenset(math.ceil(steps * k / count) for k in range(1, count + 1))
