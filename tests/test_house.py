"""Rules of the house that no linter knows."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def public_packages() -> set[str]:
    """The packages that docs/plugin-surface.md promises to plugin authors."""
    page = (ROOT / "docs" / "plugin-surface.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(byeori[\w.]*)` \|", page, re.M))


def imported_names(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line, module and name of each thing that a file imports of byeori; no name for `import x`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            pairs = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            pairs = [("." * node.level + (node.module or ""), alias.name) for alias in node.names]
        else:
            continue
        yield from ((node.lineno, *pair) for pair in pairs if pair[0].startswith((".", "byeori")))


def beyond_the_surface(file: Path, own: str) -> Iterator[str]:
    """What a plugin's file imports that no public package exports."""
    public = public_packages()
    for line, module, name in imported_names(file):
        if module == own or module.startswith((f"{own}.", ".")):
            continue
        if module not in public:
            yield f"{file}:{line}: {module} is not public"
        elif name and name not in importlib.import_module(module).__all__:
            yield f"{file}:{line}: {module} does not export {name}"


def test_domains_use_what_public_packages_export_and_nothing_else() -> None:
    # As anyone who writes the fifth domain would. Where something is missing: export it in the
    # package's `__init__`, with a docstring, or list the package in docs/plugin-surface.md.
    packages = [*(ROOT / "domains").glob("byeori_*"), *(ROOT / "tests/examples").glob("*/src/*")]
    found = [
        problem
        for package in packages
        for file in sorted(package.rglob("*.py"))
        for problem in beyond_the_surface(file, package.name)
    ]
    assert not found, "\n".join(found)


def test_what_is_not_public_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "from byeori import Config, hookspecs\n"
        "from byeori_mine.parts import Part\n"
        "def late():\n"
        "    import byeori.plan\n"
        "    from byeori_plugins.sources.files import text_lines\n"
    )
    found = beyond_the_surface(file, "byeori_mine")
    assert [problem.partition("module.py:")[2] for problem in found] == [
        "1: byeori does not export hookspecs",
        "4: byeori.plan is not public",
        "5: byeori_plugins.sources.files is not public",
    ]


@pytest.mark.parametrize("package", sorted(public_packages()))
def test_every_public_package_says_what_it_exports_and_exports_what_it_says(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__doc__
    missing = [name for name in module.__all__ if not hasattr(module, name)]
    assert not missing


def test_the_public_packages_import_nothing_heavy() -> None:
    code = (
        f"import sys; [__import__(name) for name in {sorted(public_packages())}];"
        "print(*{'torch', 'transformers', 'peft', 'datasets', 'openai'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


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
