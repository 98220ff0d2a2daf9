"""A killed run goes on, and ends with the bytes of one that was not killed."""

import dataclasses
import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, ModelRef, StoppedError, TuningData
from byeori.store.files import is_disk_full, replace_atomically
from byeori_plugins.tuning.training.checkpoints import Checkpoints, step_of

Make = Callable[..., Any]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "first"), [("lora", "0"), ("ia3", "1"), ("full", "2"), ("pretraining", "0")]
)
def test_a_run_killed_at_any_moment_ends_with_the_same_bytes(
    name: str, first: str, model_folder: Path, tmp_path: Path
) -> None:
    # Every third moment for each method; run the script by hand for all of them.
    script = Path(__file__).parent / "kill_and_resume.py"
    done = subprocess.run(
        [sys.executable, str(script), str(model_folder), str(tmp_path), name, first, "3"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) >= 6, done.stdout


def make_checkpoint(checkpoints: Checkpoints, step: int) -> Path:
    source = checkpoints.writing / f"checkpoint-{step}"
    (source / "inner").mkdir(parents=True)
    (source / "weights").write_bytes(b"w" * 100)
    (source / "inner" / "state").write_text(str(step))
    return checkpoints.commit(source, step)


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints", "this run")


def test_the_newest_two_checkpoints_are_kept_and_the_newest_is_chosen(
    checkpoints: Checkpoints,
) -> None:
    assert checkpoints.newest() is None
    for step in (9, 10, 100):
        make_checkpoint(checkpoints, step)
    assert checkpoints.newest() == checkpoints.folder / "step-00000100"
    assert [step_of(path) for path in sorted(checkpoints.folder.glob("step-*"))] == [10, 100]


def truncate(path: Path) -> None:
    os.truncate(path / "weights", 99)


def flip_a_bit(path: Path) -> None:
    (path / "weights").write_bytes(b"w" * 99 + b"v")


def lose_a_file(path: Path) -> None:
    (path / "inner" / "state").unlink()


def add_a_file(path: Path) -> None:
    (path / "stray").touch()


def break_the_manifest(path: Path) -> None:
    (path / "byeori-manifest.json").write_text('{"key": "this run", "files": [')


@pytest.mark.parametrize(
    "damage", [truncate, flip_a_bit, lose_a_file, add_a_file, break_the_manifest]
)
def test_a_damaged_checkpoint_is_deleted_and_the_one_before_it_used(
    checkpoints: Checkpoints, damage: Callable[[Path], None]
) -> None:
    older = make_checkpoint(checkpoints, 1)
    newer = make_checkpoint(checkpoints, 2)
    damage(newer)
    assert checkpoints.newest() == older
    assert list(checkpoints.folder.iterdir()) == [older]


def test_checkpoints_of_another_run_and_half_written_ones_are_deleted(
    checkpoints: Checkpoints,
) -> None:
    make_checkpoint(checkpoints, 1)
    (checkpoints.writing / "checkpoint-2").mkdir(parents=True)
    other = Checkpoints(checkpoints.folder, "another run")
    assert other.newest() is None
    assert list(checkpoints.folder.iterdir()) == []


def test_a_checkpoint_holds_the_best_weights_as_they_were_then(checkpoints: Checkpoints) -> None:
    checkpoints.folder.mkdir()
    replace_atomically(checkpoints.best, lambda part: part.write_bytes(b"at step 1"))
    made = make_checkpoint(checkpoints, 1)
    replace_atomically(checkpoints.best, lambda part: part.write_bytes(b"at step 2"))
    assert checkpoints.newest() == made
    checkpoints.restore_best(made)
    assert checkpoints.best.read_bytes() == b"at step 1"


def test_a_checkpoint_with_torn_best_weights_is_not_taken_up(checkpoints: Checkpoints) -> None:
    older = make_checkpoint(checkpoints, 1)
    checkpoints.best.write_bytes(b"best weights")
    newer = make_checkpoint(checkpoints, 2)
    checkpoints.best.unlink()
    (newer / checkpoints.best.name).write_bytes(b"best")
    assert checkpoints.newest() == older
    checkpoints.restore_best(older)
    assert not checkpoints.best.exists()


def test_best_weights_are_copied_where_a_file_cannot_have_two_names(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*names: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    checkpoints.folder.mkdir()
    checkpoints.best.write_bytes(b"best weights")
    made = make_checkpoint(checkpoints, 1)
    checkpoints.restore_best(made)
    assert checkpoints.best.read_bytes() == (made / checkpoints.best.name).read_bytes()


def test_a_resumed_run_with_early_stopping_ends_with_the_best_weights_of_before(
    make_method: Make,
    ref: ModelRef,
    data: TuningData,
    context: Context,
    context_in: Make,
    folder_bytes: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Answers that training makes less likely: the first evaluation is the best one.
    odd = [dataclasses.replace(row, output="zzyzx") for row in data.validation]
    data = TuningData(train=data.train, validation=odd, documents=[])
    method = make_method(
        "full",
        learning_rate=0.3,
        max_steps=4,
        evaluations=4,
        early_stopping_patience=3,
        checkpoints=3,
    )
    clean = context_in("clean")
    method.tune(ref, data, clean)
    record = json.loads((clean.output / "training.json").read_text())
    curve = [point["validation_loss"] for point in record["losses"]]
    assert curve.index(min(curve)) == 0
    commit = Checkpoints.commit

    def killed(self: Checkpoints, source: Path, step: int) -> Path:
        made = commit(self, source, step)
        if step == 2:
            replace_atomically(self.best, lambda part: part.write_bytes(b"torn, and a new file"))
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(Checkpoints, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        method.tune(ref, data, context)
    monkeypatch.undo()
    method.tune(ref, data, context)
    assert folder_bytes(context.output) == folder_bytes(clean.output)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("[enforce fail] . PytorchStreamWriter failed writing file data/0"),
    ],
)
def test_a_full_disk_is_recognised_by_number_or_by_words_also_as_a_cause(error: Exception) -> None:
    outer = RuntimeError("while saving")
    outer.__cause__ = error
    assert is_disk_full(error)
    assert is_disk_full(outer)
    assert not is_disk_full(ValueError("no such thing"))


FULL_DISK = """
import resource, sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

spec = spec_from_file_location("shared", sys.argv[1])
shared = module_from_spec(spec)
sys.modules["shared"] = shared
spec.loader.exec_module(shared)
from byeori import Context, ModelRef, StoppedError

def tune():
    context = Context("full", 5, Path(sys.argv[3], "output"), Path(sys.argv[3], "scratch"))
    context.output.mkdir(parents=True, exist_ok=True)
    ref = ModelRef(base=sys.argv[2], template=shared.SHORT)
    return shared.method_of("full", checkpoints=2).tune(ref, shared.split(22), context)

for limit in (20_000, 90_000, 200_000):
    # Like a full disk: a file cannot grow beyond this. Data, weights and optimizer differ in size.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        tune()
    except StoppedError as error:
        print("stopped:", error)
    assert not Path(sys.argv[3], "scratch", "checkpoints", "writing").exists()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print("done:", tune().merged_path)
"""


@pytest.mark.slow
def test_a_full_disk_stops_the_run_with_advice_and_the_next_run_goes_through(
    model_folder: Path, tmp_path: Path
) -> None:
    shared = Path(__file__).parent / "conftest.py"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(shared), str(model_folder), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("stopped: full: no space left on the disk of") == 3, done.stdout
    assert "done: " in done.stdout


def test_a_finished_scratch_folder_of_other_settings_is_not_taken_up(
    make_method: Make,
    ref: ModelRef,
    data: TuningData,
    context: Context,
    context_in: Make,
    folder_bytes: Make,
) -> None:
    make_method("ia3", learning_rate=0.3).tune(ref, data, context)
    make_method("ia3").tune(ref, data, context)
    clean = context_in("clean")
    make_method("ia3").tune(ref, data, clean)
    assert folder_bytes(context.output) == folder_bytes(clean.output)


def test_an_error_that_is_no_full_disk_is_passed_on(
    make_method: Make,
    ref: ModelRef,
    data: TuningData,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Checkpoints, "commit", fail)
    with pytest.raises(OSError, match="Input/output error") as error:
        make_method("ia3").tune(ref, data, context)
    assert not isinstance(error.value, StoppedError)
