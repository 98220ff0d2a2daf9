"""Settings are checked at plan time, and the schedule follows from them alone."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Example
from byeori_plugins.tuning import METHODS, FullConfig, IA3Config, LoraConfig, TrainingConfig, Where
from byeori_plugins.tuning.training.schedule import LOGGED_POINTS, plan_steps, spread


def test_the_settings_of_the_nasa_paper_can_be_written() -> None:
    config = LoraConfig.model_validate(
        {
            "r": 32,
            "alpha": 64,
            "dropout": 0.05,
            "epochs": 3,
            "learning_rate": 3.0e-4,
            "batch_size": 128,
            "micro_batch_size": 4,
            "max_length": 256,
            "scheduler": "linear",
        }
    )
    assert config.micro_batch_size == 4
    assert plan_steps(config, 1000, validate=False).steps == 24


def test_the_settings_of_kullm_can_be_written() -> None:
    """Section 3: LoRA on query_key_value of an 8-bit base, 5 % warm-up, cosine, batch 256."""
    config = LoraConfig.model_validate(
        {
            "r": 16,
            "alpha": 32,
            "targets": ["query_key_value"],
            "quantise": "int8",
            "epochs": 5,
            "learning_rate": 3.0e-4,
            "scheduler": "cosine",
            "warmup_ratio": 0.05,
            "max_grad_norm": 1.0,
            "batch_size": 256,
        }
    )
    schedule = plan_steps(config, 2560, validate=False)
    assert (schedule.steps, schedule.warmup) == (50, 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"init": "pissa", "quantise": "nf4"}, "does not go with quantise"),
        ({"init": "olora", "dora": True}, "does not go with dora"),
        ({"init": "pissa", "bias": "all"}, "does not go with bias"),
    ],
)
def test_settings_of_lora_that_do_not_go_together_are_refused(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        LoraConfig.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"micro_batch_size": 4, "micro_batch_tokens": 900}, "give one of them"),
        ({"epochs": 2, "max_steps": 5}, "give one of them"),
        ({"warmup_ratio": 0.1, "warmup_steps": 5}, "give one of them"),
        ({"scheduler": "constant", "warmup_steps": 5}, "use constant_with_warmup"),
        ({"early_stopping_patience": 2, "evaluations": 0}, "needs evaluations"),
        ({"epoch": 2}, "Extra inputs are not permitted"),
        ({"max_length": 1}, "greater than or equal to 2"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_with_a_way_out(
    settings: dict[str, Any], message: str
) -> None:
    for model in (TrainingConfig, LoraConfig, IA3Config, FullConfig):
        with pytest.raises(ValidationError, match=message):
            model.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"targets": ["k_proj"]}, "give both or neither"),
        ({"feedforward": ["up_proj"]}, "give both or neither"),
        ({"targets": ["k_proj"], "feedforward": ["up_proj"]}, "targets does not"),
    ],
)
def test_ia3_wants_targets_and_feedforward_together(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        IA3Config.model_validate(settings)


def test_every_setting_of_every_method_says_what_it_is_for() -> None:
    for method in METHODS:
        for name, field in method.config_model.model_fields.items():
            assert field.description, f"{method.name}.{name}"


def test_where_selects_by_one_value_by_several_or_not_at_all() -> None:
    example = Example(instruction="q", output="a", language="ko", task="qa")
    assert Where().matches(example)
    assert Where(language="ko").matches(example)
    assert Where(language=("en", "ko"), task="qa").matches(example)
    assert not Where(language="ko", task="summary").matches(example)
    assert not Where(language="k").matches(example)


@given(
    examples=st.integers(1, 5000),
    batch=st.integers(1, 200),
    epochs=st.floats(0.01, 10),
    evaluations=st.integers(0, 60),
    checkpoints=st.integers(0, 60),
)
def test_a_schedule_ends_with_the_last_step_and_logs_before_it_saves(
    examples: int, batch: int, epochs: float, evaluations: int, checkpoints: int
) -> None:
    config = TrainingConfig(
        batch_size=batch, epochs=epochs, evaluations=evaluations, checkpoints=checkpoints
    )
    plan = plan_steps(config, examples, validate=True)
    assert plan.steps == math.ceil(max(1, math.ceil(round(epochs * examples, 6))) / batch) >= 1
    assert plan.steps in plan.log
    assert plan.save <= plan.log
    assert plan.steps not in plan.save
    assert len(plan.save) <= checkpoints
    assert len(plan.evaluate) == min(evaluations, plan.steps)
    assert bool(plan.evaluate) == (plan.steps in plan.evaluate)
    every = plan.log | plan.evaluate | plan.save
    assert all(1 <= step <= plan.steps for step in every)


@given(steps=st.integers(1, 100_000), count=st.integers(1, 1000))
def test_steps_are_spread_evenly(steps: int, count: int) -> None:
    chosen = sorted(spread(steps, count))
    gaps = {b - a for a, b in zip([0, *chosen], chosen, strict=False)}
    assert len(chosen) == min(steps, count)
    assert max(gaps) - min(gaps) <= 1
    assert chosen[-1] == steps


def test_a_long_run_logs_about_fifty_points() -> None:
    plan = plan_steps(TrainingConfig(max_steps=10_000), 100, validate=False)
    assert LOGGED_POINTS <= len(plan.log) <= LOGGED_POINTS + 11
    assert not plan.evaluate


def test_warm_up_is_given_in_steps_or_as_a_share_of_them() -> None:
    assert plan_steps(TrainingConfig(max_steps=30, warmup_ratio=0.1), 9, validate=False).warmup == 3
    assert plan_steps(TrainingConfig(max_steps=30, warmup_steps=7), 9, validate=False).warmup == 7
