"""Two real processes on the CPU train what one would; killed, they leave nothing and go on.

Starting two processes takes 5 to 15 seconds each time, most of it imports: the whole grid of
strategies and methods is in benchmarks/distributed.py.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from byeori import Context, DataError, ModelRef, StoppedError, TuningData
from byeori.models import load

pytestmark = pytest.mark.slow


def two(strategy: str) -> dict[str, object]:
    return {"strategy": strategy, "processes": 2}


@pytest.mark.parametrize(
    ("strategy", "name", "settings"),
    [
        ("zero-3", "lora", {"early_stopping_patience": 2, "evaluations": 3}),
        ("fsdp", "full", {"micro_batch_size": 1}),
        ("zero-2", "full", {}),
    ],
)
def test_two_processes_train_what_one_does(
    strategy: str,
    name: str,
    settings: dict[str, Any],
    ref: ModelRef,
    data: TuningData,
    context_in: Callable[..., Context],
    make_method: Callable[..., Any],
) -> None:
    made = {}
    for run in ("one", strategy):
        more = {"distributed": two(run)} if run == strategy else {}
        context = context_in(run)
        # The last step has 2 examples of the 17 for 2 processes of 2.
        tuned = make_method(name, epochs=1.5, max_length=256, **settings, **more).tune(
            ref, data, context
        )
        record = json.loads((context.output / "training.json").read_text())
        files = {p.relative_to(context.output).as_posix() for p in context.output.rglob("*.*")}
        made[run] = (record, load(tuned, dtype="float32").model, files)
    (alone, expected, files), (together, found, also_files) = made.values()
    assert also_files == files
    assert together["losses"][-1]["step"] == alone["losses"][-1]["step"]
    for one, both in zip(alone["losses"], together["losses"], strict=True):
        assert both == pytest.approx(one, rel=1e-4)
    assert together["distributed"] == {"strategy": strategy, "processes": 2}
    weights = dict(expected.named_parameters())
    for key, weight in found.named_parameters():
        assert (weight - weights[key]).abs().max() < 1e-4 * weights[key].abs().max(), key


class AtStep:
    """Progress that calls something when so many steps are done."""

    def __init__(self, step: int, call: Callable[[], object]) -> None:
        self.step, self.call = step, call
        self.said: list[str] = []

    def track(self, rows: Iterable[Any], *, total: int, unit: str, label: str) -> Iterator[Any]:
        for number, row in enumerate(rows):
            if unit == "steps" and number == self.step:
                self.call()
            yield row

    def message(self, text: str) -> None:
        self.said.append(text)


def workers_of(pid: int) -> list[psutil.Process]:
    children = psutil.Process(pid).children(recursive=True)
    return [child for child in children if "distributed.worker" in " ".join(child.cmdline())]


def test_a_killed_worker_stops_all_and_the_run_goes_on(
    ref: ModelRef,
    data: TuningData,
    context_in: Callable[..., Context],
    make_method: Callable[..., Any],
    folder_bytes: Callable[[Path], dict[str, bytes]],
) -> None:
    from dataclasses import replace

    settings = {"max_steps": 120, "max_length": 256, "learning_rate": 1e-3, "evaluations": 0}
    method = make_method("lora", **settings, distributed=two("ddp"))
    whole, context = context_in("whole"), context_in("killed")
    method.tune(ref, data, whole)
    killing = AtStep(30, lambda: workers_of(os.getpid())[1].kill())
    with pytest.raises(StoppedError, match="process 1 was killed by signal 9"):
        method.tune(ref, data, replace(context, progress_display=killing))
    assert workers_of(os.getpid()) == []
    again = AtStep(-1, lambda: None)
    method.tune(ref, data, replace(context, progress_display=again))
    assert any("resuming at step" in text for text in again.said)
    assert folder_bytes(context.output) == folder_bytes(whole.output)


def test_an_error_of_a_worker_is_the_error_of_the_run(
    ref: ModelRef, data: TuningData, context: Context, make_method: Callable[..., Any]
) -> None:
    method = make_method("full", learning_rate=1e30, max_length=256, distributed=two("ddp"))
    with pytest.raises(DataError, match="the loss became nan at step 2 of 6, on examples e"):
        method.tune(ref, data, context)
    assert workers_of(os.getpid()) == []


PARENT = """\
import sys
from pathlib import Path
from byeori import Context, Example, ModelRef, PromptTemplate, TuningData
from byeori_plugins.tuning import Lora, LoraConfig

rows = [Example(instruction=f"{n}?", output=f"{n}.", id=f"e{n}") for n in range(9)]
template = PromptTemplate(name="t", template="{{ instruction }} ")
settings = {"max_steps": 20_000, "distributed": {"strategy": "ddp", "processes": 2}}
folder = Path(sys.argv[2])
Lora(LoraConfig.model_validate(settings)).tune(
    ModelRef(base=sys.argv[1], template=template),
    TuningData(train=rows, validation=[], documents=[]),
    Context("lora", 1, folder / "output", folder / "scratch"),
)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_the_run(number: int, model_folder: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(model_folder), str(tmp_path)],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as parent:
        workers: list[psutil.Process] = []
        until = time.monotonic() + 120
        events = tmp_path / "scratch/processes/events.jsonl"
        while not (events.exists() and "begin" in events.read_text()) and time.monotonic() < until:
            time.sleep(0.2)
            workers = workers_of(parent.pid) or workers
        try:
            assert len(workers) == 2
            os.kill(parent.pid, number)
            parent.wait(timeout=120)
            _, alive = psutil.wait_procs(workers, timeout=120)
            assert not alive
        finally:  # or leaving `with` would wait for the training to end
            parent.kill()
            for worker in workers:
                with suppress(psutil.NoSuchProcess):
                    worker.kill()
