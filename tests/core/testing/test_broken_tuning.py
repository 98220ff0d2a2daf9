"""Each rule for tuning methods is seen where it is broken."""

import dataclasses
import itertools
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import Config, ModelRef, PromptTemplate, TuningMethod
from byeori.models import local_folder
from byeori.testing import check_tuning_method

COUNTER = itertools.count()


class Copy(TuningMethod[Config]):
    """Writes the base again, whole: it is tuned in form only."""

    name = "copy"

    def tune(self, model: ModelRef, data: Any, context: Any) -> Any:
        folder = context.output / "model"
        shutil.copytree(local_folder(model), folder)
        return dataclasses.replace(model, merged_path=str(folder))


def tuned(tune: Callable[..., Any]) -> Any:
    """A method that does `tune(copied, model, data, context)` after copying the base."""

    def whole(self: Any, model: ModelRef, data: Any, context: Any) -> Any:
        return tune(Copy.tune(self, model, data, context), model, data, context)

    return type("Changed", (Copy,), {"__doc__": "Says what it does.", "tune": whole})


def breaks(cls: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_tuning_method(cls)


def test_a_method_that_breaks_nothing_passes() -> None:
    check_tuning_method(Copy)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda copied, model: None, "returns NoneType; return a byeori.ModelRef"),
        (lambda copied, model: model, "returns the model it was given"),
        (
            lambda copied, model: dataclasses.replace(copied, base="other"),
            "changes the reference's base",
        ),
        (
            lambda copied, model: dataclasses.replace(copied, template=PromptTemplate(name="new")),
            "changes the reference's template",
        ),
        (
            lambda copied, model: dataclasses.replace(copied, base_fingerprint=""),
            "changes base_fingerprint",
        ),
    ],
)
def test_a_reference_that_leads_astray_is_seen(result: Any, message: str) -> None:
    breaks(tuned(lambda copied, model, *_: result(copied, model)), message)


def test_a_model_written_elsewhere_is_seen(tmp_path: Path) -> None:
    def moved(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        shutil.copytree(copied.merged_path or "", tmp_path / "model", dirs_exist_ok=True)
        return dataclasses.replace(copied, merged_path=str(tmp_path / "model"))

    breaks(tuned(moved), "write it below context.output")


@pytest.mark.parametrize(
    "where", ["log.txt", "../beside.txt"], ids=["working directory", "beside the output"]
)
def test_a_file_left_elsewhere_is_seen(where: str) -> None:
    def leaving(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        folder = context.output if where.startswith("..") else Path()
        (folder / where).write_text("left over")
        return copied

    breaks(tuned(leaving), f"writes to .*{Path(where).name}; write below")


def test_a_file_left_in_a_users_folder_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest's folders lie where temporary files may be written, so that place is moved away.
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))

    def leaving(copied: ModelRef, *_: Any) -> ModelRef:
        (tmp_path / "notes.txt").write_text("left over")
        return copied

    breaks(tuned(leaving), "writes to .*notes.txt")


@pytest.mark.parametrize(
    "content",
    [lambda context: str(next(COUNTER)), lambda context: str(context.output)],
    ids=["another each time", "its own path"],
)
def test_bytes_that_are_not_the_same_twice_are_seen(content: Any) -> None:
    def noting(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        (context.output / "notes.txt").write_text(content(context))
        return copied

    breaks(tuned(noting), "other bytes the second time: notes.txt; seed")


def test_a_model_that_does_not_load_is_seen() -> None:
    def cutting(copied: ModelRef, *_: Any) -> ModelRef:
        weights = Path(copied.merged_path or "") / "model.safetensors"
        os.truncate(weights, weights.stat().st_size // 2)
        return copied

    breaks(tuned(cutting), "cannot be used once the stage is done.*safetens")


def test_a_model_that_only_loads_where_it_was_made_is_seen() -> None:
    def linking(copied: ModelRef, *_: Any) -> ModelRef:
        weights = Path(copied.merged_path or "") / "model.safetensors"
        weights.rename(weights.with_name("kept.safetensors"))
        weights.symlink_to(weights.with_name("kept.safetensors"))  # an absolute path
        return copied

    breaks(tuned(linking), "cannot be used once the stage is done: .*No such file")


def test_a_model_gone_to_nan_is_seen() -> None:
    def spoiling(copied: ModelRef, *_: Any) -> ModelRef:
        from safetensors.torch import load_file, save_file

        weights = Path(copied.merged_path or "") / "model.safetensors"
        spoilt = {name: tensor * math.nan for name, tensor in load_file(weights).items()}
        save_file(spoilt, weights, metadata={"format": "pt"})
        return copied

    breaks(tuned(spoiling), "answers are not finite")


def test_a_method_that_changes_its_examples_is_seen() -> None:
    def changing(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        data.train.pop()
        return copied

    breaks(tuned(changing), "changes the examples")
