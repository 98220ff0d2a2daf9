import subprocess
import sys
from pathlib import Path

import pytest

import byeori_plugins.sources
from byeori_plugins.sources import SOURCES
from byeori_plugins.sources.instructions import FORMATS


def test_listing_the_components_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from byeori_plugins.sources import SOURCES\n"
        "from byeori_plugins.generators.templates import Templates\n"
        "from byeori_plugins.filters import FILTERS\n"
        "import byeori_nasa.awards, byeori_nasa.questions\n"
        "heavy = {'torch', 'transformers', 'peft', 'datasets', 'openai', 'pyarrow', 'scipy'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("page", ["sources.md", "sources.ko.md", "components/instruction-set.md"])
def test_the_table_of_formats_has_each_of_them(page):
    text = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in text] == []
    if page.startswith("sources"):
        assert [one.name for one in SOURCES if f"](components/{one.name}.md)" not in text] == []


def test_every_public_name_of_the_sources_is_there():
    for name in byeori_plugins.sources.__all__:
        assert getattr(byeori_plugins.sources, name)
