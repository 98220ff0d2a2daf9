"""The scripts of `byeori launch-script`, really started in two processes on the CPU.

A run takes half a minute of CPU time: `python benchmarks/launchers.py` compares all launchers.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def launchers() -> Iterator[Any]:
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module("launchers")
    sys.path.remove(str(FOLDER))
    del sys.modules["launchers"]


@pytest.fixture(scope="module")
def folder(launchers: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("launchers")
    launchers.prepare(made)
    return made


def test_a_run_under_a_launcher_makes_the_bytes_of_one_that_starts_its_processes_itself(
    launchers: Any, folder: Path
) -> None:
    expected = launchers.alone(folder)
    assert expected.exit_code == 0, expected.printed
    assert any(name.endswith("adapter_model.safetensors") for name in expected.files)
    found = launchers.launched("torchrun", folder)
    assert found.exit_code == 0, found.printed
    assert found.files == expected.files
    # one process prints, and the other one says nothing
    assert found.printed.count("lora: ddp in 2 processes") == 1
    assert found.printed.count("report: ") == 1


def test_a_run_that_fails_ends_all_processes_with_its_exit_code(
    launchers: Any, folder: Path
) -> None:
    failed = launchers.launched("slurm", folder, "--set", "tuning.0.max_length=4")
    assert failed.exit_code == 4, failed.printed
    assert "exit codes [4, 4]" in failed.printed
    assert failed.printed.count("byeori: ") == 1
