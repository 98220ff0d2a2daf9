"""Rules of the house that no linter knows."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from byeori.plugins import discover

ROOT = Path(__file__).parents[1]
ROOMS = ("core", "plugins", "domains")
LONGEST_FILE = 250
LONGEST_FUNCTION = 40


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def project() -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))  # type: ignore[return-value]


def test_every_domain_is_registered_as_a_plugin_and_every_plugin_loads() -> None:
    domains = {path.name for path in (ROOT / "domains").glob("byeori_*")}
    registered = set(project()["project"]["entry-points"]["byeori"].values())
    assert domains <= registered
    assert [plugin.error for plugin in discover().plugins if plugin.target in registered] == [
        "" for _ in registered
    ]


def test_every_domain_stands_in_the_layers_and_is_typed() -> None:
    layers = project()["tool"]["importlinter"]["contracts"][0]["layers"]  # type: ignore[index]
    for path in (ROOT / "domains").glob("byeori_*"):
        assert path.name in layers[0]
        assert (path / "py.typed").is_file()


def test_the_core_names_no_plugin() -> None:
    names = {path.name for room in ("plugins", "domains") for path in (ROOT / room).iterdir()}
    for file in sources("core"):
        text = file.read_text(encoding="utf-8")
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(text))
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        assert not imported & names, file


def test_files_and_functions_stay_readable() -> None:
    for file in sources(*ROOMS):
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST_FILE, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                code = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - code[0].lineno + 1 if code else 0
                assert lines <= LONGEST_FUNCTION, f"{file}:{node.lineno} {node.name}"


def test_every_module_says_what_it_is_for() -> None:
    for file in sources(*ROOMS):
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert docstring, file
        assert len(docstring) > 10, file


def test_nothing_shipped_is_larger_than_it_need_be() -> None:
    for room in ROOMS:
        for file in (ROOT / room).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert file.stat().st_size < 4 * 2**20, file
