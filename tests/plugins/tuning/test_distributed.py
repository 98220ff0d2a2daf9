"""Training in several processes, without starting any; see test_processes.py for real ones."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from byeori import (
    ByeoriError,
    Context,
    DataError,
    Mistake,
    ModelRef,
    PluginError,
    RecipeError,
    StoppedError,
    TuningData,
)
from byeori.launching import Place, WorkersFailedError
from byeori_plugins.tuning import Full, FullConfig, TrainingConfig
from byeori_plugins.tuning.distributed.config import NAMES, Distributed


def config(**settings: object) -> TrainingConfig:
    return TrainingConfig.model_validate(settings)


@pytest.mark.parametrize("name", NAMES)
def test_a_strategy_can_be_named_in_one_word(name: str) -> None:
    spread = config(distributed=name).distributed
    assert spread is not None
    assert name in (spread.strategy, f"{spread.strategy}-offload")
    assert bool(spread.offload) == name.endswith("-offload")
    again = config(**config(distributed=name).model_dump(exclude_unset=True))
    assert again.distributed == spread


def test_details_stand_in_a_block() -> None:
    spread = Distributed.model_validate(
        {"strategy": "zero-3-offload", "processes": 4, "nodes": 2, "offload": ["optimizer"]}
    )
    assert (spread.strategy, spread.offload, spread.machines) == ("zero-3", ("optimizer",), 2)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"distributed": "zero-4"}, "'zero-4' is no strategy; .* zero-3, fsdp, zero-2-offload"),
        ({"distributed": {"strategy": "ddp", "offload": ["optimizer"]}}, "no offload"),
        ({"distributed": {"strategy": "zero-2", "offload": ["parameters"]}}, "zero-3-offload"),
        ({"distributed": {"strategy": "ddp", "gpus": 2}}, "Extra inputs"),
        ({"distributed": "zero-1", "optimizer": "adafactor"}, "whole matrices"),
        (
            {"distributed": {"strategy": "ddp", "processes": 8, "nodes": 5}, "batch_size": 32},
            "40 processes cannot share batch_size 32",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        config(**settings)


def test_where_a_training_runs_is_no_part_of_what_it_makes() -> None:
    from byeori.plan.stage import hashable

    assert hashable(config()) == hashable(config(distributed="zero-3"))


def test_the_json_schema_takes_the_word_and_the_block() -> None:
    import jsonschema

    schema = TrainingConfig.model_json_schema()
    for value in ("zero-2-offload", {"strategy": "fsdp", "processes": 2}, None):
        jsonschema.validate({"distributed": value}, schema)
    for value in ("zero-9", {"processes": 2}, {"strategy": "ddp", "gpus": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"distributed": value}, schema)


# -- DeepSpeed's configuration


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("zero")])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_deepspeed_knows_every_key_it_is_given(name: str, precision: str) -> None:
    from deepspeed.runtime import constants
    from deepspeed.runtime.zero.config import DeepSpeedZeroConfig

    from byeori_plugins.tuning.distributed.zero import deepspeed_settings

    settings = deepspeed_settings(Distributed.model_validate(name), precision, pin=False)
    known = {value for value in vars(constants).values() if isinstance(value, str)}
    assert set(settings) <= known | {"zero_optimization", "torch_autocast"}
    if precision == "bfloat16" and name[5] != "3":  # an empty list, not one that is left out
        assert list(settings["torch_autocast"]["lower_precision_safe_modules"]) == []
    zero = settings["zero_optimization"]
    fields = DeepSpeedZeroConfig.model_fields
    assert set(zero) <= set(fields) | {field.alias for field in fields.values()}
    read = DeepSpeedZeroConfig(**zero)
    assert read.stage == int(name[5])
    assert (read.offload_optimizer is not None) == name.endswith("offload")
    assert (read.offload_param is not None) == (name == "zero-3-offload")
    assert read.gather_16bit_weights_on_model_save == (name[5] == "3")


def test_a_misspelt_key_for_deepspeed_is_an_error() -> None:
    from byeori_plugins.tuning.distributed.zero import DeepSpeedSettings

    with pytest.raises(ValidationError, match="zero_optimisation"):
        DeepSpeedSettings.model_validate({"zero_optimisation": {"stage": 2}})


# -- what workers are told


class StoppedHereError(Exception):
    pass


def spec_of(
    config: FullConfig, ref: ModelRef, data: TuningData, context: Context, folder: Path
) -> Any:
    """The training that a method would begin, and what a worker reads of its spec."""
    from byeori_plugins.tuning.distributed import spec

    seen: list[Any] = []

    class Stopping(Full):
        def _trained(self, training: Any, ref: ModelRef) -> Any:
            seen.append(training)
            raise StoppedHereError

    with pytest.raises(StoppedHereError):
        Stopping(config).tune(ref, data, context)
    read = spec.read_spec(spec.write_spec(seen[0], "full", ref, folder))
    return seen[0], read, spec.material_of(read, folder), spec.order_of(read, folder)


@pytest.mark.parametrize("learn_from", ["examples", "documents"])
def test_a_worker_reads_the_very_training(
    learn_from: str, ref: ModelRef, data: TuningData, context: Context, tmp_path: Path
) -> None:
    from byeori import Document

    documents = [
        Document(id=f"d{n}", text=f"Text number {n}. " * (n + 1), title="t") for n in range(5)
    ]
    data = TuningData(
        train=data.train,
        validation=data.validation,
        documents=documents,
        held_out={"d4": "validation"},
    )
    settings = {"max_steps": 4, "batch_size": 4, "learn_from": learn_from, "max_length": 64}
    folder = tmp_path / "processes"
    folder.mkdir()
    training, spec, material, order = spec_of(
        FullConfig.model_validate(settings), ref, data, context, folder
    )
    assert spec.config == settings
    assert (spec.ref, spec.schedule, spec.key) == (ref, training.schedule, training.key)
    assert (order.entries == training.order.entries).all()
    assert material.train == training.train
    assert type(material.train) is type(training.train)
    assert material.validation == training.validation
    assert material.named([0]) == training.material.named([0])
    assert not list(folder.rglob("*.pkl"))


def test_a_method_that_no_plugin_offers_cannot_be_found_by_other_processes() -> None:
    from byeori_plugins.tuning.distributed.launch import registered_name

    class Own(Full):
        pass

    assert registered_name(Full(FullConfig())) == "full"
    with pytest.raises(PluginError, match="Own is offered by no installed plugin"):
        registered_name(Own(FullConfig()))


# -- what they tell


@pytest.mark.parametrize(
    "error",
    [
        DataError("no rows"),
        StoppedError("disk full"),
        PluginError("broken"),
        RecipeError([Mistake("lora.r", "too large"), Mistake("lora.alpha", "too small")]),
        ByeoriError("else"),
    ],
)
def test_an_error_keeps_its_kind_its_exit_code_and_its_words(
    error: ByeoriError, tmp_path: Path
) -> None:
    from byeori_plugins.tuning.distributed.messages import first_error, write_error

    assert write_error(error, 1, tmp_path) == error.exit_code
    write_error(RuntimeError("connection closed by peer"), 0, tmp_path)  # what follows from it
    again = first_error(tmp_path)
    assert type(again) is type(error)
    assert (str(again), again.exit_code) == (str(error), error.exit_code)


def test_processes_that_only_miss_another_one_are_not_the_reason(tmp_path: Path) -> None:
    from byeori_plugins.tuning.distributed.messages import first_error, write_error

    write_error(RuntimeError("[gloo/transport/tcp] Connection closed by peer [::1]"), 0, tmp_path)
    assert first_error(tmp_path) is None


def test_an_unexpected_error_says_where_it_was_raised(tmp_path: Path) -> None:
    from byeori_plugins.tuning.distributed.messages import first_error, write_error

    try:
        json.loads("{")
    except ValueError as error:
        write_error(error, 0, tmp_path)
    again = first_error(tmp_path)
    assert isinstance(again, PluginError)
    assert "JSONDecodeError: Expecting" in str(again)
    assert "json.loads" in str(again)


def test_progress_and_messages_of_a_worker_reach_the_user(tmp_path: Path) -> None:
    from byeori_plugins.tuning.distributed.messages import Listener, Reporter

    said: list[str] = []
    passed: list[int] = []
    measured: list[Any] = []

    class Display:
        def track(self, rows: Any, *, total: int, unit: str, label: str) -> Any:
            said.append(f"{label}: {total} {unit}")
            for row in rows:
                passed.append(row)
                yield row

        def message(self, text: str) -> None:
            said.append(text)

    context = Context(
        "lora", 1, tmp_path, tmp_path, on_measure=measured.append, progress_display=Display()
    )
    reporter, listener = Reporter(tmp_path), Listener(tmp_path, context)
    listener.poll()
    reporter.message("한국어\nin two lines")
    bar = reporter.track(range(3), total=3, unit="steps", label="lora")
    next(bar)
    reporter.measure({"seconds": 1.5})
    listener.poll()
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"message": "half')
        file.flush()
        listener.poll()
        file.write(' and half"}\n')
    list(bar)
    listener.poll()
    assert said == ["한국어\nin two lines", "lora: 3 steps", "half and half"]
    assert passed == [0]  # the last steps are not told one by one, and the bar is closed
    assert measured == [{"seconds": 1.5}]


def test_a_killed_worker_stops_the_run_resumably(context: Context, tmp_path: Path) -> None:
    from byeori_plugins.tuning.distributed.launch import _killed

    log = tmp_path / "stderr.log"
    log.write_text("out of something")
    error = _killed(WorkersFailedError(1, -signal.SIGKILL, str(log)), context)
    assert "process 1 was killed by signal 9" in str(error)
    assert "out of something" in str(error)
    assert error.exit_code == 3


# -- how many there are


def counted(**settings: object) -> int:
    from byeori_plugins.tuning.distributed.launch import count_processes

    made = config(**settings)
    assert made.distributed is not None
    return count_processes(made, made.distributed, "lora")


@pytest.fixture
def accelerators(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def set_count(count: int) -> None:
        monkeypatch.setattr("torch.cuda.device_count", lambda: count)
        monkeypatch.setattr("torch.cuda.is_available", lambda: count > 0)

    return set_count


def test_each_accelerator_has_a_process(accelerators: Callable[[int], None]) -> None:
    accelerators(4)
    assert counted(distributed="zero-2") == 4
    assert counted(distributed={"strategy": "zero-2", "processes": 2}) == 2
    with pytest.raises(RecipeError, match="8 processes, but 4 accelerators"):
        counted(distributed={"strategy": "zero-2", "processes": 8})


def test_what_the_machine_cannot_do_is_said_before_processes_start(
    accelerators: Callable[[int], None],
) -> None:
    accelerators(0)
    with pytest.raises(RecipeError, match="no accelerator; say how many"):
        counted(distributed="zero-2")
    with pytest.raises(RecipeError, match="2 machines, and this run was started on one"):
        counted(distributed={"strategy": "ddp", "processes": 1, "nodes": 2})
    accelerators(40)
    with pytest.raises(RecipeError, match=r"lora\.batch_size.*40 processes cannot share"):
        counted(distributed="ddp", batch_size=32)


def test_without_deepspeed_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RecipeError, match=r"pip install 'byeori\[deepspeed\]'"):
        counted(distributed={"strategy": "zero-1", "processes": 2})


# -- checkpoints of parts


def test_only_as_many_processes_can_take_up_a_checkpoint_of_parts(tmp_path: Path) -> None:
    from byeori_plugins.tuning.training.checkpoints import Checkpoints

    eight = Checkpoints(tmp_path, "key", "zero-2 in 8 processes")
    eight.writing.mkdir(parents=True)
    (eight.writing / "optimizer").write_bytes(b"8")
    eight.commit(eight.writing, 120)
    assert eight.newest() == eight.at(120)
    for other in ("zero-2 in 4 processes", "zero-3 in 8 processes", ""):
        with pytest.raises(StoppedError, match="step 120 was written by zero-2 in 8 processes"):
            Checkpoints(tmp_path, "key", other).newest()
    assert eight.newest() == eight.at(120)
    assert Checkpoints(tmp_path, "another run", "").newest() is None


# -- under a launcher


@pytest.fixture
def in_launch(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    def set_place(local_world: int, world: int) -> None:
        from types import SimpleNamespace

        place = Place(0, world, 0, local_world, "127.0.0.1", 1)
        name = "byeori_plugins.tuning.distributed.launch.current_meeting"
        monkeypatch.setattr(name, lambda: SimpleNamespace(place=place))

    return set_place


def test_a_training_has_the_processes_of_the_launch(
    in_launch: Callable[[int, int], None], accelerators: Callable[[int], None]
) -> None:
    accelerators(0)
    in_launch(2, 4)
    for more in ({}, {"processes": 2}, {"nodes": 2}, {"processes": 2, "nodes": 2}):
        assert counted(distributed={"strategy": "ddp", **more}) == 4


def test_a_launch_that_is_not_what_the_recipe_asks_for_is_refused(
    in_launch: Callable[[int, int], None], accelerators: Callable[[int], None]
) -> None:
    accelerators(8)
    in_launch(2, 4)
    with pytest.raises(RecipeError, match=r"asks for 4 processes on each machine.* started 2"):
        counted(distributed={"strategy": "ddp", "processes": 4})
    with pytest.raises(RecipeError, match=r"asks for 3 machines.* 4 processes in all, 2 of them"):
        counted(distributed={"strategy": "ddp", "nodes": 3})
    in_launch(3, 6)
    with pytest.raises(RecipeError, match=r"lora\.batch_size.*6 processes cannot share"):
        counted(distributed="ddp", batch_size=4)
    accelerators(1)
    with pytest.raises(RecipeError, match=r"started 3 processes.* sees 1 accelerators"):
        counted(distributed="ddp")
