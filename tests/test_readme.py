"""The README lists what is in the box, in both languages."""

from pathlib import Path

import pytest

from byeori.plugins import discover

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_box_holds_every_component_template_and_recipe(page: str) -> None:
    rows = [line for line in (ROOT / page).read_text(encoding="utf-8").splitlines() if "|" in line]
    text = "\n".join(rows)
    missing = []
    for plugin in discover().plugins:
        prefix = "" if plugin.name == "builtin" else f"{plugin.name}/"
        names = [f"{prefix}{entry.cls.name}" for entry in plugin.components]
        names += [*plugin.recipes, *(template.name for template in plugin.templates)]
        missing += [name for name in names if f"`{name}`" not in text]
    assert not missing
