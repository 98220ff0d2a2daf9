"""Experiment trackers, through transformers' own `report_to`: local files by default."""

import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from byeori import Context, Mistake, RecipeError

Tracker = Literal["tensorboard", "trackio", "mlflow", "wandb"]
_MODULES: Mapping[Tracker, tuple[str, ...]] = {
    "tensorboard": ("tensorboard", "tensorboardX"),
    "trackio": ("trackio",),
    "mlflow": ("mlflow",),
    "wandb": ("wandb",),
}


def check_trackers(stage: str, trackers: tuple[Tracker, ...]) -> None:
    """Refuse a tracker that is not installed before anything is trained.

    Raises:
        RecipeError: it is not installed.
    """
    mistakes = [
        Mistake(f"{stage}.report_to", f"{name} is not installed: pip install {name}, or remove it")
        for name in trackers
        if all(importlib.util.find_spec(module) is None for module in _MODULES[name])
    ]
    if mistakes:
        raise RecipeError(mistakes)


@contextmanager
def tracked(trackers: tuple[Tracker, ...], context: Context, key: str) -> Iterator[None]:
    """Where trackers write while a model trains: below `tracking/` of the workspace, no network.

    A variable of a tracker that is set already (`WANDB_MODE=online`, `MLFLOW_TRACKING_URI=...`)
    stays as it is: who sets it wants it so.

    Args:
        trackers: those asked for.
        context: of the stage.
        key: of the training; each has a folder of its own, which a resumed one goes on in.
    """
    if not trackers:
        yield
        return
    folder = tracking_folder(context)
    wanted = {
        "TENSORBOARD_LOGGING_DIR": str(folder / "tensorboard" / f"{context.stage}-{key[:12]}"),
        "TRACKIO_DIR": str(folder / "trackio"),
        "MLFLOW_TRACKING_URI": (folder / "mlflow").resolve().as_uri(),
        "MLFLOW_EXPERIMENT_NAME": "byeori",
        "WANDB_DIR": str(folder),
        "WANDB_MODE": "offline",
        "WANDB_PROJECT": "byeori",
        "WANDB_SILENT": "true",
    }
    folder.mkdir(parents=True, exist_ok=True)
    added = [name for name in wanted if name not in os.environ]
    os.environ.update({name: wanted[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def tracking_folder(context: Context) -> Path:
    """Outside of the artifact, whose bytes are the same on every run: trackers write times."""
    if context.cache is not None:
        return context.cache.parent / "tracking"
    return context.scratch / "tracking"
