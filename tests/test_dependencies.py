"""What is imported is what the set-up installs, and not by luck, because others bring it along."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
OURS = ("byeori", "tests")


def declared(*extras: str) -> set[str]:
    """Names of the distributions that pyproject.toml asks for, with those of the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    names: set[str] = set()
    for line in [*project["dependencies"], *(one for extra in extras for one in optional[extra])]:
        requirement = Requirement(line)
        if requirement.name == project["name"]:
            names |= declared(*requirement.extras)
        else:
            names.add(canonicalize_name(requirement.name))
    return names


def imported(room: str) -> Iterator[tuple[str, str]]:
    """Each module of others that a room imports, with the first file that does."""
    seen: set[str] = set()
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in {name.partition(".")[0] for name in names} - seen:
                if name not in sys.stdlib_module_names and not name.startswith(OURS):
                    seen.add(name)
                    yield name, str(path.relative_to(ROOT))


@cache
def distributions() -> dict[str, set[str]]:
    found = packages_distributions()
    return {name: {canonicalize_name(one) for one in of} for name, of in found.items()}


@pytest.mark.parametrize("room", ["core", "plugins", "domains"])
def test_every_library_that_is_imported_is_declared(room: str) -> None:
    extras = (
        "pdf",
        "web",
        "deepspeed",
        "quantised",
        "lm-eval",
        "bench",
        "korean",
        "gguf",
        "chemistry",
        "smiles",
        "nasa",
        "science",
    )
    asked_for = declared(*extras)
    missing = {
        f"{name} ({where})"
        for name, where in imported(room)
        if not distributions().get(name, {canonicalize_name(name)}) & asked_for
    }
    assert not missing


def test_everything_declared_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}
    assert declared("dev") - pinned == set()
