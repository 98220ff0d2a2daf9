"""A new domain as its author meets it: written, installed with pip, tested and run."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def test_a_new_domain_installs_keeps_the_contract_and_shows_a_significant_effect(
    environment: Any, tmp_path: Path
) -> None:
    project = tmp_path / "rare-ores"
    written = environment.byeori("new", "domain", "rare-ores", "--folder", str(project))
    assert written.returncode == 0, written.stderr
    environment.install(project)
    assert environment.plugins()["rare-ores"]["state"] == "loaded"
    made = tmp_path / "made"
    suite = environment.run(
        "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", f"--basetemp={made}",
        str(project / "tests"),
    )  # fmt: skip
    assert suite.returncode == 0, suite.stdout + suite.stderr
    # Its own test ran the recipe with --tiny: fewer steps, and the effect is there already.
    file, *_ = sorted(made.glob("test_*/.byeori/runs/rare-ores-first-tiny/report.json"))
    report = json.loads(file.read_text(encoding="utf-8"))
    (row,) = [row for row in report["comparisons"] if row["metric"] == "right"]
    assert row["items"] > 100
    assert row["difference"]["low"] > 0
    assert row["test"]["p_adjusted"] < 0.001
