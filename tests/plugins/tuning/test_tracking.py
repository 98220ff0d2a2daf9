"""Experiment trackers: what they are told, where it goes, and that it changes nothing."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, ModelRef, RecipeError, TuningData
from byeori_plugins.tuning.training.tracking import check_trackers, tracked

INSTALLED = "byeori_plugins.tuning.training.tracking.importlib.util.find_spec"


@pytest.mark.filterwarnings("ignore:.*tensorboard.*:DeprecationWarning")
def test_tensorboard_gets_every_logged_loss_and_the_weights_stay_the_same(
    ref: ModelRef,
    data: TuningData,
    context_in: Callable[[str], Context],
    make_method: Callable[..., Any],
    folder_bytes: Callable[[Path], dict[str, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    monkeypatch.setenv("NO_PROXY", "*")
    plain, followed = context_in("plain"), context_in("followed")
    followed = replace(followed, cache=tmp_path / "workspace" / "cache")
    make_method("lora").tune(ref, data, plain)
    before = dict(os.environ)
    make_method("lora", report_to=["tensorboard"]).tune(ref, data, followed)
    assert folder_bytes(plain.output) == folder_bytes(followed.output)
    assert dict(os.environ) == before

    (folder,) = (tmp_path / "workspace" / "tracking" / "tensorboard").iterdir()
    assert folder.name.startswith("lora-")
    events = accumulator.EventAccumulator(str(folder)).Reload()
    losses = [event.value for event in events.Scalars("train/loss")]
    assert [event.step for event in events.Scalars("train/loss")] == [1, 2, 3, 4, 5, 6]
    assert losses[-1] < losses[0]
    assert events.Scalars("eval/loss")


def test_trackers_stay_on_this_machine_unless_their_own_variables_say_so(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://example.org")
    inside = replace(context, cache=tmp_path / "workspace" / "cache")
    with tracked(("wandb", "mlflow"), inside, "0123456789abcdef"):
        assert os.environ["WANDB_MODE"] == "offline"
        assert Path(os.environ["TRACKIO_DIR"]) == tmp_path / "workspace" / "tracking" / "trackio"
        assert os.environ["MLFLOW_TRACKING_URI"] == "http://example.org"
    assert "WANDB_MODE" not in os.environ
    with tracked((), inside, ""):
        assert "WANDB_MODE" not in os.environ


def test_a_tracker_that_is_not_installed_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(INSTALLED, lambda name: object() if name == "tensorboardX" else None)
    check_trackers("lora", ("tensorboard",))
    with pytest.raises(RecipeError) as raised:
        check_trackers("lora", ("tensorboard", "wandb", "mlflow"))
    assert [mistake.path for mistake in raised.value.mistakes] == ["lora.report_to"] * 2
    assert "pip install wandb" in str(raised.value)


def test_a_tracker_that_nobody_knows_is_no_setting(make_method: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="report_to"):
        make_method("lora", report_to=["excel"])
