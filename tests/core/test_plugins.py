import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from byeori import Config, PluginError, TuningMethod, hookimpl, plugins
from byeori.testing import registry_of


class Method(TuningMethod[Config]):
    """Does nothing."""

    name = "nothing"

    def tune(self, model: Any, data: Any, context: Any) -> Any:
        return model


def offering(*classes: object) -> SimpleNamespace:
    def byeori_tuning_methods() -> list[object]:
        return list(classes)

    return SimpleNamespace(byeori_tuning_methods=hookimpl(byeori_tuning_methods))


def error_of(module: object) -> str:
    found = registry_of(mine=module).plugin("mine")
    assert found is not None
    return found.error


def test_components_outside_the_built_ins_carry_their_plugins_name() -> None:
    known = registry_of(mine=offering(Method)).components("tuning")
    assert known["mine/nothing"].cls is Method
    assert "lora" in known


def test_the_same_class_twice_is_an_error_of_the_plugin() -> None:
    assert "two named 'nothing'" in error_of(offering(Method, Method))


def test_what_is_not_a_component_is_named() -> None:
    class Nameless(TuningMethod[Config]):
        def tune(self, model: Any, data: Any, context: Any) -> Any:
            return model

    class Abstract(TuningMethod[Config]):
        name = "abstract"

    assert "needs a `name`" in error_of(offering(Nameless))
    assert "does not define tune" in error_of(offering(Abstract))
    assert "is not a TuningMethod class" in error_of(offering(int))


def test_a_misspelt_hook_is_an_error() -> None:
    def byeori_data_source() -> list[object]:
        return []

    assert "byeori_data_source" in error_of(
        SimpleNamespace(byeori_data_source=hookimpl(byeori_data_source))
    )


def test_a_hook_without_its_mark_is_an_error() -> None:
    def byeori_data_sources() -> list[object]:
        return []

    assert "put @hookimpl above it" in error_of(
        SimpleNamespace(byeori_data_sources=byeori_data_sources)
    )


def test_a_broken_plugin_leaves_the_others_alone() -> None:
    registry = registry_of(sick=offering(int), well=offering(Method))
    assert list(registry.components("tuning"))[-1] == "well/nothing"


def entry_points(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    made = [EntryPoint(name, value, "byeori") for name, value in points]
    monkeypatch.setattr(plugins.discovery, "entry_points", lambda group: made)


def test_two_plugins_of_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    entry_points(monkeypatch, ("a", "one"), ("a", "other"))
    with pytest.raises(PluginError, match=r"two plugins are named 'a': one from .* and other from"):
        plugins.discover()


def test_an_installation_that_is_listed_twice_is_one_plugin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry_points(monkeypatch, ("a", "json"), ("a", "json"))
    assert [plugin.name for plugin in plugins.discover().plugins] == ["a"]


def test_a_plugin_that_fails_to_import_is_listed_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "exits_at_import.py").write_text("raise SystemExit('licence expired')")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry_points(monkeypatch, ("gone", "no_such_module"), ("quits", "exits_at_import"))
    gone, quits = plugins.discover().plugins
    assert gone.error == "ModuleNotFoundError: No module named 'no_such_module'"
    assert quits.error == "SystemExit: licence expired"


@pytest.mark.parametrize("how", ["block", "allow", "environment"])
def test_a_plugin_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    entry_points(monkeypatch, ("a", "no_such_module"), ("b", "also_missing"))
    if how == "environment":
        monkeypatch.setenv("BYEORI_PLUGINS", "b")
    found = plugins.discover(
        block=["a"] if how == "block" else (), allow="b" if how == "allow" else None
    )
    assert [(plugin.name, plugin.blocked) for plugin in found.plugins] == [
        ("a", True),
        ("b", False),
    ]


def test_finding_plugins_imports_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys; from byeori.plugins import discover; discover(); import byeori.cli.main\n"
        "heavy = {'torch', 'transformers', 'peft', 'datasets', 'openai', 'scipy', 'pyarrow'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
