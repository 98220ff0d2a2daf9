"""Energy by the machine's own counters; where there is none, no figure."""

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from byeori.run.energy import energy_measured, find_counters


class Counter:
    def __init__(self, readings: list[float], range_joules: float | None = None) -> None:
        self.readings, self.range_joules = readings, range_joules

    def read(self) -> float:
        found = self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        if found < 0:
            raise OSError("no right to read it")
        return found


@pytest.fixture(autouse=True)
def no_nvml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)


def package(powercap: Path, name: str, microjoules: int) -> Path:
    folder = powercap / name
    folder.mkdir()
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text("262143328850\n")
    return folder


def test_packages_are_added_and_their_parts_are_not(tmp_path: Path) -> None:
    folders = [package(tmp_path, f"intel-rapl:{n}", 5_000_000) for n in range(2)]
    package(tmp_path, "intel-rapl:0:0", 9_000_000)
    counters = find_counters(tmp_path)
    assert [counter.read() for counter in counters] == [5.0, 5.0]
    measured: dict[str, float] = {}
    with energy_measured(measured, counters):
        for folder in folders:
            (folder / "energy_uj").write_text("7250000\n")
    assert measured == {"energy_joules": 4.5}


def test_a_counter_that_begins_again_is_not_taken_for_a_gain() -> None:
    measured: dict[str, float] = {}
    with energy_measured(measured, [Counter([95.0, 5.0], range_joules=100.0)]):
        pass
    assert measured == {"energy_joules": 10.0}


def test_without_a_counter_or_with_one_that_fails_there_is_no_figure(tmp_path: Path) -> None:
    (tmp_path / "intel-rapl:0").mkdir()  # as where only root may read it
    assert find_counters(tmp_path) == find_counters(tmp_path / "none") == []
    measured: dict[str, float] = {}
    with energy_measured(measured, []):
        pass
    with energy_measured(measured, [Counter([1.0, -1.0])]):
        pass
    assert measured == {}


def test_it_is_looked_at_meanwhile_and_the_thread_ends_also_after_an_error() -> None:
    looked = threading.Event()

    class Seen(Counter):
        def read(self) -> float:
            if threading.current_thread().name == "energy":
                looked.set()
            return super().read()

    with pytest.raises(ZeroDivisionError), energy_measured({}, [Seen([1.0])], every=0.001):
        assert looked.wait(10)
        raise ZeroDivisionError
    assert "energy" not in {thread.name for thread in threading.enumerate()}


def test_the_real_library_has_what_is_asked_of_it_and_says_nothing_without_a_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "pynvml")
    nvml = pytest.importorskip("pynvml", reason="the extra `energy` is not installed")
    for name in ("nvmlDeviceGetHandleByIndex", "nvmlDeviceGetTotalEnergyConsumption"):
        assert callable(getattr(nvml, name))
    try:
        nvml.nvmlInit()
        count = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError:
        count = 0
    assert len(find_counters(tmp_path)) <= count


def test_gpus_are_counted_by_nvml_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nvml = SimpleNamespace(
        NVMLError=RuntimeError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda number: number,
        nvmlDeviceGetTotalEnergyConsumption=lambda handle: 1500 * (handle + 1),
    )
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    assert [counter.read() for counter in find_counters(tmp_path)] == [1.5, 3.0]
