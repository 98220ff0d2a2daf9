"""Runs a recipe as its user would, for the tests of the plugin that ships it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def run_recipe(
    recipe: str | Path, folder: Path, *overrides: str, tiny: bool = False
) -> dict[str, Any]:
    """Run a recipe in a process of its own, by `byeori run`.

    Args:
        recipe: a file, or the name of a recipe of an installed plugin (`finance/figures`).
        folder: where to run it, such as pytest's `tmp_path`; the workspace is made there.
        overrides: fields to set, as `--set` takes them (`"tuning.0.max_steps=4"`).
        tiny: whether to run it with `--tiny`.

    Returns:
        The content of `report.json`: `comparisons`, `steps`, `provenance` and the others.

    Raises:
        AssertionError: the run failed, with what it said.
    """
    command = [sys.executable, "-m", "byeori", "run", str(recipe), "--json"]
    command += ["--tiny"] * tiny + [word for field in overrides for word in ("--set", field)]
    done = subprocess.run(  # noqa: S603  # this Python, and what the caller asks for
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise AssertionError(
            f"`byeori {' '.join(command[3:])}` ended with {done.returncode}:\n{done.stderr.strip()}"
        )
    report: dict[str, Any] = json.loads(done.stdout)
    return report
